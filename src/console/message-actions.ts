/**
 * What an author can do about one recipient of a message: plain forms. Each carries what the author saw, so that an
 * answer to an old page changes nothing. Says what a lock does not reach.
 */
import { incidentPath, mayBeReported } from '#src/desk/wrong-recipient.ts';
import { LOCKABLE } from '#src/desk/lock-copy.ts';
import type { MessageRecipient } from '#src/desk/recipients-of.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';
import { secondChannelForm, type SecondChannelView } from './second-channel-form.ts';
import { rightAddress } from './right-address.ts';

const WORDS = {
  en: {
    lock: 'Lock',
    unlock: 'Unlock',
    remind: 'Remind',
    announce: 'Send the link again',
    date: 'Change the date',
    until: 'Can be read until the end of',
    dateHint: (day: string) => `At the latest ${day}. Leave it empty for that day.`,
    dateButton: 'Save the date',
    readBy: 'Tell me if it is not opened',
    readByLabel: 'Should be opened by the end of',
    readByHint: 'You get an email if it is not opened by then. Leave it empty for the usual time.',
    refuseReplies: 'Don’t let them reply',
    allowReplies: 'Let them reply',
    wrong: 'Wrong recipient?',
    wrongSecure:
      'This locks the copy at once and tells the privacy officer. Then send the message to the right address.',
    wrongRelayed:
      'This mail has left as an ordinary mail, so it can’t be locked. The privacy officer is told. Call the recipient, and send the message to the right address.',
    wrongButton: 'It went to the wrong recipient',
    reported: (moment: string) => `Reported as wrong recipient on ${moment}.`,
    sheet: 'Incident sheet',
    locksFromNow: (opened: boolean, copies: boolean) =>
      opened
        ? copies
          ? 'A lock stops further openings. What was read, and the copies that were saved, it does not reach.'
          : 'A lock stops further openings. What was already read it does not undo.'
        : 'It was not opened. A lock keeps it so.',
  },
  es: {
    lock: 'Bloquear',
    unlock: 'Desbloquear',
    remind: 'Recordar',
    announce: 'Enviar otra vez el enlace',
    date: 'Cambiar la fecha',
    until: 'Se puede leer hasta el final del día',
    dateHint: (day: string) => `Como muy tarde el ${day}. Déjelo vacío para esa fecha.`,
    dateButton: 'Guardar la fecha',
    readBy: 'Avisarme si no se abre',
    readByLabel: 'Debería abrirse antes de terminar el día',
    readByHint: 'Recibirá un correo si entonces no se ha abierto. Déjelo vacío para el plazo habitual.',
    refuseReplies: 'No dejar que respondan',
    allowReplies: 'Dejar que respondan',
    wrong: '¿Destinatario equivocado?',
    wrongSecure:
      'La copia se bloquea enseguida y se avisa a la persona responsable de privacidad. Después envíe el mensaje a la dirección correcta.',
    wrongRelayed:
      'Salió como correo normal y no se puede bloquear. Se avisa a la persona responsable de privacidad. Llame al destinatario y envíe el mensaje a la dirección correcta.',
    wrongButton: 'Llegó al destinatario equivocado',
    reported: (moment: string) => `Señalado como destinatario equivocado el ${moment}.`,
    sheet: 'Hoja del incidente',
    locksFromNow: (opened: boolean, copies: boolean) =>
      opened
        ? copies
          ? 'El bloqueo impide abrirlo otra vez. No alcanza lo ya leído ni las copias guardadas.'
          : 'El bloqueo impide abrirlo otra vez. Lo ya leído no se deshace.'
        : 'No se ha abierto. Con el bloqueo seguirá así.',
  },
} as const;

/** What an action said, shown after it. */
export const ACTION_RESULTS = [
  'locked',
  'unlocked',
  'reminded',
  'announced',
  'date-saved',
  'replies-refused',
  'replies-allowed',
  'granted',
  'declined',
  'code-asked',
  'code-not-asked',
  'code-made',
  'passphrase-agreed',
  'passphrase-length',
  'other-way-done',
  'changed',
  'too-soon',
  'day-past',
  'day-too-late',
  'no-day',
] as const;
export type ActionResult = (typeof ACTION_RESULTS)[number];

