/** Words of the page that says whether a mail is real. Not part of a first visit's download. */
import { language, type Language } from '../locale/locale.ts';

const en = {
  title: 'Is my mail real?',
  lead: 'In the subject of our mail there is a code in brackets, like 7K4‑2QF‑9XM. Type it here with the address that got the mail.',
  codeLabel: 'Code from the subject',
  codeHint: '9 letters and digits. The lines between do not matter.',
  addressLabel: 'Address that got the mail',
  submit: 'Check',
  checking: 'Checking…',
  yesTitle: 'Yes, this mail is from us',
  yes: (author: string, organization: string, sent: string) =>
    `${author}, ${organization}, sent it on ${sent}.`,
  noTitle: 'We don’t know this mail',
  no: 'There is no message with this code for this address. Look for a typing mistake. If it still does not match, do not open the link in the mail.',
  codeMissing: 'Type the code from the subject.',
  whole: 'Check the whole mail',
};

const es: typeof en = {
  title: '¿Es auténtico mi correo?',
  lead: 'En el asunto de nuestro correo hay un código entre paréntesis, como 7K4‑2QF‑9XM. Escríbalo aquí con la dirección que recibió el correo.',
  codeLabel: 'Código del asunto',
  codeHint: '9 letras y cifras. Los guiones no importan.',
  addressLabel: 'Dirección que recibió el correo',
  submit: 'Comprobar',
  checking: 'Comprobando…',
  yesTitle: 'Sí, este correo es nuestro',
  yes: (author, organization, sent) => `Lo envió ${author}, ${organization}, el ${sent}.`,
  noTitle: 'No conocemos este correo',
  no: 'No hay ningún mensaje con este código para esta dirección. Busque algún error al escribir. Si sigue sin coincidir, no abra el enlace del correo.',
  codeMissing: 'Escriba el código del asunto.',
  whole: 'Comprobar el correo entero',
};

const TABLES: Readonly<Record<Language, typeof en>> = { en, es };

export const checkTexts = (): typeof en => TABLES[language.value];
