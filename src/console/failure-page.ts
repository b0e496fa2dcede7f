/** What a person sees in a browser where a program gets `{ code, message }`. Says no more than that does. */
import { html, page } from './page.ts';

const WORDS = {
  en: {
    missingTitle: 'There is nothing here',
    missing: 'The address may be cut off. Open the link in the mail again.',
    failedTitle: 'That did not work',
    failed:
      'Open the link in the mail again and try once more. If it still does not work, ask your help desk.',
    refusedTitle: 'This page is not open to you',
    refused: 'Your account does not have the role for it. Ask an administrator if you need it.',
    factorTitle: 'This page needs a stronger sign-in',
    factor: 'Sign out, then sign in with a passkey or with your second factor. Then you can open this page.',
    networkTitle: 'Not from here',
    network: 'The staff pages can be reached from some networks only. Ask who runs Send Secure.',
    start: 'To the start page',
  },
  es: {
    missingTitle: 'Aquí no hay nada',
    missing: 'Puede que la dirección esté incompleta. Abra de nuevo el enlace del correo.',
    failedTitle: 'No ha funcionado',
    failed:
      'Abra de nuevo el enlace del correo e inténtelo otra vez. Si sigue sin funcionar, pregunte a su servicio de ayuda.',
    refusedTitle: 'Esta página no está abierta para usted',
    refused: 'Su cuenta no tiene la función necesaria. Si la necesita, pregunte a un administrador.',
    factorTitle: 'Esta página exige un inicio de sesión más seguro',
    factor:
      'Cierre la sesión y entre con una llave de acceso o con su segundo factor. Después podrá abrir esta página.',
    networkTitle: 'Desde aquí no',
    network:
      'A las páginas del personal solo se llega desde algunas redes. Pregunte a quien gestiona Send Secure.',
    start: 'Ir al inicio',
  },
} as const;

/** `code`: that of the refusal; what it does not know is told by the status. */
export function failurePage(
  { status, code = '' }: { status: number; code?: string },
  organization: string,
  language: 'en' | 'es',
): string {
  const words = WORDS[language];
  const byCode: Readonly<Record<string, readonly [string, string]>> = {
    'not-allowed': [words.refusedTitle, words.refused],
    'metrics-not-allowed': [words.refusedTitle, words.refused],
    'second-factor-needed': [words.factorTitle, words.factor],
    'network-not-allowed': [words.networkTitle, words.network],
  };
  const [title, text] =
    byCode[code] ??
    (status === 404 ? [words.missingTitle, words.missing] : [words.failedTitle, words.failed]);
  const start =
    code === 'not-allowed' || code === 'second-factor-needed'
      ? html`<p class="row small"><a class="button second" href="/">${words.start}</a></p>`
      : html``;
  return page({
    title,
    organization,
    body: html`<p>${text}</p>
      ${start}`,
    language,
    card: true,
  });
}
