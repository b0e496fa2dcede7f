/** The pages of signing in: the ways that are open, "a mail is on its way", and the page of the mailed link. */
import type { SignInFailure } from '#src/staff/sign-in.ts';

import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Sign in',
    oidc: (organization: string) => `Sign in with your ${organization} account`,
    passkey: 'Sign in with a passkey',
    passkeyNeedsScript: 'Signing in with a passkey needs JavaScript.',
    passkeyFailed: 'That did not work. Try again, or sign in another way.',
    or: 'or',
    address: 'Your work email address',
    send: 'Mail me a link',
    linkHint: 'You get an email with a link. It signs you in on this device and in this browser.',
    sentTitle: 'Look at your mail',
    sent: 'If this is an address of ours, an email with a link is on its way. It works for 15 minutes, and only in this browser.',
    notSent:
      'No email? Look into the junk folder, check that you typed the address right, and wait a few minutes: one address gets at most five an hour.',
    again: 'Type the address again',
    linkTitle: 'Sign in?',
    linkText: 'You sign in as:',
    linkButton: 'Sign in',
    linkOver: 'This link does not work any more. It was used, or it is older than 15 minutes.',
    otherBrowser:
      'This link works only in the browser that asked for it. Open it there, or ask for a new one here.',
    newLink: 'Get a new link',
    failures: {
      'not-valid':
        'That did not work: it was used before, is too old, or is not known here. Please try again.',
      locked: 'You can not sign in now. Please ask an administrator.',
      wait: 'There were too many failed tries. Please wait an hour, or ask an administrator.',
      'shared-address': 'This mailbox belongs to several people. Please sign in with your own address.',
      'provider-failed':
        'Signing in with your work account did not work. Please try again; if it fails again, ask your help desk.',
    },
  },
  es: {
    title: 'Iniciar sesión',
    oidc: (organization: string) => `Entrar con su cuenta de ${organization}`,
    passkey: 'Entrar con una llave de acceso',
    passkeyNeedsScript: 'Para entrar con una llave de acceso hace falta JavaScript.',
    passkeyFailed: 'No ha funcionado. Inténtelo otra vez o entre de otra manera.',
    or: 'o',
    address: 'Su dirección de correo del trabajo',
    send: 'Enviarme un enlace',
    linkHint: 'Recibirá un correo con un enlace. Abre la sesión en este equipo y en este navegador.',
    sentTitle: 'Mire su correo',
    sent: 'Si es una dirección nuestra, un correo con un enlace va de camino. Sirve durante 15 minutos y solo en este navegador.',
    notSent:
      '¿No llega? Mire en el correo no deseado, compruebe que escribió bien la dirección y espere unos minutos: cada dirección recibe como máximo cinco por hora.',
    again: 'Escribir la dirección otra vez',
    linkTitle: '¿Iniciar sesión?',
    linkText: 'Iniciará sesión como:',
    linkButton: 'Iniciar sesión',
    linkOver: 'Este enlace ya no sirve. Ya se usó o tiene más de 15 minutos.',
    otherBrowser: 'Este enlace solo sirve en el navegador que lo pidió. Ábralo allí o pida otro aquí.',
    newLink: 'Pedir otro enlace',
    failures: {
      'not-valid':
        'No ha funcionado: ya se usó, es demasiado antiguo o no se conoce aquí. Inténtelo otra vez.',
      locked: 'Ahora no puede iniciar sesión. Pregunte a un administrador.',
      wait: 'Hubo demasiados intentos fallidos. Espere una hora o pregunte a un administrador.',
      'shared-address': 'Este buzón es de varias personas. Inicie sesión con su propia dirección.',
      'provider-failed':
        'No se pudo entrar con su cuenta del trabajo. Inténtelo otra vez; si vuelve a fallar, pregunte a su servicio de ayuda.',
    },
  },
} as const;

export interface SignInPageOptions {
  readonly language: Language;
  readonly organization: string;
  /** Path to come back to. */
  readonly to: string;
  readonly hasOidc: boolean;
  readonly mailsLinks: boolean;
  /** Path of the script for passkeys; null: none was built. */
  readonly script: string | null;
  readonly failure: SignInFailure | null;
}

export function signInPage(options: SignInPageOptions): FramedPage {
  const words = WORDS[options.language];
  const failure =
    options.failure === null
      ? html``
      : html`<p class="note" role="alert">${words.failures[options.failure]}</p>`;
  const ways = [
    ...(options.hasOidc ? [oidcWay(options)] : []),
    ...(options.mailsLinks ? [mailWay(options)] : []),
    ...(options.script === null ? [] : [passkeyWay(options)]),
  ];
  const separator = html`<p class="or"><span>${words.or}</span></p>`;
  return {
    title: words.title,
    body: html`${failure} ${ways.flatMap((way, i) => (i === 0 ? [way] : [separator, way]))}`,
    card: true,
    script: options.script,
  };
}

function oidcWay({ language, organization, to }: SignInPageOptions): SafeHtml {
  const href = `/sign-in/oidc?to=${encodeURIComponent(to)}`;
  return html`<p class="way"><a class="button" href="${href}">${WORDS[language].oidc(organization)}</a></p>`;
}

function mailWay({ language, to, hasOidc }: SignInPageOptions): SafeHtml {
  const words = WORDS[language];
  return html`<form class="way" method="post" action="/sign-in/link">
    <label for="address">${words.address}</label>
    <input
      id="address"
      name="address"
      type="email"
      autocomplete="username"
      required
      maxlength="254"
      aria-describedby="address-hint"
    />
    <p class="quiet" id="address-hint">${words.linkHint}</p>
    <input type="hidden" name="to" value="${to}" />
    <button class="${hasOidc ? 'second' : 'first'}">${words.send}</button>
  </form>`;
}

function passkeyWay({ language, to }: SignInPageOptions): SafeHtml {
  const words = WORDS[language];
  return html`<div class="way">
    <noscript><p class="quiet">${words.passkeyNeedsScript}</p></noscript>
    <form data-passkey="sign-in" data-to="${to}" data-failed="${words.passkeyFailed}" hidden>
      <button class="second">${words.passkey}</button>
      <p class="note" role="alert" hidden></p>
    </form>
  </div>`;
}

/** `again`: the page with the form that was sent. */
export function linkSentPage(language: Language, again: string): FramedPage {
  const words = WORDS[language];
  return {
    title: words.sentTitle,
    body: html`<p>${words.sent}</p>
      <p class="quiet">${words.notSent}</p>
      <p class="row small"><a class="button second" href="${again}">${words.again}</a></p>`,
    card: true,
  };
}

/** `link` null: it can't be used any more. */
export function linkPage(
  link: { address: string; otherBrowser: boolean } | null,
  to: string,
  language: Language,
): FramedPage {
  const words = WORDS[language];
  if (link === null || link.otherBrowser) {
    return {
      title: words.title,
      body: html`<p>${link === null ? words.linkOver : words.otherBrowser}</p>
        <p class="row small"><a class="button" href="/sign-in">${words.newLink}</a></p>`,
      card: true,
    };
  }
  return {
    title: words.linkTitle,
    body: html`<p>${words.linkText}</p>
      <ul class="waiting">
        <li>${link.address}</li>
      </ul>
      <form class="row wide" method="post">
        <input type="hidden" name="to" value="${to}" />
        <button>${words.linkButton}</button>
      </form>`,
    card: true,
  };
}
