/** `/help-desk`: by address, what became of the mails to it and what to try; never subjects or content. */
import type { AddressReport, SentToAddress } from '#src/desk/help-desk.ts';

import type { FramedPage, Language } from './frame.ts';
import { handOverCard } from './hand-over-card.ts';
import { fateChip } from './messages-page.ts';
import { MESSAGES_WORDS } from './messages-words.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Help desk',
    label: 'Email address of the person who asks',
    look: 'Look up',
    noAddress: 'That is no email address.',
    nothing: 'We have sent nothing to this address.',
    nothingText:
      'Check the spelling with the person, letter by letter. Ask the sender which address they used.',
    account: 'Account',
    noAccount: 'There is no account. The first time they follow the link in our email and choose a password.',
    accountText: (since: string, last: string, sessions: number) =>
      `Since ${since}. Last sign-in: ${last}. Signed in now: ${sessions}.`,
    never: 'never',
    locked: 'This account is locked.',
    forgotten:
      'Password forgotten? On the sign-in page they press “Forgot password” and get a code by email.',
    end: 'Sign them out everywhere',
    reset: 'Mail them the way to a new password',
    mails: 'Latest mails to this address',
    from: (author: string, moment: string) => `From ${author}, ${moment}`,
    nobody: 'a system',
    since: (moment: string) => `since ${moment}`,
    server: (codes: string) => `Their mail server answered ${codes}.`,
    noServer: 'Their mail server could not be reached.',
    tryNext: 'What to try:',
    notSeen: 'Ask them to look in the spam folder, and search for our address.',
    again: 'Send the link again',
    done: {
      done: 'Done.',
      changed: 'Nothing was done: something had changed in the meantime.',
      'too-soon': 'Nothing was sent: such a mail goes once an hour.',
      'code-made': 'There is a code. It stands below, only now.',
      'reset-started': 'The mail is on its way. You can’t see what is in it.',
      'how-missing': 'No code was made: write how you checked who it is.',
      'too-many': 'No code was made: there were too many today.',
    },
  },
  es: {
    title: 'Asistencia',
    label: 'Correo de la persona que pregunta',
    look: 'Buscar',
    noAddress: 'Eso no es una dirección de correo.',
    nothing: 'No hemos enviado nada a esta dirección.',
    nothingText: 'Compruebe la dirección letra por letra. Pregunte al remitente qué dirección usó.',
    account: 'Cuenta',
    noAccount: 'No hay cuenta. La primera vez siguen el enlace de nuestro correo y eligen una contraseña.',
    accountText: (since: string, last: string, sessions: number) =>
      `Desde el ${since}. Último acceso: ${last}. Sesiones abiertas: ${sessions}.`,
    never: 'nunca',
    locked: 'Esta cuenta está bloqueada.',
    forgotten:
      '¿Olvidó la contraseña? En la página de acceso se pulsa «Olvidé la contraseña» y llega un código por correo.',
    end: 'Cerrar todas sus sesiones',
    reset: 'Enviarle cómo poner una contraseña nueva',
    mails: 'Últimos correos a esta dirección',
    from: (author: string, moment: string) => `De ${author}, ${moment}`,
    nobody: 'un sistema',
    since: (moment: string) => `desde el ${moment}`,
    server: (codes: string) => `Su servidor de correo respondió ${codes}.`,
    noServer: 'No se pudo llegar a su servidor de correo.',
    tryNext: 'Qué probar:',
    notSeen: 'Pídale que mire en el correo no deseado y que busque nuestra dirección.',
    again: 'Enviar otra vez el enlace',
    done: {
      done: 'Hecho.',
      changed: 'No se hizo nada: algo había cambiado entretanto.',
      'too-soon': 'No se envió nada: un correo así sale una vez por hora.',
      'code-made': 'Hay un código. Está abajo, solo ahora.',
      'reset-started': 'El correo va de camino. Usted no puede ver lo que contiene.',
      'how-missing': 'No se creó ningún código: escriba cómo comprobó quién es.',
      'too-many': 'No se creó ningún código: hoy ya hubo demasiados.',
    },
  },
} as const;

export type HelpDeskDone = keyof (typeof WORDS)['en']['done'];

