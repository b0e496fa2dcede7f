/**
 * The pages of an author's own messages. What is somebody else's is answered as if it never was: every read begins
 * with the addresses that the viewer has proven.
 */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { Clock } from '#src/base/clock.ts';
import {
  findMessage,
  findMessages,
  type DeskReading,
  type FoundMessage,
  type MessagesWanted,
} from '#src/desk/find-messages.ts';
import { listRecipients, recipientsOf } from '#src/desk/recipients-of.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';

import { viewerOf } from './account-routes.ts';
import type { ConsoleContext } from './console-context.ts';
import type { FramedPage } from './frame.ts';
import { messagePage } from './message-page.ts';
import { messagesPage } from './messages-page.ts';

export interface Desk extends DeskReading {
  readonly clock: Clock;
}

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
  const querystring = Type.Object({ page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })) });
  app.get('/messages/:id', { config, schema: { params, querystring } }, async (request, reply) => {
    const message = await requireOwnMessage(desk, request, request.params.id);
    const page = Number(request.query.page ?? '1');
    const recipients = await recipientsOf(desk.database, message.id, page, desk.clock.now());
    const { language, formatMoment, formatDay } = context;
    const view = { language: language(), message, recipients, page, formatMoment, formatDay };
    return show(request, reply, messagePage(view));
  });
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

function ownAddresses(request: FastifyRequest): readonly string[] {
  return viewerOf(request).addresses.map(({ canonicalAddress }) => canonicalAddress);
}

/** Throws Refusal 404 for what is not the viewer's, as for what does not exist; RowForged. */
export async function requireOwnMessage(
  desk: DeskReading,
  request: FastifyRequest,
  id: string,
): Promise<FoundMessage> {
  const message = await findMessage(desk, ownAddresses(request), id);
  if (message !== null) return message;
  const { code, message: words } = genericRefusal(404);
  throw new Refusal(404, code, words);
}
