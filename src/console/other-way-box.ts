/**
 * What a recipient asked for instead of reading on the site, with how they can be reached, until its author says that it
 * is done; and the line that keeps what was chosen and which words were shown before.
 */
import type { ChosenWay } from '#src/desk/other-ways.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    asks: {
      call: (moment: string) => `On ${moment} they asked you to call them.`,
      letter: (moment: string) => `On ${moment} they asked for a letter.`,
      somebody: (moment: string) => `On ${moment} they asked that somebody reads it to them:`,
    },
    makeSure:
      'Everybody who has the link could have asked. First make sure that it is really them: use the phone number or address that you know already.',
    wrote: 'They wrote:',
    done: 'It is done',
    doneHint: 'What they wrote is then deleted.',
    chosen: 'Told of the risks',
    ways: {
      web: (moment: string) => `${moment}: reads on our website`,
      call: (moment: string) => `${moment}: asked to be called`,
      letter: (moment: string) => `${moment}: asked for a letter`,
      somebody: (moment: string) => `${moment}: asked that somebody reads it to them`,
    },
    isDone: (moment: string) => `done ${moment}`,
    text: (version: string) => `text ${version}`,
  },
  es: {
    asks: {
      call: (moment: string) => `El ${moment} pidió que usted le llame.`,
      letter: (moment: string) => `El ${moment} pidió una carta.`,
      somebody: (moment: string) => `El ${moment} pidió que alguien se lo lea:`,
    },
    makeSure:
      'Cualquiera que tenga el enlace pudo pedirlo. Primero asegúrese de que es esa persona: use el teléfono o la dirección que ya conoce.',
    wrote: 'Escribió:',
    done: 'Está hecho',
    doneHint: 'Lo que escribió se borra entonces.',
    chosen: 'Conoce los riesgos',
    ways: {
      web: (moment: string) => `${moment}: lee en nuestro sitio web`,
      call: (moment: string) => `${moment}: pidió una llamada`,
      letter: (moment: string) => `${moment}: pidió una carta`,
      somebody: (moment: string) => `${moment}: pidió que alguien se lo lea`,
    },
    isDone: (moment: string) => `hecho ${moment}`,
    text: (version: string) => `texto ${version}`,
  },
} as const;

export interface OtherWayView {
  readonly language: Language;
  readonly messageId: string;
  readonly recipient: { readonly id: string; readonly address: string };
  readonly formatMoment: (ms: number) => string;
}

/** A box for each wish that is not done yet. */
export function otherWayBoxes(choices: readonly ChosenWay[], view: OtherWayView): SafeHtml {
  return html`${choices.map((choice) => otherWayBox(choice, view))}`;
}

function otherWayBox(choice: ChosenWay, view: OtherWayView): SafeHtml {
  const { way, doneAt, name, contact } = choice;
  if (way === 'web' || doneAt !== null) return html``;
  const words = WORDS[view.language];
  const { messageId, recipient, formatMoment } = view;
  return html`<div class="note alert">
    <p>${words.asks[way](formatMoment(choice.chosenAt))} ${name}</p>
    ${
      contact === ''
        ? html``
        : html`<p class="quiet">${words.wrote}</p>
            <blockquote>${contact}</blockquote>`
    }
    <p>${words.makeSure}</p>
    <form method="post" action="/messages/${messageId}/${recipient.id}/other-way-done">
      <input type="hidden" name="wish" value="${choice.id}" />
      <button class="second small" aria-label="${words.done}: ${recipient.address}">${words.done}</button>
      <span class="quiet">${words.doneHint}</span>
    </form>
  </div>`;
}

/** Null where nobody chose anything: the words were not shown yet. */
export function choicesLine(
  choices: readonly ChosenWay[],
  { language, formatMoment }: Pick<OtherWayView, 'language' | 'formatMoment'>,
): readonly [name: string, value: string] | null {
  if (choices.length === 0) return null;
  const words = WORDS[language];
  const lines = choices.map(({ way, chosenAt, doneAt, text }) => {
    const notes = [words.text(text), ...(doneAt === null ? [] : [words.isDone(formatMoment(doneAt))])];
    return `${words.ways[way](formatMoment(chosenAt))} (${notes.join(', ')})`;
  });
  return [words.chosen, lines.join('; ')];
}
