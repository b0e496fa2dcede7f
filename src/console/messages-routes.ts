/**
 * The pages of an author's own messages. What is somebody else's is answered as if it never was: every read begins
 * with the addresses that the viewer has proven.
 */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { findUndoable } from '#src/acceptance/undo-sending.ts';
import { undoTokenOf } from '#src/acceptance/undo-window.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { findMessages, type MessagesWanted } from '#src/desk/find-messages.ts';
import { openRequestsOf } from '#src/desk/open-requests.ts';
import { choicesOf } from '#src/desk/other-ways.ts';
import { findSecrets } from '#src/desk/second-channel.ts';
import { listRecipients, pageOfRecipient, recipientsOf } from '#src/desk/recipients-of.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from './console-context.ts';
import type { FramedPage } from './frame.ts';
import { addMessageActionRoutes } from './message-action-routes.ts';
import { ACTION_RESULTS } from './message-actions.ts';
import { messagePage, type MessageView } from './message-page.ts';
import { messagesPage } from './messages-page.ts';
import { ownAddresses, requireOwnMessage } from './own-messages.ts';

const config = { policy: 'sender' } as const;
/** As base's `newId` makes it. */
const Id = Type.String({ pattern: '^[0-9A-Z]{26}$' });

export function addMessagesRoutes(app: HttpApp, context: ConsoleContext, desk: Desk): void {
  const { show } = context;
  app.get('/messages', { config }, async (request, reply) => {
    const wanted = { filter: 'all', search: '', before: null } as const;
    return show(request, reply, await showList(context, desk, request, wanted));
  });
  const body = Type.Object({
    q: Type.String({ maxLength: 200 }),
    filter: Type.Union([Type.Literal('all'), Type.Literal('not-opened'), Type.Literal('failed')]),
    before: Type.Optional(Id),
  });
  app.post('/messages/search', { config, schema: { body } }, async (request, reply) => {
    const { q, filter, before = null } = request.body;
    return show(request, reply, await showList(context, desk, request, { filter, search: q.trim(), before }));
  });
  const params = Type.Object({ id: Type.String({ maxLength: 40 }) });
  const querystring = Type.Object({
    page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
    done: Type.Optional(Type.Union(ACTION_RESULTS.map((result) => Type.Literal(result)))),
    at: Type.Optional(Id),
  });
  app.get('/messages/:id', { config, schema: { params, querystring } }, async (request, reply) => {
    const message = await requireOwnMessage(desk, request, request.params.id);
    const { done = null, at = null } = request.query;
    const page =
      at === null ? Number(request.query.page ?? '1') : await pageOfRecipient(desk.database, message.id, at);
    const recipients = await recipientsOf(desk.database, message.id, page, desk.clock.now());
    const { language, formatMoment, formatDay } = context;
    const requests = await openRequestsOf(desk, message.id);
    const now = desk.clock.now();
    const secrets = await findSecrets(desk, recipients.recipients);
    const choices = await choicesOf(desk, recipients.recipients);
    const undo = await undoOf(desk, message.id);
    const about = { message, recipients, requests, choices, secrets, undo, now };
    const shown = { language: language(), ...about, page, done, doneAt: at };
    return show(request, reply, messagePage({ ...shown, formatMoment, formatDay }));
  });
  addMessageActionRoutes(app, context, desk);
}

/** Until when, and where, the message can be taken back; null where it has left. */
async function undoOf(desk: Desk, messageId: string): Promise<MessageView['undo']> {
  const undoable = await findUndoable(desk, messageId);
  return undoable && { until: undoable.until, url: `/undo/${undoTokenOf(desk.keys, messageId)}` };
}

async function showList(
  { language, formatMoment }: ConsoleContext,
  desk: Desk,
  request: FastifyRequest,
  wanted: Omit<MessagesWanted, 'addresses'>,
): Promise<FramedPage> {
  const addresses = ownAddresses(request);
  const found = await findMessages(desk, { ...wanted, addresses });
  const ids = found.messages.map(({ id }) => id);
  return messagesPage({
    language: language(),
    found,
    recipients: await listRecipients(desk.database, ids, desk.clock.now()),
    filter: wanted.filter,
    search: wanted.search,
    isLater: wanted.before !== null,
    hasAddress: addresses.length > 0,
    formatMoment,
  });
}
