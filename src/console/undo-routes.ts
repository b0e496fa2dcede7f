/** `/undo/<token>`: the author takes a message back, without signing in; opening the page changes nothing. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import { findUndoable, undoSending, type UndoTools } from '#src/acceptance/undo-sending.ts';
import { messageOfUndoToken } from '#src/acceptance/undo-window.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

import { html, page, type SafeHtml } from './page.ts';

type Language = 'en' | 'es';

const WORDS = {
  en: {
    title: 'Take this message back?',
    waiting: 'Nothing has gone out yet to:',
    until: (moment: string) => `You can take it back until ${moment}.`,
    button: 'Undo: do not send it',
    doneTitle: 'Taken back',
    done: 'Nothing went out to:',
    doneText: 'Nobody can open it. You can close this page.',
    lateTitle: 'It can’t be taken back any more',
    late: 'It has left, or it was taken back already. On its page you can still lock it for each recipient.',
    show: 'Show the message',
  },
  es: {
    title: '¿Deshacer el envío de este mensaje?',
    waiting: 'Todavía no ha salido nada para:',
    until: (moment: string) => `Puede deshacerlo hasta el ${moment}.`,
    button: 'Deshacer: no enviarlo',
    doneTitle: 'Deshecho',
    done: 'No salió nada para:',
    doneText: 'Nadie puede abrirlo. Puede cerrar esta página.',
    lateTitle: 'Ya no se puede deshacer',
    late: 'Ya salió, o ya se deshizo. En su página todavía puede bloquearlo para cada destinatario.',
    show: 'Ver el mensaje',
  },
} as const;

export interface UndoOptions {
  readonly undo: UndoTools;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly organization: () => string;
  readonly language: () => Language;
}

export function addUndoRoutes(
  app: HttpApp,
  options: UndoOptions,
  formatMoment: (ms: number) => string,
): void {
  const config = { policy: 'token-holder' } as const;
  const params = Type.Object({ token: Type.String({ maxLength: 60 }) });
  const show = (reply: FastifyReply, title: string, body: SafeHtml): FastifyReply => {
    const language = options.language();
    const markup = page({ title, organization: options.organization(), body, language, card: true });
    // Under `no-referrer` browsers send `Origin: null` with a form, and the check of the origin would refuse it.
    return reply.type('text/html; charset=utf-8').header('referrer-policy', 'same-origin').send(markup);
  };
  const late = (reply: FastifyReply, messageId: string | null): FastifyReply => {
    const words = WORDS[options.language()];
    const way = messageId === null ? html`` : html`<p><a href="/messages/${messageId}">${words.show}</a></p>`;
    return show(
      reply,
      words.lateTitle,
      html`<p>${words.late}</p>
        ${way}`,
    );
  };
  app.get('/undo/:token', { config, schema: { params } }, async (request, reply) => {
    const messageId = messageOfUndoToken(options.keys, request.params.token);
    const undoable = messageId === null ? null : await findUndoable(options.undo, messageId);
    if (undoable === null) return late(reply, messageId);
    const words = WORDS[options.language()];
    const body = html`<p>${words.waiting}</p>
      ${listOf(undoable.waiting)}
      <p class="quiet">${words.until(formatMoment(undoable.until))}</p>
      <form class="way" method="post"><button>${words.button}</button></form>`;
    return show(reply, words.title, body);
  });
  app.post('/undo/:token', { config, schema: { params } }, async (request, reply) => {
    const messageId = messageOfUndoToken(options.keys, request.params.token);
    const undone = messageId === null ? [] : await undoSending(options.undo, messageId);
    if (undone.length === 0) return late(reply, messageId);
    const words = WORDS[options.language()];
    const body = html`<p>${words.done}</p>
      ${listOf(undone)}
      <p>${words.doneText}</p>`;
    return show(reply, words.doneTitle, body);
  });
}

function listOf(addresses: readonly string[]): SafeHtml {
  return html`<ul class="waiting">
    ${addresses.map((address) => html`<li>${address}</li>`)}
  </ul>`;
}
