/**
 * `POST /api/messages/:id/open`: the content key, sealed to the page. The only thing that counts as *opened*. The
 * audit entry and, the first time, the author's receipt are on stable storage before the key leaves; of any number
 * of openings at once exactly one is the first. The key is unwrapped before the commit, in memory, so that a
 * receipt never tells of an opening that could not succeed. Small streams go along with the key: on a slow line the text
 * then shows without another round trip.
 */
import { Type } from '@fastify/type-provider-typebox';

import { DAY_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { StreamName } from '#src/sealing/layout.ts';
import type { Manifest } from '#src/sealing/manifest.ts';
import { releaseToPageOffThread } from '#src/sealing/page-release.ts';
import { exactlyOne, ExpectationFailed, statement, type Statement } from '#src/storage/database.ts';

import { requireManifest, unwrapContentKey } from '../policies/content-key.ts';
import {
  leaveFor,
  leaveOf,
  readerStateFor,
  readsForFacts,
  stateFor,
  type ReadableCopy,
} from '../policies/access.ts';
import { findCopiesOfMessage, keptUntil } from '../policies/copy.ts';
import { requirePagePoint } from '../policies/page-key.ts';
import { canonicalAddresses, requireReader, type Reader } from '../policies/reader.ts';
import { notAvailable, requireReady } from '../policies/refusals.ts';
import { readSmallStreams } from '../policies/stored-content.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { presentSealedKey } from '../presenters/sealed-key.ts';
import { Author, body, errors, MessageParams, PageKey, SealedKey, timestamp, Timestamp } from '../wire.ts';

/** A message is kept at least this long after it was first opened. */
const KEPT_AFTER_OPENING_MS = 90 * DAY_MS;

const StreamLayout = Type.Object({
  offset: Type.Integer(),
  length: Type.Integer(),
  plaintextLength: Type.Integer(),
  commitment: Type.String(),
});
const OpenedMessage = Type.Object({
  messageId: Type.String(),
  layout: Type.Object({ content: StreamLayout, derived: StreamLayout, index: StreamLayout }),
  organizationId: Type.String(),
  accountId: Type.String(),
  contentKey: SealedKey,
  /** Whole sealed streams in base64url, where they are small; the others are fetched by chunks. */
  streams: Type.Object({
    index: Type.Optional(Type.String()),
    derived: Type.Optional(Type.String()),
    content: Type.Optional(Type.String()),
  }),
  author: Author,
  sentAt: Timestamp,
  keptUntil: Timestamp,
  recipientAddress: Type.String(),
  /** Whether it can be answered here. */
  canReply: Type.Boolean(),
  /** Its author wants no answer. */
  repliesRefused: Type.Boolean(),
});

export function addOpenMessageEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/messages/:id/open', {
    schema: {
      summary: 'Open a message: its content key for this page',
      params: MessageParams,
      body: body({ pageKey: PageKey }),
      response: { 200: OpenedMessage, ...errors },
    },
    handler: async (request) => {
      const pagePoint = requirePagePoint(request.body.pageKey);
      const reader = await requireReader(portal, request);
      const copy = await requireReadableCopy(portal, reader, request.params.id);
      const manifest = requireManifest(portal, copy);
      const contentKey = await unwrapContentKey(portal, reader, copy, manifest);
      try {
        const kept = await recordOpening(portal, reader, copy);
        portal.steps.reach('opening-committed');
        const streams = await readSmallStreams(portal, copy, manifest.streams);
        const released = await presentOpened(reader, copy, manifest, {
          contentKey,
          pagePoint,
          kept,
          streams,
        });
        portal.steps.reach('opening-released');
        return released;
      } finally {
        contentKey.fill(0);
      }
    },
  });
}

/**
 * The copy of the message that the reader may open now. Throws Refusal 404 `not-available` for a message that is
 * not theirs, 410 `locked` or `expired`, 403 `needs-release` or `needs-code`; RowForged.
 */
export async function requireReadableCopy(
  portal: PortalContext,
  reader: Reader,
  messageId: string,
): Promise<ReadableCopy> {
  const copy = await requireOwnCopy(portal, reader, messageId);
  requireReady(await readerStateFor(portal, reader, copy));
  return copy;
}

/** The same, whether or not its second channel was proven. */
export async function requireOwnCopy(
  portal: PortalContext,
  reader: Reader,
  messageId: string,
): Promise<ReadableCopy> {
  const own = await findCopiesOfMessage(portal, messageId, canonicalAddresses(reader));
  const copies: readonly ReadableCopy[] =
    own.length > 0
      ? own.map((copy) => ({ ...copy, leave: null }))
      : await copiesByLeave(portal, reader, messageId);
  const ready = copies.filter((copy) => stateFor(portal, reader, copy) === 'ready');
  // With several addresses, an unopened copy first: each copy has a receipt of its own.
  const copy = ready.find(({ recipient }) => recipient.firstOpenedAt === null) ?? ready[0] ?? copies[0];
  if (copy === undefined) {
    await portal.database.commit([
      portal.audit.entry({
        event: 'message-refused-to-reader',
        accountId: reader.account.id,
        facts: { why: 'not-available' },
      }),
    ]);
    throw notAvailable();
  }
  requireReady(stateFor(portal, reader, copy));
  return copy;
}

