/**
 * What an author tells a recipient by telephone before the first opening: the code to read out, a passphrase both agreed
 * on, and whether it is asked for at all. Plain forms.
 */
import type { LiveSecret } from '#src/accounts/second-channel.ts';
import type { MessageRecipient } from '#src/desk/recipients-of.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Code by telephone',
    tell: 'Call the person on a number that you know. Tell them this code:',
    goodUntil: (moment: string) =>
      `It works once, until ${moment}. After five wrong tries you make a new one.`,
    passphrase: 'They open it with the passphrase that you agreed on. It works once, for five tries.',
    none: 'They can’t open it yet: there is no code. Make one, call the person, and read it out.',
    make: 'Make a code',
    renew: 'Make a new code',
    agree: 'Agree on a passphrase',
    passphraseLabel: 'Passphrase that you agreed on',
    passphraseHint: 'At least 8 letters or digits. We keep no copy that anybody can read.',
    passphraseButton: 'Save the passphrase',
    stop: 'Open it without a code',
    ask: 'Ask for a code by telephone',
  },
  es: {
    title: 'Código por teléfono',
    tell: 'Llame a la persona a un número que usted conozca. Dígale este código:',
    goodUntil: (moment: string) =>
      `Sirve una vez, hasta el ${moment}. Tras cinco intentos fallidos, haga uno nuevo.`,
    passphrase: 'Lo abre con la frase que acordaron. Sirve una vez, con cinco intentos.',
    none: 'Todavía no puede abrirlo: no hay código. Haga uno, llame a la persona y léaselo.',
    make: 'Hacer un código',
    renew: 'Hacer un código nuevo',
    agree: 'Acordar una frase',
    passphraseLabel: 'Frase que acordaron',
    passphraseHint: 'Al menos 8 letras o cifras. No guardamos ninguna copia que se pueda leer.',
    passphraseButton: 'Guardar la frase',
    stop: 'Abrirlo sin código',
    ask: 'Pedir un código por teléfono',
  },
} as const;

export interface SecondChannelView {
  readonly language: Language;
  readonly messageId: string;
  readonly secrets: ReadonlyMap<string, LiveSecret>;
  readonly formatMoment: (ms: number) => string;
}

/** For a copy that can be opened and never was. */
export function secondChannelForm(recipient: MessageRecipient, view: SecondChannelView): SafeHtml {
  const words = WORDS[view.language];
  const { id, address, secondChannel } = recipient;
  const button = (act: string, label: string, look = 'second small'): SafeHtml =>
    html`<form method="post" action="/messages/${view.messageId}/${id}/${act}">
      <button class="${look}" aria-label="${label}: ${address}">${label}</button>
    </form>`;
  if (secondChannel !== 1) return html`<div class="row small">${button('ask-code', words.ask)}</div>`;
  const secret = view.secrets.get(id) ?? null;
  return html`<div>
    <h3>${words.title}</h3>
    ${secretWords(secret, view)}
    <div class="row small">
      ${
        secret?.kind === 'code'
          ? button('new-code', words.renew)
          : button('new-code', words.make, secret === null ? 'small' : 'second small')
      }
      ${button('no-code', words.stop)}
    </div>
    <details>
      <summary>${words.agree}</summary>
      <form class="way" method="post" action="/messages/${view.messageId}/${id}/passphrase">
        <label for="phrase-${id}">${words.passphraseLabel}</label>
        <input
          id="phrase-${id}"
          name="passphrase"
          type="text"
          autocomplete="off"
          spellcheck="false"
          required
          aria-describedby="phrase-hint-${id}"
        />
        <p class="quiet" id="phrase-hint-${id}">${words.passphraseHint}</p>
        <button class="second">${words.passphraseButton}</button>
      </form>
    </details>
  </div>`;
}

function secretWords(secret: LiveSecret | null, { language, formatMoment }: SecondChannelView): SafeHtml {
  const words = WORDS[language];
  if (secret === null) return html`<p>${words.none}</p>`;
  if (secret.code === null) return html`<p>${words.passphrase}</p>`;
  return html`<p>${words.tell}</p>
    <p class="telephone-code"><strong>${spaced(secret.code)}</strong></p>
    <p class="quiet">${words.goodUntil(formatMoment(secret.expiresAt))}</p>`;
}

/** `4821 7093`: read out in two halves. */
function spaced(code: string): string {
  return `${code.slice(0, code.length / 2)} ${code.slice(code.length / 2)}`;
}
