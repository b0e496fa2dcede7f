/**
 * The incident sheet: what is known of a message that went to the wrong recipient, in the order of the four factors of
 * 45 CFR 164.402(2). The third is filled from the log; the others are for people to write, on paper or elsewhere: what
 * was in the message is never shown here.
 */
import type { Incident } from '#src/desk/incident.ts';

import { factsList } from './facts-list.ts';
import type { FramedPage, Language } from './frame.ts';
import { lockWords, openedWords } from './message-page.ts';
import { MESSAGES_WORDS } from './messages-words.ts';
import { html, type SafeHtml } from './page.ts';
import { rightAddress } from './right-address.ts';

const WORDS = {
  en: {
    title: 'Incident sheet: wrong recipient',
    back: 'Back to the message',
    print: 'To keep or sign it, print this page.',
    what: 'What happened',
    author: 'Sent by',
    sent: 'Sent on',
    recipient: 'Went to',
    reported: 'Reported on',
    id: 'Message',
    size: 'Size',
    bytes: (bytes: number) => `${bytes} bytes, with everything attached`,
    write: 'To be written:',
    one: '1. What information it was',
    oneText:
      'Which health information, which identifiers (name, date of birth, numbers), how sensitive, and how easily somebody could tell whose it is.',
    two: '2. Who got it',
    twoText:
      'Who the recipient is, and whether that person has a duty to keep it secret, such as another clinic or a health plan.',
    three: '3. Whether it was really seen or taken',
    threeText: 'From the log:',
    opened: 'Opened',
    copies: 'Copies saved',
    none: 'none',
    relayed:
      'It left as an ordinary mail. Whether it was read can’t be known here: take it as seen unless the recipient shows that it was not.',
    notOpened: (moment: string) =>
      `Not opened when this page was made, ${moment}. Nobody got the key of the content through the site.`,
    four: '4. How far the risk was reduced',
    locked: 'Locked',
    notLocked: 'no',
    fourText:
      'What the recipient assured, in writing if possible: deleted, not read, not passed on. Was the message sent to the right address?',
    log: 'From the log',
    cut: 'The log has more entries. The command “sendsecure audit” shows all.',
    events: {
      'message-accepted': 'Accepted from its author',
      'delivery-handed-over': 'Handed over to the recipient’s mail server',
      'delivery-captured': 'Kept for trying out, sent nowhere',
      'delivery-failed': 'Refused by the recipient’s mail server',
      'notice-bounced': 'The mail with the link came back',
      'recipient-reminded': 'Recipient reminded',
      'notice-sent-again': 'Mail with the link sent again',
      'message-opened': 'Opened for the first time',
      'message-opened-again': 'Opened again',
      'copy-kept': 'Copy saved on the reader’s device',
      'reply-sent': 'Answered on the site',
      'recipient-locked': 'Locked',
      'recipient-unlocked': 'Unlocked',
      'wrong-recipient-reported': 'Reported as wrong recipient',
    },
  },
  es: {
    title: 'Hoja del incidente: destinatario equivocado',
    back: 'Volver al mensaje',
    print: 'Para guardarla o firmarla, imprima esta página.',
    what: 'Qué ocurrió',
    author: 'Enviado por',
    sent: 'Enviado el',
    recipient: 'Llegó a',
    reported: 'Señalado el',
    id: 'Mensaje',
    size: 'Tamaño',
    bytes: (bytes: number) => `${bytes} bytes, con todos los adjuntos`,
    write: 'Para escribir:',
    one: '1. Qué información era',
    oneText:
      'Qué información de salud, qué datos de identidad (nombre, fecha de nacimiento, números), cuán delicada y con qué facilidad se sabría de quién es.',
    two: '2. Quién la recibió',
    twoText:
      'Quién es el destinatario y si tiene deber de secreto, por ejemplo otra clínica o una aseguradora de salud.',
    three: '3. Si de verdad se vio o se guardó',
    threeText: 'Según el registro:',
    opened: 'Abierto',
    copies: 'Copias guardadas',
    none: 'ninguna',
    relayed:
      'Salió como correo normal. Aquí no se puede saber si se leyó: cuente con que se vio, salvo que el destinatario demuestre lo contrario.',
    notOpened: (moment: string) =>
      `Sin abrir cuando se hizo esta página, ${moment}. Nadie recibió la clave del contenido a través del sitio.`,
    four: '4. Cuánto se redujo el riesgo',
    locked: 'Bloqueado',
    notLocked: 'no',
    fourText:
      'Qué aseguró el destinatario, si es posible por escrito: borrado, no leído, no pasado a otros. ¿Se envió el mensaje a la dirección correcta?',
    log: 'Del registro',
    cut: 'El registro tiene más entradas. La orden «sendsecure audit» las muestra todas.',
    events: {
      'message-accepted': 'Aceptado de su autor',
      'delivery-handed-over': 'Entregado al servidor de correo del destinatario',
      'delivery-captured': 'Guardado para probar, no se envió a nadie',
      'delivery-failed': 'Rechazado por el servidor de correo del destinatario',
      'notice-bounced': 'El correo con el enlace fue devuelto',
      'recipient-reminded': 'Recordatorio enviado',
      'notice-sent-again': 'Correo con el enlace enviado otra vez',
      'message-opened': 'Abierto por primera vez',
      'message-opened-again': 'Abierto otra vez',
      'copy-kept': 'Copia guardada en el equipo del lector',
      'reply-sent': 'Respondido en el sitio',
      'recipient-locked': 'Bloqueado',
      'recipient-unlocked': 'Desbloqueado',
      'wrong-recipient-reported': 'Señalado como destinatario equivocado',
    },
  },
} as const;

