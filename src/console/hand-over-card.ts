/** A code by telephone, on the help desk's page: how it was checked who asks, then the code, once. */
import { LONGEST_CHECK, SHORTEST_CHECK } from '#src/desk/hand-over.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    title: 'Mail does not reach them?',
    lead: 'First make sure by telephone who it is: call the number that you have on file. Then make a code and read it out. It takes the place of the code that we mail.',
    label: 'How did you check who it is?',
    hint: 'For the record, with your name. Such as: called back on the number in the file. Nothing about health.',
    make: 'Make a code',
    told: 'Their addresses get a mail that says so.',
    madeTitle: 'Read this code out now',
    once: (moment: string) =>
      `You see it only this once. It works once, until ${moment}, and for five tries. An older one does not work any more.`,
    where: (join: string) =>
      `Where they type it: they follow the link in our mail, press “Send me the code”, then “I got a code by telephone”. Without our mail they open ${join}. With an account: “Forgot your password?” on the sign-in page.`,
  },
  es: {
    title: '¿No le llega el correo?',
    lead: 'Primero asegúrese por teléfono de quién es: llame al número que tiene en su ficha. Después cree un código y léaselo. Sirve en lugar del código que enviamos por correo.',
    label: '¿Cómo comprobó quién es?',
    hint: 'Queda registrado, con su nombre. Por ejemplo: llamé al número de la ficha. Nada sobre la salud.',
    make: 'Crear un código',
    told: 'Sus direcciones reciben un correo que lo dice.',
    madeTitle: 'Lea ahora este código',
    once: (moment: string) =>
      `Solo lo ve esta vez. Sirve una vez, hasta ${moment}, y para cinco intentos. Uno anterior ya no sirve.`,
    where: (join: string) =>
      `Dónde se escribe: se sigue el enlace de nuestro correo, se pulsa «Enviarme el código» y después «Me dieron un código por teléfono». Sin nuestro correo se abre ${join}. Con cuenta: «¿Olvidó su contraseña?» en la página de acceso.`,
  },
} as const;

export interface HandOverView {
  readonly language: Language;
  readonly address: string;
  /** Page where somebody without a link makes an account. */
  readonly joinUrl: string;
  /** Just made; null: none. */
  readonly made: { readonly code: string; readonly expiresAt: number } | null;
  readonly formatMoment: (ms: number) => string;
}

export function handOverCard(view: HandOverView): SafeHtml {
  const words = WORDS[view.language];
  const { made } = view;
  if (made !== null)
    return html`<section class="card" aria-labelledby="hand-over">
      <h2 id="hand-over">${words.madeTitle}</h2>
      <p class="telephone-code" role="status">
        <strong>${made.code.slice(0, 4)} ${made.code.slice(4)}</strong>
      </p>
      <p>${words.once(view.formatMoment(made.expiresAt))}</p>
      <p>${words.where(view.joinUrl)}</p>
      <p class="quiet">${words.told}</p>
    </section>`;
  return html`<details class="card">
    <summary>${words.title}</summary>
    <p>${words.lead}</p>
    <form class="way" method="post" action="/help-desk/hand-over">
      <input type="hidden" name="address" value="${view.address}" />
      <label for="checked">${words.label}</label>
      <p class="quiet" id="checked-hint">${words.hint}</p>
      <input
        id="checked"
        name="checked"
        type="text"
        minlength="${SHORTEST_CHECK}"
        maxlength="${LONGEST_CHECK}"
        autocomplete="off"
        required
        aria-describedby="checked-hint"
      />
      <p class="quiet">${words.told}</p>
      <button class="second">${words.make}</button>
    </form>
  </details>`;
}
