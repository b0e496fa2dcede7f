/** `/account`: a person's addresses, passkeys and sessions, and the last time they signed in. */
import type { StaffSession } from '#src/staff/staff-sessions.ts';
import type { StaffAddress } from '#src/staff/viewer.ts';
import type { StaffCredentialsTable } from '#src/storage/tables.ts';

import type { FramedPage, Language } from './frame.ts';
import { mailSection, type MailSection } from './mail-choice-page.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'My account',
    lastSignIn: (moment: string) => `You last signed in on ${moment}.`,
    addresses: 'Your addresses',
    addressesText: 'Messages from these addresses are yours to follow here.',
    noAddress: 'You have not added an address yet.',
    shared: 'shared mailbox',
    remove: 'Remove',
    addLabel: 'Add an address: a former name, a second mailbox, a shared one',
    addButton: 'Mail a link there',
    addHint: 'Open the link in this browser. It works for 15 minutes.',
    passkeys: 'Your passkeys',
    passkeysText:
      'A passkey signs you in with your fingerprint, your face or the PIN of your device. Register one on each device that you use.',
    unnamed: 'Passkey',
    passkeyWeak: 'gives the rights of a sender',
    added: (moment: string) => `added on ${moment}`,
    used: (moment: string) => `last used on ${moment}`,
    passkeyLabel: 'A name for it, such as the device',
    passkeyButton: 'Register a passkey',
    passkeyFailed: 'That did not work. Try again, or use another device.',
    sessions: 'Where you are signed in',
    here: 'this browser',
    unknownBrowser: 'A browser',
    since: (moment: string) => `since ${moment}`,
    methods: { 'mailed-link': 'by mailed link', oidc: 'with your work account', passkey: 'with a passkey' },
    end: 'Sign out there',
    endAll: 'Sign out everywhere',
    endAllText: 'Ends every session, this one too.',
    addTitle: 'Add this address?',
    addOwn: 'It is mine alone',
    addShared: 'I share it with others',
    linkOver:
      'This link does not work any more. It was used, it is older than 15 minutes, or it is of another person.',
    otherBrowser: 'This link works only in the browser that asked for it. Open it there.',
    taken:
      'This address is already in use by somebody else. If you share the mailbox, add it as shared; else ask an administrator.',
    back: 'Back to my account',
  },
  es: {
    title: 'Mi cuenta',
    lastSignIn: (moment: string) => `Último inicio de sesión: ${moment}.`,
    addresses: 'Sus direcciones',
    addressesText: 'Los mensajes de estas direcciones son suyos y puede seguirlos aquí.',
    noAddress: 'Todavía no ha añadido ninguna dirección.',
    shared: 'buzón compartido',
    remove: 'Quitar',
    addLabel: 'Añadir una dirección: un nombre anterior, un segundo buzón, uno compartido',
    addButton: 'Enviar allí un enlace',
    addHint: 'Abra el enlace en este navegador. Sirve durante 15 minutos.',
    passkeys: 'Sus llaves de acceso',
    passkeysText:
      'Con una llave de acceso entra con la huella, la cara o el PIN de su equipo. Registre una en cada equipo que use.',
    unnamed: 'Llave de acceso',
    passkeyWeak: 'da los permisos de remitente',
    added: (moment: string) => `añadida el ${moment}`,
    used: (moment: string) => `último uso: ${moment}`,
    passkeyLabel: 'Un nombre para ella, por ejemplo el equipo',
    passkeyButton: 'Registrar una llave de acceso',
    passkeyFailed: 'No ha funcionado. Inténtelo otra vez o con otro equipo.',
    sessions: 'Dónde tiene la sesión abierta',
    here: 'este navegador',
    unknownBrowser: 'Un navegador',
    since: (moment: string) => `desde ${moment}`,
    methods: {
      'mailed-link': 'con un enlace por correo',
      oidc: 'con su cuenta del trabajo',
      passkey: 'con una llave de acceso',
    },
    end: 'Cerrar esa sesión',
    endAll: 'Cerrar todas las sesiones',
    endAllText: 'Cierra todas, también esta.',
    addTitle: '¿Añadir esta dirección?',
    addOwn: 'Es solo mía',
    addShared: 'La comparto con otros',
    linkOver: 'Este enlace ya no sirve. Ya se usó, tiene más de 15 minutos o es de otra persona.',
    otherBrowser: 'Este enlace solo sirve en el navegador que lo pidió. Ábralo allí.',
    taken:
      'Otra persona ya usa esta dirección. Si comparten el buzón, añádala como compartida; si no, pregunte a un administrador.',
    back: 'Volver a mi cuenta',
  },
} as const;

export interface AccountView {
  readonly language: Language;
  readonly addresses: readonly StaffAddress[];
  readonly mails: MailSection;
  readonly sessions: readonly StaffSession[];
  /** Id of the session of this browser. */
  readonly here: string;
  /** Null: passkeys are not possible here. */
  readonly passkeys: readonly StaffCredentialsTable[] | null;
  /** Path of the script of the passkeys. */
  readonly script: string | null;
  readonly lastSignInAt: number | null;
  readonly formatMoment: (ms: number) => string;
}