export interface IncidentView {
  readonly language: Language;
  readonly incident: Incident;
  /** For its author alone; null: none is known. */
  readonly subject: string | null;
  /** Not a privacy officer who looks at somebody else's. */
  readonly isAuthor: boolean;
  readonly now: number;
  readonly formatMoment: (ms: number) => string;
}

export function incidentPage(view: IncidentView): FramedPage {
  const words = WORDS[view.language];
  const { incident, formatMoment } = view;
  return {
    title: words.title,
    body: html`${
        view.isAuthor
          ? html`<p class="back"><a href="/messages/${incident.messageId}">${words.back}</a></p>
              <div class="note on-screen">${rightAddress(view.subject, view.language)}</div>`
          : html``
      }
      <p class="quiet on-screen">${words.print}</p>
      <section class="card" aria-labelledby="what">
        <h2 id="what">${words.what}</h2>
        ${factsList([
          [words.author, incident.author],
          [words.sent, formatMoment(incident.sentAt)],
          [words.recipient, incident.recipient.address],
          [words.reported, formatMoment(incident.reportedAt)],
          [words.id, incident.messageId],
          [words.size, words.bytes(incident.sizeBytes)],
        ])}
      </section>
      ${toWrite('one', words.one, words.write, words.oneText)}
      ${toWrite('two', words.two, words.write, words.twoText)} ${third(view)} ${fourth(view)} ${logOf(view)}`,
  };
}

function toWrite(id: string, title: string, write: string, text: string): SafeHtml {
  return html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <p class="quiet">${write} ${text}</p>
    <div class="lines" aria-hidden="true"></div>
  </section>`;
}

function third({ language, incident, now, formatMoment }: IncidentView): SafeHtml {
  const words = WORDS[language];
  const { recipient } = incident;
  const isSecure = recipient.protection === 'secure-message';
  const known = isSecure
    ? html`<p class="quiet">${words.threeText}</p>
        ${factsList([
          [words.opened, openedWords(recipient, { formatMoment }, MESSAGES_WORDS[language])],
          [
            words.copies,
            recipient.copiesKept === 0 ? words.none : MESSAGES_WORDS[language].copies(recipient.copiesKept),
          ],
        ])}
        ${recipient.firstOpenedAt === null ? html`<p>${words.notOpened(formatMoment(now))}</p>` : html``}`
    : html`<p>${words.relayed}</p>`;
  return html`<section class="card" aria-labelledby="three">
    <h2 id="three">${words.three}</h2>
    ${known}
  </section>`;
}

function fourth({ language, incident, formatMoment }: IncidentView): SafeHtml {
  const words = WORDS[language];
  const { recipient } = incident;
  const locked =
    recipient.lockedAt === null
      ? words.notLocked
      : lockWords(recipient, { formatMoment }, MESSAGES_WORDS[language]);
  return html`<section class="card" aria-labelledby="four">
    <h2 id="four">${words.four}</h2>
    ${factsList([[words.locked, locked]])}
    <p class="quiet">${words.write} ${words.fourText}</p>
    <div class="lines" aria-hidden="true"></div>
  </section>`;
}

function logOf({ language, incident, formatMoment }: IncidentView): SafeHtml {
  const words = WORDS[language];
  return html`<section class="card" aria-labelledby="log">
    <h2 id="log">${words.log}</h2>
    <ol class="history">
      ${incident.log.map(
        ({ at, event }) =>
          html`<li><time>${formatMoment(at)}</time> <span>${words.events[event]}</span></li>`,
      )}
    </ol>
    ${incident.cut ? html`<p class="quiet">${words.cut}</p>` : html``}
  </section>`;
}