export interface HelpDeskView {
  readonly language: Language;
  /** As it was typed; empty: nothing was asked. */
  readonly address: string;
  /** Null: nothing was asked, or it was no address. */
  readonly report: AddressReport | null;
  readonly done: HelpDeskDone | null;
  /** A code by telephone that was made just now. */
  readonly made: { readonly code: string; readonly expiresAt: number } | null;
  /** Page where somebody without a link makes an account. */
  readonly joinUrl: string;
  readonly formatMoment: (ms: number) => string;
}

export function helpDeskPage(view: HelpDeskView): FramedPage {
  const words = WORDS[view.language];
  const { address, report, done } = view;
  const isWrong = address !== '' && report === null;
  return {
    title: words.title,
    body: html`${done === null ? html`` : html`<p class="note" role="status">${words.done[done]}</p>`}
      <form class="way help-desk" method="post" action="/help-desk" role="search">
        <label for="address">${words.label}</label>
        <input
          id="address"
          name="address"
          type="email"
          maxlength="320"
          autocomplete="off"
          required
          value="${address}"
          ${isWrong ? html`aria-invalid="true" aria-describedby="wrong"` : html``}
        />
        ${isWrong ? html`<p class="problem" id="wrong" role="alert">${words.noAddress}</p>` : html``}
        <button class="second">${words.look}</button>
      </form>
      ${report === null ? html`` : found(report, view)}`,
  };
}

function found(report: AddressReport, view: HelpDeskView): SafeHtml {
  const words = WORDS[view.language];
  return html`<section class="card" aria-labelledby="account">
      <h2 id="account">${words.account}</h2>
      ${accountLines(report.account, view)}
    </section>
    ${report.account === null && report.sent.length === 0 ? html`` : handOverCard(view)}
    ${
      report.sent.length === 0
        ? html`<section class="card empty">
            <h2>${words.nothing}</h2>
            <p class="quiet">${words.nothingText}</p>
          </section>`
        : html`<h2 class="group">${words.mails}</h2>
            ${report.sent.map((one) => mailCard(one, view))}`
    }`;
}

function accountLines(account: AddressReport['account'], view: HelpDeskView): SafeHtml {
  const words = WORDS[view.language];
  if (account === null) return html`<p>${words.noAccount}</p>`;
  const last = account.lastSignInAt === null ? words.never : view.formatMoment(account.lastSignInAt);
  return html`<p>${words.accountText(view.formatMoment(account.createdAt), last, account.sessions)}</p>
    ${account.state === 'locked' ? html`<p>${words.locked}</p>` : html``}
    <p class="quiet">${words.forgotten}</p>
    <div class="row small">
      ${
        account.state === 'active'
          ? html`<form method="post" action="/help-desk/start-reset">
              ${hiddenAddress(view)}<button class="second small">${words.reset}</button>
            </form>`
          : html``
      }
      <form method="post" action="/help-desk/end-sessions">
        ${hiddenAddress(view)}<button class="second small">${words.end}</button>
      </form>
    </div>`;
}

function mailCard(mail: SentToAddress, view: HelpDeskView): SafeHtml {
  const words = WORDS[view.language];
  const names = MESSAGES_WORDS[view.language];
  const title = words.from(mail.author ?? words.nobody, view.formatMoment(mail.sentAt));
  return html`<section class="card" aria-labelledby="m-${mail.recipientId}">
    <h3 id="m-${mail.recipientId}">${title}</h3>
    <p>
      ${fateChip(mail.fate, names)}
      <span class="quiet"
        >${names.fateText[mail.fate]}
        ${mail.settledAt === null ? '' : `(${words.since(view.formatMoment(mail.settledAt))})`}</span
      >
    </p>
    ${advice(mail, view.language)}
    ${
      mail.mayAnnounce
        ? html`<form method="post" action="/help-desk/announce">
            ${hiddenAddress(view)}<input type="hidden" name="recipient" value="${mail.recipientId}" /><button
              class="second small"
              aria-label="${words.again}: ${title}"
            >
              ${words.again}
            </button>
          </form>`
        : html``
    }
  </section>`;
}

function advice({ answer, fate }: SentToAddress, language: Language): SafeHtml {
  const words = WORDS[language];
  if (fate === 'not-opened') return html`<p>${words.tryNext} ${words.notSeen}</p>`;
  if (answer === null) return html``;
  const server = answer.codes === '' ? words.noServer : words.server(answer.codes);
  return html`<p>${server} ${answer.what}</p>
    <p>${words.tryNext} ${answer.next}</p>`;
}

function hiddenAddress({ address }: HelpDeskView): SafeHtml {
  return html`<input type="hidden" name="address" value="${address}" />`;
}
