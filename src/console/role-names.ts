/** What roles are called on pages. */
import type { StaffRole } from '#src/staff/roles.ts';

import type { Language } from './frame.ts';

export const ROLE_NAMES: Readonly<Record<Language, Readonly<Record<StaffRole, string>>>> = {
  en: {
    sender: 'sender',
    'help-desk': 'help desk',
    'security-officer': 'security officer',
    'privacy-officer': 'privacy officer',
    administrator: 'administrator',
  },
  es: {
    sender: 'remitente',
    'help-desk': 'servicio de ayuda',
    'security-officer': 'responsable de seguridad',
    'privacy-officer': 'responsable de privacidad',
    administrator: 'administrador',
  },
};
