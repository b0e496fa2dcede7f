/**
 * `POST /api/messages`: the reader's messages, newest first. Each carries its sealed list entry and the entry's key
 * sealed to the page; this opens no message and causes no receipt. A copy that can't be opened shows neither.
 */
import { Type } from '@fastify/type-provider-typebox';

import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { OWN_COPY_RULE } from '#src/protection/secure-message/reply-address.ts';
import { fateOfReply } from '#src/replies/fate-of-reply.ts';
import { deriveListKey } from '#src/sealing/list-entry.ts';
import { releaseToPageOffThread } from '#src/sealing/page-release.ts';

import { leaveFor, leaveOf, readerStateFor, type Leave, type ReadableCopy } from '../policies/access.ts';
import { requireManifest, SealBroken, unwrapContentKey } from '../policies/content-key.ts';
import { believeCopy, keptUntil, listCopyRows, type CopyRow } from '../policies/copy.ts';
import { requirePagePoint } from '../policies/page-key.ts';
import { canonicalAddresses, requireReader, type Reader } from '../policies/reader.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentSealedKey } from '../presenters/sealed-key.ts';
import { body, errors, PageKey, SealedKey, State, timestamp, Timestamp } from '../wire.ts';

const PAGE_LENGTH = 20;

const ListedMessage = Type.Object({
  id: Type.String(),
  sentAt: Timestamp,
  sizeBytes: Type.Integer(),
  opened: Type.Boolean(),
  /** The address that it came to, where somebody else's; null: the reader's own. */
  readFor: Type.Union([Type.String(), Type.Null()]),
  /** Null: it was sent to the reader. Else what became of the answer that they sent. */
  sent: Type.Union([
    Type.Literal('on-its-way'),
    Type.Literal('arrived'),
    Type.Literal('failed'),
    Type.Null(),
  ]),
  state: State,
  keptUntil: Timestamp,
  /** Empty where the copy can't be opened now. */
  listEntry: Type.String(),
  listKey: SealedKey,
});
const Messages = Type.Object({
  messages: Type.Array(ListedMessage),
  /** To be sent as `before` for the next page; null: this was the last. */
  next: Type.Union([Type.String(), Type.Null()]),
  organizationId: Type.String(),
  accountId: Type.String(),
});

export function addMessagesEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/messages', {
    schema: {
      summary: 'Messages of the signed-in reader',
      body: body({ pageKey: PageKey, before: Type.Optional(Type.String({ maxLength: 64 })) }),
      response: { 200: Messages, ...errors },
    },
    handler: async (request) => {
      const pagePoint = requirePagePoint(request.body.pageKey);
      const reader = await requireReader(portal, request);
      const leave = await leaveOf(portal, reader);
      const rows = await listCopyRows(portal, readableOf(reader, leave), {
        before: request.body.before ?? null,
        limit: PAGE_LENGTH + 1,
      });
      const page = rows.slice(0, PAGE_LENGTH);
      const messages = [];
      for (const row of onePerMessage(page)) {
        const listed = await listMessage(portal, reader, { row, leave }, pagePoint);
        if (listed !== null) messages.push(listed);
      }
      return {
        messages,
        next: rows.length > PAGE_LENGTH ? (page.at(-1)?.messageId ?? null) : null,
        organizationId: portal.keys.publicKeys().organizationId,
        accountId: reader.account.id,
      };
    },
  });
}

/** The reader's own copies, and those of others that they may read. */
function readableOf(reader: Reader, leave: readonly Leave[]) {
  const all = leave.filter(({ access }) => access.recipientId === null);
  return {
    addresses: [...canonicalAddresses(reader), ...all.map(({ access }) => access.canonicalAddress)],
    recipientIds: leave.flatMap(({ access }) => access.recipientId ?? []),
  };
}

/** Two addresses of one person may have got the same message. */
function onePerMessage(rows: readonly CopyRow[]): readonly CopyRow[] {
  return rows.filter((row, i) => rows.findIndex(({ messageId }) => messageId === row.messageId) === i);
}

/** Null where the row or its seal is broken: it is not shown, and the alarm is raised. */
async function listMessage(
  portal: PortalContext,
  reader: Reader,
  { row, leave }: { row: CopyRow; leave: readonly Leave[] },
  pagePoint: Buffer,
) {
  try {
    const believed = believeCopy(portal, row);
    const isOwn = canonicalAddresses(reader).includes(believed.recipient.canonicalAddress);
    const copy = { ...believed, leave: isOwn ? null : leaveFor(leave, believed.recipient) };
    if (!isOwn && copy.leave === null) return null;
    const state = await readerStateFor(portal, reader, copy);
    const entry =
      state === 'ready' && copy.message.listEntry !== null
        ? await releaseListKey(portal, reader, copy, pagePoint)
        : { enc: '', ciphertext: '' };
    return {
      id: copy.message.id,
      sentAt: timestamp(copy.message.acceptedAt),
      sizeBytes: copy.message.sizeBytes,
      opened: copy.recipient.firstOpenedAt !== null,
      readFor: copy.leave === null ? null : copy.recipient.address,
      sent: copy.recipient.rule === OWN_COPY_RULE ? await fateOfReply(portal, copy.message.id) : null,
      state,
      keptUntil: timestamp(keptUntil(copy)),
      listEntry:
        state === 'ready' ? Buffer.from(copy.message.listEntry ?? Buffer.alloc(0)).toString('base64url') : '',
      listKey: entry,
    };
  } catch (error) {
    const what = error instanceof SealBroken ? error.what : error instanceof RowForged ? error.table : null;
    if (what === null) throw error;
    await raiseTamperAlarm(portal, {
      what,
      rowKey: row.id,
      messageId: row.messageId,
      recipientId: row.id,
      accountId: reader.account.id,
    });
    return null;
  }
}

async function releaseListKey(portal: PortalContext, reader: Reader, copy: ReadableCopy, pagePoint: Buffer) {
  const manifest = requireManifest(portal, copy);
  const contentKey = await unwrapContentKey(portal, reader, copy, manifest);
  const ids = { organizationId: manifest.organizationId, messageId: copy.message.id };
  const key = deriveListKey(contentKey, ids);
  contentKey.fill(0);
  try {
    const accountId = reader.account.id;
    return presentSealedKey(
      await releaseToPageOffThread({ ...ids, purpose: 'list-key', key, accountId, pagePoint }),
    );
  } finally {
    key.fill(0);
  }
}
