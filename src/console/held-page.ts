/**
 * `/held/<token>`: the author's answer to "Needs you". Opening the page changes nothing, so that a scanner that
 * follows links answers for nobody; only the button does, and only once.
 */
import { html, page, type SafeHtml } from './page.ts';

type Language = 'en' | 'es';

const WORDS = {
  en: {
    title: 'Send this message secured?',
    waiting: 'Your message is waiting. Nothing has left for:',
    explain:
      'Secured means: the recipient gets a notice and reads the message on our secure site. You are told when it is opened.',
    send: 'Send it secured now',
    stop: 'Don’t send',
    sentTitle: 'Sent secured',
    sent: 'Your message is on its way as a secure message. You will get a mail that lists each recipient.',
    stoppedTitle: 'Not sent',
    stopped:
      'Nothing was sent to these recipients. If you want to send it again, type “send secure” in the subject.',
    overTitle: 'Already answered',
    over: 'This question has been answered, or its time was over. Look for the mail “Secured: …” in your inbox to see what happened.',
  },
  es: {
    title: '¿Enviar este mensaje protegido?',
    waiting: 'Su mensaje está en espera. No ha salido nada para:',
    explain:
      'Protegido significa: el destinatario recibe un aviso y lee el mensaje en nuestro sitio seguro. Le avisaremos cuando lo abra.',
    send: 'Enviarlo protegido ahora',
    stop: 'No enviarlo',
    sentTitle: 'Enviado con protección',
    sent: 'Su mensaje va de camino como mensaje seguro. Recibirá un correo con cada destinatario.',
    stoppedTitle: 'No enviado',
    stopped:
      'No se envió nada a estos destinatarios. Si quiere enviarlo de nuevo, escriba «send secure» en el asunto.',
    overTitle: 'Ya respondido',
    over: 'Esta pregunta ya fue respondida, o su plazo terminó. Busque el correo «Protegido: …» para ver qué ocurrió.',
  },
} as const;

export function heldPage(recipients: readonly string[], organization: string, language: Language): string {
  const words = WORDS[language];
  const body = html`<p>${words.waiting}</p>
    <ul>
      ${recipients.map((recipient) => html`<li>${recipient}</li>`)}
    </ul>
    <p>${words.explain}</p>
    <div class="choices">${choice('send', words.send, '')} ${choice('stop', words.stop, 'second')}</div>`;
  return page({ title: words.title, organization, body, language });
}

function choice(value: 'send' | 'stop', label: string, style: string): SafeHtml {
  return html`<form method="post">
    <button class="${style}" name="choice" value="${value}">${label}</button>
  </form>`;
}

export function heldResultPage(
  result: 'sent' | 'stopped' | 'over',
  organization: string,
  language: Language,
): string {
  const words = WORDS[language];
  const title = { sent: words.sentTitle, stopped: words.stoppedTitle, over: words.overTitle }[result];
  return page({ title, organization, body: html`<p>${words[result]}</p>`, language });
}
