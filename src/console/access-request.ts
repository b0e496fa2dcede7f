/** A recipient's request for a closed copy, with the two answers: on the message's page and among what waits. */
import type { OpenRequest } from '#src/desk/open-requests.ts';

import type { Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';

const WORDS = {
  en: {
    asks: {
      locked: (moment: string) => `Asked on ${moment} to read it although it is locked.`,
      expired: (moment: string) => `Asked on ${moment} to read it although its date is over.`,
      'needs-release': (moment: string) =>
        `Asked on ${moment} to read it again. It was opened before their password was set anew by mail, so it is closed.`,
    },
    makeSure: 'First make sure that it is really them, best by phone: a stolen mailbox could ask the same.',
    wrote: 'They wrote:',
    grant: {
      locked: () => 'Unlock it',
      expired: (day: string) => `Open it until ${day}`,
      'needs-release': () => 'Release it',
    },
    decline: 'Leave it closed',
    gone: 'The content is not kept any more. If they should read it, send it to them again.',
  },
  es: {
    asks: {
      locked: (moment: string) => `El ${moment} pidió leerlo, aunque está bloqueado.`,
      expired: (moment: string) => `El ${moment} pidió leerlo, aunque su fecha ya pasó.`,
      'needs-release': (moment: string) =>
        `El ${moment} pidió leerlo otra vez. Se abrió antes de poner una contraseña nueva por correo, por eso está cerrado.`,
    },
    makeSure:
      'Primero asegúrese de que es esa persona, mejor por teléfono: un buzón robado podría pedir lo mismo.',
    wrote: 'Escribió:',
    grant: {
      locked: () => 'Desbloquearlo',
      expired: (day: string) => `Abrirlo hasta el ${day}`,
      'needs-release': () => 'Autorizarlo',
    },
    decline: 'Dejarlo cerrado',
    gone: 'El contenido ya no se guarda. Si debe leerlo, envíeselo otra vez.',
  },
} as const;

export interface RequestView {
  readonly language: Language;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
  /** Until when a copy whose date was over would be open; null: its content is gone. */
  readonly until: number | null;
}

/** `hidden`: further fields of both forms. */
export function requestBox(request: OpenRequest, view: RequestView, hidden: SafeHtml = html``): SafeHtml {
  const words = WORDS[view.language];
  const { why, note, address, askedAt } = request;
  return html`<div class="note alert">
    <p>${words.asks[why](view.formatMoment(askedAt))}</p>
    ${
      note === ''
        ? html``
        : html`<p class="quiet">${words.wrote}</p>
            <blockquote>${note}</blockquote>`
    }
    ${why === 'needs-release' ? html`<p>${words.makeSure}</p>` : html``}
    ${view.until === null ? html`<p>${words.gone}</p>` : html``}
    <div class="row small">
      ${
        view.until === null
          ? html``
          : answer('grant', words.grant[why](view.formatDay(view.until)), { request, address, hidden })
      }
      ${answer('decline', words.decline, { request, address, hidden })}
    </div>
  </div>`;
}

function answer(
  act: 'grant' | 'decline',
  label: string,
  {
    request,
    address,
    hidden,
  }: { readonly request: OpenRequest; readonly address: string; readonly hidden: SafeHtml },
): SafeHtml {
  const { messageId, recipientId, askedAt } = request;
  return html`<form method="post" action="/messages/${messageId}/${recipientId}/${act}">
    <input type="hidden" name="askedAt" value="${askedAt}" />${hidden}
    <button class="${act === 'grant' ? 'small' : 'second small'}" aria-label="${label}: ${address}">
      ${label}
    </button>
  </form>`;
}
