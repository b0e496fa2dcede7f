/** Words of the code by telephone. Not part of a first visit's download. */
import { language } from '../ui/locale/locale.ts';

const en = {
  title: 'Type the code from the telephone',
  lead: 'Our help desk reads a code out to people whom our mail does not reach. They never ask you for it.',
  label: 'Code from the telephone',
  hint: '8 digits',
  incomplete: 'The code has 8 digits. Type all of them.',
  expired:
    'This code can’t be used any more. It is good for 30 minutes, and once. Call our help desk for a new one.',
};

const es: typeof en = {
  title: 'Escriba el código del teléfono',
  lead: 'Nuestra asistencia lee un código a quien no recibe nuestro correo. Nunca se lo pide a usted.',
  label: 'Código del teléfono',
  hint: '8 cifras',
  incomplete: 'El código tiene 8 cifras. Escríbalas todas.',
  expired: 'Este código ya no sirve. Vale 30 minutos y una sola vez. Pida otro a nuestra asistencia.',
};

const TABLES = { en, es } as const;

export function handOverTexts(): typeof en {
  return TABLES[language.value];
}
