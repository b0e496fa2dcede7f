/** How much mail an author wants: the page behind the link in the mails, and the section of the account page. */
import type { MailChoice } from '#src/summaries/mail-choice.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

export const MAIL_CHOICE_WORDS = {
  en: {
    title: 'How much mail do you want?',
    about: 'This is about the emails "Secured" and "Opened" to:',
    now: {
      single: 'Now each of them comes at once.',
      summary: (clock: string) => `Now they come together in one summary a day, at ${clock}.`,
    },
    always: 'If something fails, waits for you or is not opened, we always write at once.',
    choose: { single: 'Send each email at once', summary: 'Send one summary a day' },
    saved: 'Saved. You can close this page.',
    savedRest: 'Saved. What we had gathered is on its way to you. You can close this page.',
    overTitle: 'This link does not work',
    over: 'Please take the link in the newest mail, or sign in and open "My account".',
    section: 'How much mail you get',
    sectionAbout: 'About the emails "Secured" and "Opened" to each address.',
    none: 'Add an address first.',
  },
  es: {
    title: '¿Cuánto correo quiere recibir?',
    about: 'Se trata de los correos «Protegido» y «Abierto» para:',
    now: {
      single: 'Ahora cada uno llega enseguida.',
      summary: (clock: string) => `Ahora llegan juntos en un resumen al día, a las ${clock}.`,
    },
    always: 'Si algo falla, espera su respuesta o no se abre, siempre le escribimos enseguida.',
    choose: { single: 'Enviar cada correo enseguida', summary: 'Enviar un resumen al día' },
    saved: 'Guardado. Puede cerrar esta página.',
    savedRest: 'Guardado. Lo que habíamos reunido va en camino. Puede cerrar esta página.',
    overTitle: 'Este enlace no sirve',
    over: 'Use el enlace del correo más reciente, o inicie sesión y abra «Mi cuenta».',
    section: 'Cuánto correo recibe',
    sectionAbout: 'De los correos «Protegido» y «Abierto» a cada dirección.',
    none: 'Añada primero una dirección.',
  },
} as const;

export interface ChosenMail {
  readonly address: string;
  readonly canonicalAddress: string;
  readonly choice: MailChoice;
}

export interface MailSection {
  readonly addresses: readonly ChosenMail[];
  /** Of the summary, on the clock of the organisation. */
  readonly hour: number;
}

export function stateOfChoice(language: Language, choice: MailChoice, hour: number): string {
  const words = MAIL_CHOICE_WORDS[language].now;
  return choice === 'single' ? words.single : words.summary(`${hour}:00`);
}

/** The body of the page of a link; its button chooses what is not chosen now. */
export function mailChoiceBody(language: Language, mail: ChosenMail, hour: number): SafeHtml {
  const words = MAIL_CHOICE_WORDS[language];
  return html`<p>${words.about}</p>
    <ul class="waiting">
      <li>${mail.address}</li>
    </ul>
    <p>${stateOfChoice(language, mail.choice, hour)}</p>
    <form class="way" method="post">${choiceButton(language, mail, '')}</form>
    <p class="quiet">${words.always}</p>`;
}

export function mailSection(language: Language, { addresses, hour }: MailSection): SafeHtml {
  const words = MAIL_CHOICE_WORDS[language];
  const items = addresses.map(
    (mail) =>
      html`<li class="item">
        <span
          ><strong>${mail.address}</strong>
          <span class="quiet">${stateOfChoice(language, mail.choice, hour)}</span></span
        >
        <form method="post" action="/account/mails">
          <input type="hidden" name="address" value="${mail.canonicalAddress}" />
          ${choiceButton(language, mail, 'second small')}
        </form>
      </li>`,
  );
  return html`<section class="card" aria-labelledby="mails">
    <h2 id="mails">${words.section}</h2>
    <p class="quiet">${addresses.length === 0 ? words.none : `${words.sectionAbout} ${words.always}`}</p>
    <ul class="items">
      ${items}
    </ul>
  </section>`;
}

function choiceButton(language: Language, { choice, address }: ChosenMail, style: string): SafeHtml {
  const other = choice === 'single' ? 'summary' : 'single';
  const text = MAIL_CHOICE_WORDS[language].choose[other];
  return html`<button class="${style}" name="choice" value="${other}" aria-label="${text}: ${address}">
    ${text}
  </button>`;
}
