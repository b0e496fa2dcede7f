/**
 * `/held/<token>`: the author's answer to "Needs you". Opening the page changes nothing, so that a scanner that
 * follows links answers for nobody; only the button does, and only once. The link "Don't send" asks the other way
 * round, but both buttons are always there.
 */
import { html, page, type SafeHtml } from './page.ts';

type Language = 'en' | 'es';
export type HeldChoice = 'send' | 'stop';

/** Whose answer it is: each has words of its own. */
export type WhoIsAsked = 'author' | 'officer';

const AUTHOR_WORDS = {
  en: {
    titles: { send: 'Send this message secured?', stop: 'Not send this message?' },
    waiting: 'Your message is waiting. Nothing has left for:',
    explain:
      'Secured means: the recipient gets a notice and reads the message on our secure site. You are told when it is opened.',
    buttons: { send: 'Send it secured now', stop: 'Don’t send' },
    sentTitle: 'Sent secured',
    sent: 'Your message is on its way as a secure message. You will get a mail that lists each recipient. You can close this page.',
    stoppedTitle: 'Not sent',
    stopped:
      'Nothing was sent to these recipients. If you want to send it again, type “send secure” in the subject. You can close this page.',
    overTitle: 'Already answered',
    over: 'This question has been answered, or its time was over. Look for the mail “Secured: …” in your inbox to see what happened.',
  },
  es: {
    titles: { send: '¿Enviar este mensaje protegido?', stop: '¿No enviar este mensaje?' },
    waiting: 'Su mensaje está en espera. No ha salido nada para:',
    explain:
      'Protegido significa: el destinatario recibe un aviso y lee el mensaje en nuestro sitio seguro. Le avisaremos cuando lo abra.',
    buttons: { send: 'Enviarlo protegido ahora', stop: 'No enviarlo' },
    sentTitle: 'Enviado con protección',
    sent: 'Su mensaje va de camino como mensaje seguro. Recibirá un correo con cada destinatario. Puede cerrar esta página.',
    stoppedTitle: 'No enviado',
    stopped:
      'No se envió nada a estos destinatarios. Si quiere enviarlo de nuevo, escriba «send secure» en el asunto. Puede cerrar esta página.',
    overTitle: 'Ya respondido',
    over: 'Esta pregunta ya fue respondida, o su plazo terminó. Busque el correo «Protegido: …» para ver qué ocurrió.',
  },
} as const;

const OFFICER_WORDS = {
  en: {
    titles: { send: 'Let this message go out?', stop: 'Stop this message?' },
    waiting: 'The author passed a limit, so this message is waiting. Nothing has left for:',
    explain:
      'If you let it go out, each recipient gets it as it was decided: as a secure message where it is to be protected. If you stop it, it goes back to its author.',
    buttons: { send: 'Let it go out', stop: 'Stop it' },
    sentTitle: 'On its way',
    sent: 'The message is on its way. You can close this page.',
    stoppedTitle: 'Stopped',
    stopped: 'Nothing was sent to these recipients, and the author was told. You can close this page.',
    overTitle: 'Already answered',
    over: 'This question has been answered, or its time was over.',
  },
  es: {
    titles: { send: '¿Dejar que salga este mensaje?', stop: '¿Detener este mensaje?' },
    waiting: 'El autor superó un límite, por eso este mensaje está en espera. No ha salido nada para:',
    explain:
      'Si deja que salga, cada destinatario lo recibe como se decidió: como mensaje seguro donde debe protegerse. Si lo detiene, vuelve a su autor.',
    buttons: { send: 'Dejar que salga', stop: 'Detenerlo' },
    sentTitle: 'En camino',
    sent: 'El mensaje va de camino. Puede cerrar esta página.',
    stoppedTitle: 'Detenido',
    stopped: 'No se envió nada a estos destinatarios, y avisamos al autor. Puede cerrar esta página.',
    overTitle: 'Ya respondido',
    over: 'Esta pregunta ya fue respondida, o su plazo terminó.',
  },
} as const;

const WORDS = { author: AUTHOR_WORDS, officer: OFFICER_WORDS } as const;

export interface HeldQuestion {
  readonly recipients: readonly string[];
  /** Which link of the mail was followed: its answer comes first. */
  readonly asked: HeldChoice;
  readonly asks?: WhoIsAsked;
  readonly organization: string;
  readonly language: Language;
}

export function heldPage(question: HeldQuestion): string {
  const { recipients, asked, asks = 'author', organization, language } = question;
  const words = WORDS[asks][language];
  const other = asked === 'send' ? 'stop' : 'send';
  const body = html`<p>${words.waiting}</p>
    <ul class="waiting">
      ${recipients.map((recipient) => html`<li>${recipient}</li>`)}
    </ul>
    <p>${words.explain}</p>
    <div class="row wide">
      ${choice(asked, words.buttons[asked], 'first')} ${choice(other, words.buttons[other], 'second')}
    </div>`;
  return page({ title: words.titles[asked], organization, body, language, card: true });
}

function choice(value: HeldChoice, label: string, style: 'first' | 'second'): SafeHtml {
  return html`<form method="post">
    <button class="${style}" name="choice" value="${value}">${label}</button>
  </form>`;
}

export function heldResultPage(
  result: 'sent' | 'stopped' | 'over',
  organization: string,
  language: Language,
  asks: WhoIsAsked = 'author',
): string {
  const words = WORDS[asks][language];
  const title = { sent: words.sentTitle, stopped: words.stoppedTitle, over: words.overTitle }[result];
  return page({ title, organization, body: html`<p>${words[result]}</p>`, language, card: true });
}