const RESULTS: Readonly<Record<Language, Readonly<Record<ActionResult, string>>>> = {
  en: {
    locked: 'Locked. Nobody can open this copy now.',
    unlocked: 'Unlocked. The recipient can open it again.',
    reminded: 'A reminder is on its way.',
    announced: 'The mail with the link is on its way again.',
    'date-saved': 'The date is saved.',
    'replies-refused': 'Saved. It can’t be answered on our website now.',
    'replies-allowed': 'Saved. It can be answered on our website again.',
    granted: 'It is open again. The mail with the link is on its way to them.',
    declined: 'It stays closed.',
    'code-asked': 'Saved. It opens only with a code that you give by telephone.',
    'code-not-asked': 'Saved. It opens without a code.',
    'code-made': 'There is a new code. Call the person and read it out.',
    'passphrase-agreed': 'The passphrase is saved. It opens the message once.',
    'passphrase-length': 'The passphrase was not saved: it needs at least 8 letters or digits.',
    'other-way-done': 'Saved. What they wrote is deleted.',
    changed: 'Nothing was done: something had changed in the meantime. This is how it is now.',
    'too-soon':
      'Nothing was sent: this was done a short time ago. Reminders go once a day, the link once an hour.',
    'day-past': 'The date was not saved: that day is over.',
    'day-too-late': 'The date was not saved: the message is not kept that long.',
    'no-day': 'The date was not saved: write it like 2026-12-31.',
  },
  es: {
    locked: 'Bloqueado. Ahora nadie puede abrir esta copia.',
    unlocked: 'Desbloqueado. El destinatario puede abrirlo otra vez.',
    reminded: 'El recordatorio va de camino.',
    announced: 'El correo con el enlace va otra vez de camino.',
    'date-saved': 'La fecha está guardada.',
    'replies-refused': 'Guardado. Ya no se puede responder en nuestro sitio web.',
    'replies-allowed': 'Guardado. Se puede responder otra vez en nuestro sitio web.',
    granted: 'Está abierto otra vez. El correo con el enlace va de camino.',
    declined: 'Sigue cerrado.',
    'code-asked': 'Guardado. Solo se abre con un código que usted da por teléfono.',
    'code-not-asked': 'Guardado. Se abre sin código.',
    'code-made': 'Hay un código nuevo. Llame a la persona y léaselo.',
    'passphrase-agreed': 'La frase está guardada. Abre el mensaje una vez.',
    'passphrase-length': 'La frase no se guardó: necesita al menos 8 letras o cifras.',
    'other-way-done': 'Guardado. Lo que escribió está borrado.',
    changed: 'No se hizo nada: algo había cambiado entretanto. Así está ahora.',
    'too-soon':
      'No se envió nada: ya se hizo hace poco. El recordatorio sale una vez al día; el enlace, una vez por hora.',
    'day-past': 'La fecha no se guardó: ese día ya pasó.',
    'day-too-late': 'La fecha no se guardó: el mensaje no se conserva tanto tiempo.',
    'no-day': 'La fecha no se guardó: escríbala como 2026-12-31.',
  },
};

export function resultNote(result: ActionResult | null, language: Language): SafeHtml {
  if (result === null) return html``;
  return html`<p class="note" role="status">${RESULTS[language][result]}</p>`;
}

export interface ActionsView extends SecondChannelView {
  /** Null: none is known. */
  readonly subject: string | null;
  readonly formatDay: (ms: number) => string;
}

