/** `/waiting`: what needs an answer of the viewer. Each thing with its answers beside it. */
import type { HeldOfAuthor } from '#src/desk/held-messages.ts';
import type { OpenRequest } from '#src/desk/open-requests.ts';

import { requestBox } from './access-request.ts';
import type { FramedPage, Language } from './frame.ts';
import { heldCard } from './held-card.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Waiting for you',
    nothing: 'Nothing waits for an answer.',
    nothingText:
      'You find here your messages that wait because of a slip in “send secure”, and whoever asks for a message that is closed.',
    held: 'Should this go out securely?',
    asked: 'Somebody asks for a message',
    releases: 'After a new password by mail',
    releasesText:
      'These people had opened the message before. Its author or you may release it, once it is clear that it is really them.',
    about: (subject: string, author: string) => `“${subject}”, from ${author}`,
    from: (author: string) => `from ${author}`,
    noSubject: 'without a subject',
    show: 'Show the message',
    done: {
      granted: 'It is open again. The mail with the link is on its way to them.',
      declined: 'It stays closed.',
      sent: 'It is on its way as a secure message. You get a mail that lists each recipient.',
      stopped: 'Nothing was sent to these recipients.',
      'sent-as-it-is': 'It is on its way as an ordinary email.',
      'must-be-protected':
        'Nothing was done. It can’t go out as it is: something else asks for protection, such as a rule of your organization, the partner, or the message that it answers.',
      changed: 'Nothing was done: it was answered already, or something changed in the meantime.',
    },
  },
  es: {
    title: 'Esperan su respuesta',
    nothing: 'Nada espera respuesta.',
    nothingText:
      'Aquí aparecen sus mensajes que esperan por un error en «send secure», y quien pide un mensaje que está cerrado.',
    held: '¿Debe salir protegido?',
    asked: 'Alguien pide un mensaje',
    releases: 'Tras una contraseña nueva por correo',
    releasesText:
      'Estas personas ya habían abierto el mensaje. Quien lo envió o usted pueden autorizarlo, cuando esté claro que son ellas.',
    about: (subject: string, author: string) => `«${subject}», de ${author}`,
    from: (author: string) => `de ${author}`,
    noSubject: 'sin asunto',
    show: 'Ver el mensaje',
    done: {
      granted: 'Está abierto otra vez. El correo con el enlace va de camino.',
      declined: 'Sigue cerrado.',
      sent: 'Va de camino como mensaje seguro. Recibirá un correo con cada destinatario.',
      stopped: 'No se envió nada a estos destinatarios.',
      'sent-as-it-is': 'Va de camino como correo normal.',
      'must-be-protected':
        'No se hizo nada. No puede salir tal como está: otra cosa pide protección, como una regla de su organización, el asociado o el mensaje al que responde.',
      changed: 'No se hizo nada: ya tenía respuesta, o algo cambió entretanto.',
    },
  },
} as const;

export const WAITING_RESULTS = [
  'granted',
  'declined',
  'sent',
  'stopped',
  'sent-as-it-is',
  'must-be-protected',
  'changed',
] as const;
export type WaitingResult = (typeof WAITING_RESULTS)[number];

export interface WaitingRequest {
  readonly request: OpenRequest;
  /** Null: its content is gone. */
  readonly until: number | null;
  /** Raw address of the message's author. */
  readonly author: string;
  /** Null: the message is another's, whose subject is not shown. */
  readonly subject: string | null;
}

export interface WaitingView {
  readonly language: Language;
  readonly held: readonly HeldOfAuthor[];
  /** What becomes of a held message without an answer. */
  readonly unanswered: 'secure' | 'return';
  readonly own: readonly WaitingRequest[];
  /** Those of others, for the security officer. */
  readonly releases: readonly WaitingRequest[];
  readonly done: WaitingResult | null;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
}

export function waitingPage(view: WaitingView): FramedPage {
  const words = WORDS[view.language];
  const { held, own, releases, done } = view;
  const isEmpty = held.length === 0 && own.length === 0 && releases.length === 0;
  return {
    title: words.title,
    body: html`${done === null ? html`` : html`<p class="note" role="status">${words.done[done]}</p>`}
    ${
      isEmpty
        ? html`<section class="card empty">
            <h2>${words.nothing}</h2>
            <p class="quiet">${words.nothingText}</p>
          </section>`
        : html``
    }
    ${
      held.length === 0
        ? html``
        : html`<h2 class="group">${words.held}</h2>
            ${held.map((one) => heldCard(one, view))}`
    }
    ${own.length === 0 ? html`` : requests(words.asked, null, own, view)}
    ${releases.length === 0 ? html`` : requests(words.releases, words.releasesText, releases, view)}`,
  };
}

function requests(
  title: string,
  text: string | null,
  list: readonly WaitingRequest[],
  view: WaitingView,
): SafeHtml {
  const cards = list.map((one) => requestCard(one, view));
  return html`<h2 class="group">${title}</h2>
    ${text === null ? html`` : html`<p class="quiet">${text}</p>`} ${cards}`;
}

function requestCard({ request, until, author, subject }: WaitingRequest, view: WaitingView): SafeHtml {
  const words = WORDS[view.language];
  const { messageId, recipientId, address } = request;
  const about = subject === null ? words.from(author) : words.about(subject || words.noSubject, author);
  const hidden = html`<input type="hidden" name="backTo" value="waiting" />`;
  return html`<section class="card">
    <h3>${address}</h3>
    <p class="quiet">${about}</p>
    ${requestBox(request, { ...view, until }, hidden)}
    ${
      subject === null
        ? html``
        : html`<p><a href="/messages/${messageId}?at=${recipientId}#r-${recipientId}">${words.show}</a></p>`
    }
  </section>`;
}
