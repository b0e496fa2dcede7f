/**
 * `POST /api/messages/:id/ask` and `POST /api/links/:token/ask`: a closed copy is asked for. Its author gets one mail
 * until somebody answers, however often it is asked. The link is enough, because who never registered has no other
 * way, and asking opens nothing. `GET /api/messages/:id/closed` tells what there is to ask for.
 */
import { Type } from '@fastify/type-provider-typebox';

import {
  askStatement,
  findAccessRequest,
  NOTE_MAX_CHARACTERS,
  sealNote,
} from '#src/accounts/access-requests.ts';
import { isLostRace, networkOf } from '#src/accounts/throttle.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { findClosure, type Closure } from '../policies/closure.ts';
import { requireManifest } from '../policies/content-key.ts';
import { findCopiesOfMessage, findCopyByLink, type Copy } from '../policies/copy.ts';
import { canonicalAddresses, findReader, requireReader, type Reader } from '../policies/reader.ts';
import { linkUnknown, notAvailable, slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { Closed, presentClosure } from '../presenters/closure.ts';
import { Author, body, errors, MessageParams, TokenParams } from '../wire.ts';

/** Whoever is declined may ask again, but is no nuisance. */
const ASKS_A_DAY = 3;
const NETWORK_ASKS_AN_HOUR = 30;

const Note = Type.Optional(Type.String({ maxLength: NOTE_MAX_CHARACTERS }));
/** Null: it can be opened. */
const ClosedOrNot = Type.Object({ closed: Type.Union([Closed, Type.Null()]) });
const ClosedMessage = Type.Object({ closed: Type.Union([Closed, Type.Null()]), author: Author });

export function addAskEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/messages/:id/closed', {
    schema: {
      summary: 'Why a message can not be opened, and whether asking helps',
      params: MessageParams,
      response: { 200: ClosedMessage, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const { copy, closure } = await requireClosed(portal, reader, request.params.id);
      return {
        closed: closure === null ? null : presentClosure(closure),
        author: presentAuthor(copy),
      };
    },
  });
  app.post('/api/messages/:id/ask', {
    schema: {
      summary: 'Ask for a message that is closed',
      params: MessageParams,
      body: body({ note: Note }),
      response: { 200: ClosedOrNot, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const { copy } = await requireClosed(portal, reader, request.params.id);
      return { closed: await ask(portal, copy, { reader, ip: request.ip, note: request.body.note ?? '' }) };
    },
  });
  app.post('/api/links/:token/ask', {
    schema: {
      summary: 'Ask for the message of a link that is closed',
      params: TokenParams,
      body: body({ note: Note }),
      response: { 200: ClosedOrNot, ...errors },
    },
    handler: async (request) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      requireManifest(portal, copy);
      const found = await findReader(portal, request);
      const reader =
        found !== null && canonicalAddresses(found).includes(copy.recipient.canonicalAddress) ? found : null;
      return { closed: await ask(portal, copy, { reader, ip: request.ip, note: request.body.note ?? '' }) };
    },
  });
}

/** The reader's copy of the message, a closed one first. Throws Refusal 404 `not-available`. */
async function requireClosed(
  portal: PortalContext,
  reader: Reader,
  messageId: string,
): Promise<{ readonly copy: Copy; readonly closure: Closure | null }> {
  const copies = await findCopiesOfMessage(portal, messageId, canonicalAddresses(reader));
  const found = await Promise.all(
    copies.map(async (copy) => ({ copy, closure: await findClosure(portal, copy, reader.account) })),
  );
  // One copy that opens is enough: there is nothing to ask for.
  const best = found.find(({ closure }) => closure === null) ?? found[0];
  if (best === undefined) throw notAvailable();
  requireManifest(portal, best.copy);
  return best;
}

interface Asking {
  /** Signed in to the copy; null: only the link is known. */
  readonly reader: Reader | null;
  readonly ip: string;
  readonly note: string;
}

async function ask(portal: PortalContext, copy: Copy, asking: Asking) {
  const account = asking.reader?.account ?? null;
  const closure = await findClosure(portal, copy, account);
  // Asked already, or opened again meanwhile: the page shows how it is.
  if (closure === null) return null;
  if (closure.request === 'asked') return presentClosure(closure);
  if (!closure.mayAsk) throw new Refusal(409, 'not-to-be-asked', 'This message can not be asked for.');
  await countAsking(portal, copy, asking.ip);
  await record(portal, copy, closure, asking);
  const now = await findClosure(portal, copy, account);
  return now === null ? null : presentClosure(now);
}

async function countAsking(portal: PortalContext, copy: Copy, ip: string): Promise<void> {
  const { throttle } = portal;
  const network = await throttle.countInWindow('network-asks', networkOf(ip), NETWORK_ASKS_AN_HOUR, HOUR_MS);
  if (!network.allowed) throw slowDown(network.retryAfterSeconds);
  const own = await throttle.countInWindow('asks', copy.recipient.id, ASKS_A_DAY, DAY_MS);
  if (!own.allowed) throw slowDown(own.retryAfterSeconds);
}

/** Request, audit entry and the author's mail are one unit. */
async function record(portal: PortalContext, copy: Copy, closure: Closure, asking: Asking): Promise<void> {
  const { audit, clock, database, keys, mails } = portal;
  const { id: recipientId, messageId, canonicalAddress } = copy.recipient;
  const askedAt = clock.now();
  const note = asking.note.trim();
  const last = await findAccessRequest(database, recipientId);
  const sealed = await sealNote(keys, { recipientId, askedAt }, note);
  const facts = {
    address: canonicalAddress,
    why: closure.state,
    signedIn: asking.reader !== null,
    note: sealed !== null,
    gone: closure.gone,
  };
  const accountId = asking.reader?.account.id ?? null;
  try {
    await database.commit([
      askStatement(database, last, { recipientId, messageId, why: closure.state, askedAt, note: sealed }),
      audit.entry({ event: 'access-asked', messageId, recipientId, accountId, facts }),
      ...(await mails.askedAgain(copy, closure, { note, askedAt })),
    ]);
  } catch (error) {
    // Asked in another window at the same moment.
    if (!isLostRace(error)) throw error;
  }
}
