/** `/invite/<token>`: an invited officer registers a passkey. Opening the page changes nothing. */
import type { Invitation } from '#src/staff/invites.ts';

import type { FramedPage, Language } from './frame.ts';
import { html } from './page.ts';
import { ROLE_NAMES } from './role-names.ts';

const WORDS = {
  en: {
    title: 'Your invitation',
    text: (role: string) => `You were invited as ${role}, for this address:`,
    passkey:
      'Register a passkey on this device or on a security key. You sign in with it from now on: with your fingerprint, your face or the PIN of the device.',
    button: 'Register a passkey',
    needsScript: 'Registering a passkey needs JavaScript.',
    failed: 'That did not work. Try again; if it fails again, ask for a new invitation.',
    over: 'This invitation can not be used any more. It was used, or it is older than 24 hours. Ask for a new one.',
  },
  es: {
    title: 'Su invitación',
    text: (role: string) => `Se le invitó como ${role}, para esta dirección:`,
    passkey:
      'Registre una llave de acceso en este equipo o en una llave de seguridad. Con ella entrará desde ahora: con la huella, la cara o el PIN del equipo.',
    button: 'Registrar una llave de acceso',
    needsScript: 'Para registrar una llave de acceso hace falta JavaScript.',
    failed: 'No ha funcionado. Inténtelo otra vez; si vuelve a fallar, pida otra invitación.',
    over: 'Esta invitación ya no sirve. Ya se usó o tiene más de 24 horas. Pida otra.',
  },
} as const;

/** `invitation` null: it can't be used. */
export function invitePage(invitation: Invitation | null, language: Language, script: string): FramedPage {
  const words = WORDS[language];
  if (invitation === null)
    return { title: words.title, body: html`<p>${words.over}</p>`, card: true, status: 410 };
  return {
    title: words.title,
    body: html`<p>${words.text(ROLE_NAMES[language][invitation.role])}</p>
      <ul class="waiting">
        <li>${invitation.address}</li>
      </ul>
      <p>${words.passkey}</p>
      <noscript><p class="note">${words.needsScript}</p></noscript>
      <form class="way" data-passkey="invite" data-failed="${words.failed}" hidden>
        <button>${words.button}</button>
        <p class="note" role="alert" hidden></p>
      </form>`,
    card: true,
    script,
  };
}
