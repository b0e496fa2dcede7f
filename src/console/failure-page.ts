/** What a person sees in a browser where a program gets `{ code, message }`. Says no more than that does. */
import { html, page } from './page.ts';

const WORDS = {
  en: {
    missingTitle: 'There is nothing here',
    missing: 'The address may be cut off. Open the link in the mail again.',
    failedTitle: 'That did not work',
    failed:
      'Open the link in the mail again and try once more. If it still does not work, ask your help desk.',
  },
  es: {
    missingTitle: 'Aquí no hay nada',
    missing: 'Puede que la dirección esté incompleta. Abra de nuevo el enlace del correo.',
    failedTitle: 'No ha funcionado',
    failed:
      'Abra de nuevo el enlace del correo e inténtelo otra vez. Si sigue sin funcionar, pregunte a su servicio de ayuda.',
  },
} as const;

export function failurePage(status: number, organization: string, language: 'en' | 'es'): string {
  const words = WORDS[language];
  const [title, text] =
    status === 404 ? [words.missingTitle, words.missing] : [words.failedTitle, words.failed];
  return page({ title, organization, body: html`<p>${text}</p>`, language, card: true });
}
