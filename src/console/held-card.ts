/** A held message of the viewer with its three answers. The third, as it is, stands apart and says what it means. */
import type { HeldOfAuthor } from '#src/desk/held-messages.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    noSubject: 'without a subject',
    sent: (moment: string, author: string) => `You sent it on ${moment} as ${author}.`,
    waits: 'Its subject looks as if you meant “send secure”. So nothing has gone out to:',
    byItself: {
      secure: (moment: string) => `Without an answer it goes out secured on ${moment}.`,
      return: (moment: string) => `Without an answer it comes back to you on ${moment}.`,
    },
    send: 'Send it secured now',
    stop: 'Don’t send',
    asIs: 'I did not mean it to be secured',
    asIsText:
      'Then it goes out as an ordinary email. Anybody who handles it on the way may be able to read it, and you can’t lock it later. Choose this only where it holds nothing about a patient.',
    asIsButton: 'Send it as it is',
  },
  es: {
    noSubject: 'sin asunto',
    sent: (moment: string, author: string) => `Lo envió el ${moment} como ${author}.`,
    waits: 'El asunto parece querer decir «send secure». Por eso no ha salido nada para:',
    byItself: {
      secure: (moment: string) => `Sin respuesta, sale protegido el ${moment}.`,
      return: (moment: string) => `Sin respuesta, le vuelve el ${moment}.`,
    },
    send: 'Enviarlo protegido ahora',
    stop: 'No enviarlo',
    asIs: 'No quería protegerlo',
    asIsText:
      'Entonces sale como correo normal. Quien lo maneje en el camino quizá pueda leerlo, y después no se puede bloquear. Elija esto solo si no dice nada de un paciente.',
    asIsButton: 'Enviarlo tal como está',
  },
} as const;

export interface HeldCardView {
  readonly language: Language;
  readonly unanswered: 'secure' | 'return';
  readonly formatMoment: (ms: number) => string;
}

export function heldCard(held: HeldOfAuthor, view: HeldCardView): SafeHtml {
  const words = WORDS[view.language];
  const { messageId, author, acceptedAt, until, recipients } = held;
  const subject = held.subject === null || held.subject === '' ? words.noSubject : held.subject;
  const button = (choice: string, label: string, look: string): SafeHtml =>
    html`<form method="post" action="/messages/${messageId}/hold">
      <button class="${look}" name="choice" value="${choice}" aria-label="${label}: ${subject}">
        ${label}
      </button>
    </form>`;
  // No landmark of its own: two may have one subject.
  return html`<section class="card">
    <h3>${subject}</h3>
    <p class="quiet">${words.sent(view.formatMoment(acceptedAt), author)}</p>
    <p>${words.waits}</p>
    <ul class="waiting">
      ${recipients.map((recipient) => html`<li>${recipient}</li>`)}
    </ul>
    <p>${words.byItself[view.unanswered](view.formatMoment(until))}</p>
    <div class="row small">
      ${button('send', words.send, 'small')} ${button('stop', words.stop, 'second small')}
    </div>
    <details>
      <summary>${words.asIs}</summary>
      <p>${words.asIsText}</p>
      ${button('as-it-is', words.asIsButton, 'second small')}
    </details>
  </section>`;
}
