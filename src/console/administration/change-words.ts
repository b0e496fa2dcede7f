/** What a change is called on pages, and why it needs a second person. */
import type { Change, Found } from '#src/administration/change.ts';
import type { Lowering } from '#src/administration/lowers-protection.ts';

import type { Language } from '../frame.ts';
import { ROLE_NAMES } from '../role-names.ts';

export interface ChangeWords {
  readonly lowering: Readonly<Record<Lowering, string>>;
  readonly tls: Readonly<Record<'pkix' | 'dane' | 'mta-sts', string>>;
  readonly ownServers: string;
  readonly title: (change: Change, subject: string) => string;
  readonly state: Readonly<Record<'open' | 'approved' | 'refused' | 'withdrawn' | 'expired', string>>;
}

const several = (change: Extract<Change, { kind: 'partners-save' }>): number => change.partners.length;

const EN: ChangeWords = {
  lowering: {
    'leaves-secure-messages':
      'Mail to this domain would no longer be a secure message: it would arrive as normal mail, over a channel that is checked each time.',
    'other-proof': 'Its servers would have to prove something else than now, which may be less.',
    'other-server': 'Its mail would go to another server than now.',
    'loses-verified-channel':
      'Mail to this domain that needs no protection would lose its checked channel, and leave like any other mail.',
    'leaves-as-ordinary-mail': 'The message would leave as ordinary mail for at least one recipient.',
    'gives-higher-role': 'Somebody would get the rights of a higher role.',
  },
  tls: {
    pkix: 'certificate of a public authority',
    dane: 'DANE',
    'mta-sts': 'MTA-STS',
  },
  ownServers: 'its own mail servers',
  title: (change, subject) => {
    switch (change.kind) {
      case 'partners-save':
        return several(change) === 1 ? `Save the partner ${subject}` : `Save ${several(change)} partners`;
      case 'partner-remove':
        return `Remove the partner ${subject}`;
      case 'hold-release':
        return `Let out a message of ${subject}`;
      case 'role-grant':
        return `Give ${subject} the role ${ROLE_NAMES.en[change.role]}`;
      case 'staff-unlock':
        return `Unlock ${subject}`;
    }
  },
  state: {
    open: 'Waits',
    approved: 'Approved',
    refused: 'Refused',
    withdrawn: 'Withdrawn',
    expired: 'Time was over',
  },
};

const ES: ChangeWords = {
  lowering: {
    'leaves-secure-messages':
      'El correo a este dominio dejaría de ser mensaje seguro: llegaría como correo normal, por un canal que se comprueba cada vez.',
    'other-proof': 'Sus servidores tendrían que demostrar otra cosa que ahora, quizá menos.',
    'other-server': 'Su correo iría a otro servidor que ahora.',
    'loses-verified-channel':
      'El correo a este dominio que no necesita protección perdería su canal comprobado y saldría como cualquier otro.',
    'leaves-as-ordinary-mail': 'El mensaje saldría como correo normal para al menos un destinatario.',
    'gives-higher-role': 'Alguien tendría los derechos de una función superior.',
  },
  tls: {
    pkix: 'certificado de una autoridad pública',
    dane: 'DANE',
    'mta-sts': 'MTA-STS',
  },
  ownServers: 'sus propios servidores de correo',
  title: (change, subject) => {
    switch (change.kind) {
      case 'partners-save':
        return several(change) === 1
          ? `Guardar el asociado ${subject}`
          : `Guardar ${several(change)} asociados`;
      case 'partner-remove':
        return `Quitar el asociado ${subject}`;
      case 'hold-release':
        return `Dejar salir un mensaje de ${subject}`;
      case 'role-grant':
        return `Dar a ${subject} la función de ${ROLE_NAMES.es[change.role]}`;
      case 'staff-unlock':
        return `Desbloquear a ${subject}`;
    }
  },
  state: {
    open: 'Espera',
    approved: 'Aprobado',
    refused: 'Rechazado',
    withdrawn: 'Retirado',
    expired: 'Se acabó el plazo',
  },
};

export const CHANGE_WORDS: Readonly<Record<Language, ChangeWords>> = { en: EN, es: ES };

export interface ComparedLine {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What holds, and what would hold, for each domain of a change. Null: nothing stands there. */
export function comparePartners(change: Change, found: Found, words: ChangeWords): readonly ComparedLine[] {
  const text = (partner: {
    tls: 'pkix' | 'dane' | 'mta-sts';
    nextHop: { host: string; port: number } | null;
  }) =>
    `${words.tls[partner.tls]}, ${partner.nextHop === null ? words.ownServers : `${partner.nextHop.host}:${partner.nextHop.port}`}`;
  const before = (domain: string): string | null => {
    const was = found.partners.find((one) => one.domain === domain)?.partner ?? null;
    return was === null ? null : text(was);
  };
  if (change.kind === 'partners-save')
    return change.partners.map((after) => ({
      name: after.domain,
      before: before(after.domain),
      after: text(after),
    }));
  if (change.kind === 'partner-remove')
    return [{ name: change.domain, before: before(change.domain), after: null }];
  return [];
}