export function accountPage(view: AccountView): FramedPage {
  const words = WORDS[view.language];
  return {
    title: words.title,
    body: html`${
      view.lastSignInAt === null
        ? html``
        : html`<p class="quiet">${words.lastSignIn(view.formatMoment(view.lastSignInAt))}</p>`
    }
    ${addressSection(view)} ${mailSection(view.language, view.mails)} ${passkeySection(view)}
    ${sessionSection(view)}`,
    script: view.script,
  };
}

function addressSection({ language, addresses }: AccountView): SafeHtml {
  const words = WORDS[language];
  const items = addresses.map(
    ({ address, canonicalAddress, kind }) =>
      html`<li class="item">
        <span
          ><strong>${address}</strong
          >${kind === 'shared' ? html` <span class="quiet">${words.shared}</span>` : html``}</span
        >
        <form method="post" action="/account/addresses/remove">
          <input type="hidden" name="address" value="${canonicalAddress}" />
          <button class="second small" aria-label="${words.remove}: ${address}">${words.remove}</button>
        </form>
      </li>`,
  );
  return html`<section class="card" aria-labelledby="addresses">
    <h2 id="addresses">${words.addresses}</h2>
    <p class="quiet">${addresses.length === 0 ? words.noAddress : words.addressesText}</p>
    <ul class="items">
      ${items}
    </ul>
    <form class="way" method="post" action="/account/addresses">
      <label for="address">${words.addLabel}</label>
      <input
        id="address"
        name="address"
        type="email"
        autocomplete="email"
        required
        maxlength="254"
        aria-describedby="address-hint"
      />
      <p class="quiet" id="address-hint">${words.addHint}</p>
      <button class="second">${words.addButton}</button>
    </form>
  </section>`;
}

function passkeySection({ language, passkeys, formatMoment }: AccountView): SafeHtml {
  if (passkeys === null) return html``;
  const words = WORDS[language];
  const items = passkeys.map(({ id, label, strong, createdAt, lastUsedAt }) => {
    const name = label === '' ? words.unnamed : label;
    const facts = [
      words.added(formatMoment(createdAt)),
      ...(lastUsedAt === null ? [] : [words.used(formatMoment(lastUsedAt))]),
      ...(strong === 1 ? [] : [words.passkeyWeak]),
    ];
    return html`<li class="item">
      <span><strong>${name}</strong> <span class="quiet">${facts.join(', ')}</span></span>
      <form method="post" action="/account/passkeys/remove">
        <input type="hidden" name="passkey" value="${id}" />
        <button class="second small" aria-label="${words.remove}: ${name}">${words.remove}</button>
      </form>
    </li>`;
  });
  return html`<section class="card" aria-labelledby="passkeys">
    <h2 id="passkeys">${words.passkeys}</h2>
    <p class="quiet">${words.passkeysText}</p>
    <ul class="items">
      ${items}
    </ul>
    <form class="way" data-passkey="register" data-failed="${words.passkeyFailed}" hidden>
      <label for="label">${words.passkeyLabel}</label>
      <input id="label" name="label" type="text" maxlength="60" autocomplete="off" />
      <button class="second">${words.passkeyButton}</button>
      <p class="note" role="alert" hidden></p>
    </form>
  </section>`;
}

function sessionSection({ language, sessions, here, formatMoment }: AccountView): SafeHtml {
  const words = WORDS[language];
  const items = sessions.map((session) => {
    const browser = session.browser === '' ? words.unknownBrowser : session.browser;
    const end =
      session.id === here
        ? html`<span class="kind">${words.here}</span>`
        : html`<form method="post" action="/account/sessions/end">
            <input type="hidden" name="session" value="${session.id}" />
            <button class="second small" aria-label="${words.end}: ${browser}">${words.end}</button>
          </form>`;
    return html`<li class="item">
      <span>
        <strong>${browser}</strong>
        <span class="quiet"
          >${session.remoteAddress}, ${words.methods[session.method]},
          ${words.since(formatMoment(session.createdAt))}</span
        >
      </span>
      ${end}
    </li>`;
  });
  return html`<section class="card" aria-labelledby="sessions">
    <h2 id="sessions">${words.sessions}</h2>
    <ul class="items">
      ${items}
    </ul>
    <form class="way" method="post" action="/account/sessions/end-all">
      <p class="quiet" id="end-all">${words.endAllText}</p>
      <button class="second" aria-describedby="end-all">${words.endAll}</button>
    </form>
  </section>`;
}

export type AddressProblem = 'not-valid' | 'other-browser' | 'taken';

/** The page of a link that adds an address, or why it can't. */
export function addAddressPage(
  link: { readonly address: string } | { readonly problem: AddressProblem },
  language: Language,
): FramedPage {
  const words = WORDS[language];
  if ('problem' in link) {
    const texts = { 'not-valid': words.linkOver, 'other-browser': words.otherBrowser, taken: words.taken };
    return {
      title: words.title,
      body: html`<p>${texts[link.problem]}</p>
        <p class="row small"><a class="button second" href="/account">${words.back}</a></p>`,
      card: true,
      status: link.problem === 'not-valid' ? 410 : 409,
    };
  }
  return {
    title: words.addTitle,
    body: html`<ul class="waiting">
        <li>${link.address}</li>
      </ul>
      <form class="row wide" method="post">
        <button name="kind" value="own">${words.addOwn}</button>
        <button class="second" name="kind" value="shared">${words.addShared}</button>
      </form>`,
    card: true,
  };
}
