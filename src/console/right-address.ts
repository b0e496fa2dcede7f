/**
 * "Send it to the right address": a new mail in the author's own mail program, with the code and the subject filled in.
 * The gateway can't send the old one on: once a message is accepted, the keys that are left open it for its recipients
 * alone. So the page says so and takes the typing away.
 */
import { carriesCode } from '#src/policy/subject-code.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Send it to the right address',
    text: 'We can’t send the old message on: what we keep of it opens for its recipients only. The button opens a new mail in your mail program, with “send secure” and the subject. Put in the right address, then copy text and files from your Sent folder.',
    button: 'Write to the right address',
  },
  es: {
    title: 'Enviarlo a la dirección correcta',
    text: 'No podemos reenviar el mensaje anterior: lo que guardamos solo se abre para sus destinatarios. El botón abre un correo nuevo en su programa de correo, con «send secure» y el asunto. Ponga la dirección correcta y copie el texto y los archivos desde su carpeta de enviados.',
    button: 'Escribir a la dirección correcta',
  },
} as const;

const CODE = 'send secure';

/** `subject`: null or empty where none is known. */
export function rightAddress(subject: string | null, language: Language): SafeHtml {
  const words = WORDS[language];
  return html`<div class="on-screen">
    <p><strong>${words.title}</strong></p>
    <p class="quiet">${words.text}</p>
    <p><a class="button second small" href="${newMailUrl(subject)}">${words.button}</a></p>
  </div>`;
}

/** RFC 6068. The new mail is protected, whatever the old one was. */
export function newMailUrl(subject: string | null): string {
  const text = (subject ?? '').trim();
  const withCode = text === '' ? CODE : carriesCode(text) ? text : `${CODE} ${text}`;
  return `mailto:?subject=${encodeURIComponent(withCode.toWellFormed())}`;
}