export function recipientActions(recipient: MessageRecipient, view: ActionsView): SafeHtml {
  const words = WORDS[view.language];
  const { fate, hasContent, protection, state, address } = recipient;
  const isSecure = protection === 'secure-message' && LOCKABLE.includes(state);
  const canOpen = isSecure && hasContent && fate !== 'locked' && fate !== 'over';
  const button = (act: string, label: string, hidden: SafeHtml = html``): SafeHtml =>
    html`<form method="post" action="${actionPath(recipient, view, act)}">
      ${hidden}<button class="second small" aria-label="${label}: ${address}">${label}</button>
    </form>`;
  const buttons = [
    ...(isSecure && fate !== 'locked' && fate !== 'over' ? [button('lock', words.lock)] : []),
    ...(isSecure && fate === 'locked' && hasContent
      ? [button('unlock', words.unlock, hiddenField('lockedAt', recipient.lockedAt))]
      : []),
    ...(canOpen && fate === 'not-opened' ? [button('remind', words.remind)] : []),
    ...(canOpen && fate !== 'on-its-way' ? [button('announce', words.announce)] : []),
    ...(canOpen
      ? [
          recipient.noReply === 1
            ? button('allow-replies', words.allowReplies)
            : button('refuse-replies', words.refuseReplies),
        ]
      : []),
  ];
  const opened = recipient.firstOpenedAt !== null;
  const asksForCode = canOpen && !opened && recipient.secondChannel === 1;
  return html`${
    // Without it nobody reads: whoever has the person on the telephone looks for this first.
    asksForCode ? secondChannelForm(recipient, view) : html``
  }
  ${
    isSecure && fate !== 'over' && fate !== 'locked'
      ? html`<p class="quiet">${words.locksFromNow(opened, recipient.copiesKept > 0)}</p>`
      : html``
  }
  ${buttons.length === 0 ? html`` : html`<div class="row small">${buttons}</div>`}
  ${isSecure && hasContent ? dateForm(recipient, view) : html``}
  ${
    canOpen && !opened
      ? html`${asksForCode ? html`` : secondChannelForm(recipient, view)} ${readByForm(recipient, view)}`
      : html``
  }
  ${wrongRecipient(recipient, view)}`;
}

function actionPath({ id }: MessageRecipient, { messageId }: ActionsView, act: string): string {
  return `/messages/${messageId}/${id}/${act}`;
}

function hiddenField(name: string, value: number | null): SafeHtml {
  return html`<input type="hidden" name="${name}" value="${value ?? ''}" />`;
}

function dateForm(recipient: MessageRecipient, view: ActionsView): SafeHtml {
  const words = WORDS[view.language];
  const { id, expiresAt, keptUntil } = recipient;
  return html`<details>
    <summary>${words.date}</summary>
    <form class="way" method="post" action="${actionPath(recipient, view, 'end')}">
      <label for="day-${id}">${words.until}</label>
      <input id="day-${id}" name="day" type="date" aria-describedby="hint-${id}" />
      <p class="quiet" id="hint-${id}">
        ${keptUntil === null ? '' : words.dateHint(view.formatDay(keptUntil))}
      </p>
      ${hiddenField('seen', expiresAt)}<button class="second">${words.dateButton}</button>
    </form>
  </details>`;
}

function readByForm(recipient: MessageRecipient, view: ActionsView): SafeHtml {
  const words = WORDS[view.language];
  const { id, readBy } = recipient;
  return html`<details>
    <summary>${words.readBy}</summary>
    <form class="way" method="post" action="${actionPath(recipient, view, 'read-by')}">
      <label for="read-${id}">${words.readByLabel}</label>
      <input id="read-${id}" name="day" type="date" aria-describedby="read-hint-${id}" />
      <p class="quiet" id="read-hint-${id}">${words.readByHint}</p>
      ${hiddenField('seen', readBy)}<button class="second">${words.dateButton}</button>
    </form>
  </details>`;
}

function wrongRecipient(recipient: MessageRecipient, view: ActionsView): SafeHtml {
  const words = WORDS[view.language];
  const { wrongRecipientAt, protection, id, address } = recipient;
  if (wrongRecipientAt !== null)
    return html`<p class="reported">
        ${words.reported(view.formatMoment(wrongRecipientAt))}
        <a href="${incidentPath(view.messageId, id)}">${words.sheet}</a>
      </p>
      ${rightAddress(view.subject, view.language)}`;
  if (!mayBeReported(recipient)) return html``;
  return html`<details>
    <summary>${words.wrong}</summary>
    <form class="way" method="post" action="${actionPath(recipient, view, 'wrong-recipient')}">
      <p>${protection === 'secure-message' ? words.wrongSecure : words.wrongRelayed}</p>
      <button aria-label="${words.wrongButton}: ${address}">${words.wrongButton}</button>
    </form>
  </details>`;
}