/** The copies of others that the reader may read. */
async function copiesByLeave(
  portal: PortalContext,
  reader: Reader,
  messageId: string,
): Promise<readonly ReadableCopy[]> {
  const leave = await leaveOf(portal, reader);
  const addresses = [...new Set(leave.map(({ access }) => access.canonicalAddress))];
  const copies = await findCopiesOfMessage(portal, messageId, addresses);
  return copies.flatMap((copy) => {
    const found = leaveFor(leave, copy.recipient);
    return found === null ? [] : [{ ...copy, leave: found }];
  });
}

/** Commits the opening, with the receipt if it is the first; returns until when the copy is kept. */
async function recordOpening(portal: PortalContext, reader: Reader, copy: ReadableCopy): Promise<number> {
  const now = portal.clock.now();
  if (copy.recipient.firstOpenedAt === null) {
    const statements = await firstOpening(portal, reader, copy, now);
    portal.steps.reach('opening-before-commit');
    if (await commitUnlessLost(portal, statements)) return keptUntil(keptLonger(copy, now));
    // Somebody was first, or the copy was locked in between; the next unit tells which.
  }
  const again = statement(
    portal.database.query
      .updateTable('recipients')
      .set({ lastOpenedAt: now })
      .where('id', '=', copy.recipient.id)
      .where('lockedAt', 'is', null)
      .where('firstOpenedAt', 'is not', null),
    exactlyOne,
  );
  if (copy.recipient.firstOpenedAt !== null) portal.steps.reach('opening-before-commit');
  if (
    !(await commitUnlessLost(portal, [again, openingEntry(portal, reader, copy, 'message-opened-again')]))
  ) {
    requireReady('locked');
  }
  return keptUntil(copy);
}

async function firstOpening(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
  now: number,
): Promise<readonly Statement[]> {
  const { query } = portal.database;
  const opened = statement(
    query
      .updateTable('recipients')
      .set({ firstOpenedAt: now, lastOpenedAt: now, openedByAccountId: reader.account.id, state: 'opened' })
      .where('id', '=', copy.recipient.id)
      .where('firstOpenedAt', 'is', null)
      .where('lockedAt', 'is', null),
    exactlyOne,
  );
  const kept = keptLonger(copy, now);
  const keep = statement(
    query
      .updateTable('messages')
      .set({ keptUntil: kept.message.keptUntil })
      .where('id', '=', copy.message.id)
      .where('keptUntil', '<', kept.message.keptUntil),
  );
  return [
    opened,
    ...(kept === copy ? [] : [keep]),
    openingEntry(portal, reader, copy, 'message-opened'),
    ...(await portal.mails.opened(copy, now, copy.leave?.access.readerAddress ?? null)),
  ];
}

/** The copy with its message kept for 90 days from `now` at least; the same object where it is already. */
function keptLonger(copy: ReadableCopy, now: number): ReadableCopy {
  const end = now + KEPT_AFTER_OPENING_MS;
  if (copy.message.keptUntil === null || copy.message.keptUntil >= end) return copy;
  return { ...copy, message: { ...copy.message, keptUntil: end } };
}

function openingEntry(
  portal: PortalContext,
  reader: Reader,
  copy: ReadableCopy,
  event: 'message-opened' | 'message-opened-again',
): Statement {
  return portal.audit.entry({
    event,
    messageId: copy.message.id,
    recipientId: copy.recipient.id,
    accountId: reader.account.id,
    facts: { address: copy.recipient.canonicalAddress, ...readsForFacts(copy) },
  });
}

/** False where another opening or a lock came first. */
async function commitUnlessLost(portal: PortalContext, statements: readonly Statement[]): Promise<boolean> {
  try {
    await portal.database.commit(statements);
    return true;
  } catch (error) {
    if (error instanceof ExpectationFailed) return false;
    throw error;
  }
}

async function presentOpened(
  reader: Reader,
  copy: ReadableCopy,
  manifest: Manifest,
  release: {
    contentKey: Buffer;
    pagePoint: Buffer;
    kept: number;
    streams: Partial<Record<StreamName, Buffer>>;
  },
) {
  const { organizationId } = manifest;
  const accountId = reader.account.id;
  const sealed = await releaseToPageOffThread({
    organizationId,
    messageId: copy.message.id,
    purpose: 'content-key',
    key: release.contentKey,
    accountId,
    pagePoint: release.pagePoint,
  });
  return {
    messageId: copy.message.id,
    layout: manifest.streams,
    organizationId,
    accountId,
    contentKey: presentSealedKey(sealed),
    streams: presentStreams(release.streams),
    author: presentAuthor(copy),
    sentAt: timestamp(copy.message.acceptedAt),
    keptUntil: timestamp(release.kept),
    recipientAddress: copy.recipient.address,
    canReply: copy.leave === null && copy.message.authorAddress !== null && copy.recipient.noReply !== 1,
    repliesRefused: copy.recipient.noReply === 1,
  };
}

function presentStreams(streams: Partial<Record<StreamName, Buffer>>): Partial<Record<StreamName, string>> {
  return Object.fromEntries(
    Object.entries(streams).map(([name, octets]) => [name, octets.toString('base64url')]),
  );
}
