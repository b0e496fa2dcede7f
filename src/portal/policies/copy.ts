/**
 * A copy: one message as one recipient may read it. Everything that shows or opens something starts from here, so
 * that a row which is not bound to its link by our hash is never believed.
 */
import type { ExpressionBuilder } from 'kysely';

import { GIVEN_UP } from '#src/accounts/close-copies.ts';
import { linkMac, releaseMac, requireMac } from '#src/accounts/row-mac.ts';
import { hashLinkToken, isLinkToken } from '#src/accounts/link-tokens.ts';
import { hasProof } from '#src/accounts/second-channel.ts';
import { DAY_MS } from '#src/base/clock.ts';
import type { Database } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';
import type { AccountsTable, MessagesTable, RecipientsTable, Tables } from '#src/storage/tables.ts';

import type { PortalDependencies } from '../portal-dependencies.ts';

const RECIPIENT_COLUMNS = [
  'recipients.id',
  'recipients.messageId',
  'recipients.address',
  'recipients.canonicalAddress',
  'recipients.state',
  'recipients.lockedAt',
  'recipients.lockReason',
  'recipients.expiresAt',
  'recipients.linkTokenHash',
  'recipients.linkMac',
  'recipients.firstOpenedAt',
  'recipients.dsnOriginalRecipient',
  'recipients.rule',
  'recipients.noReply',
  'recipients.secondChannel',
  'recipients.releasedAt',
  'recipients.releaseMac',
] as const;

const MESSAGE_COLUMNS = [
  'messages.id as message_id',
  'messages.acceptedAt as message_acceptedAt',
  'messages.authorAddress as message_authorAddress',
  'messages.fromAddress as message_fromAddress',
  'messages.sizeBytes as message_sizeBytes',
  'messages.keptUntil as message_keptUntil',
  'messages.manifest as message_manifest',
  'messages.listEntry as message_listEntry',
  'messages.layout as message_layout',
  'messages.objectStorage as message_objectStorage',
  'messages.objectName as message_objectName',
  'messages.objectLength as message_objectLength',
] as const;

export interface Copy {
  readonly recipient: Pick<
    RecipientsTable,
    | 'id'
    | 'messageId'
    | 'address'
    | 'canonicalAddress'
    | 'state'
    | 'lockedAt'
    | 'lockReason'
    | 'expiresAt'
    | 'firstOpenedAt'
    | 'dsnOriginalRecipient'
    | 'rule'
    | 'noReply'
    | 'secondChannel'
    | 'releasedAt'
  >;
  readonly message: Pick<
    MessagesTable,
    | 'id'
    | 'acceptedAt'
    | 'authorAddress'
    | 'fromAddress'
    | 'sizeBytes'
    | 'keptUntil'
    | 'manifest'
    | 'listEntry'
    | 'layout'
    | 'objectStorage'
    | 'objectName'
    | 'objectLength'
  >;
}

/** `needs-release`: opened before the account's password was reset by mail alone, and not released since. */
export type CopyState = 'ready' | 'locked' | 'expired' | 'needs-release';
/** `needs-code`: the reader has to show first that they know what the author told them by telephone. */
export type ReaderCopyState = CopyState | 'needs-code';

/** A year from sending, unless the message says otherwise. */
const DEFAULT_KEPT_MS = 365 * DAY_MS;
/** Nothing was announced to these; there is no copy to read. */
const UNANNOUNCED = ['held', 'returned', 'cancelled'] as const;

type CopyContext = Pick<PortalDependencies, 'database' | 'keys'>;

/** The copy of a link; null for a token that we did not mail. Throws RowForged. */
export async function findCopyByLink(context: CopyContext, token: string): Promise<Copy | null> {
  if (!isLinkToken(token)) return null;
  const row = await selectCopies(context)
    .where('recipients.linkTokenHash', '=', hashLinkToken(context.keys, token))
    .executeTakeFirst();
  return row === undefined ? null : believeCopy(context, row);
}

/** The copy of a registration that is under way; null where it is gone. Throws RowForged. */
export async function findCopy(context: CopyContext, recipientId: string): Promise<Copy | null> {
  const row = await selectCopies(context).where('recipients.id', '=', recipientId).executeTakeFirst();
  return row === undefined ? null : believeCopy(context, row);
}

/** The copies of one message that went to any of `canonicalAddresses`. Throws RowForged. */
export async function findCopiesOfMessage(
  context: CopyContext,
  messageId: string,
  canonicalAddresses: readonly string[],
): Promise<readonly Copy[]> {
  const { query } = context.database;
  const rows = await Promise.all(
    canonicalAddresses.map((canonicalAddress) => selectCopiesTo(query, { messageId, canonicalAddress })),
  );
  return rows
    .flat()
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map((row) => believeCopy(context, row));
}

/** The copies whose notice has this code and went to this address: a code says nothing about other recipients. Throws RowForged. */
export async function findCopiesByCode(
  context: CopyContext,
  messageCodeHash: Buffer,
  canonicalAddress: string,
): Promise<readonly Copy[]> {
  const rows = await selectCopies(context)
    .where('recipients.messageCodeHash', '=', messageCodeHash)
    .where('recipients.canonicalAddress', '=', canonicalAddress)
    .execute();
  return rows.map((row) => believeCopy(context, row));
}

/** Rows of the copies that went to any of the addresses, and of those named, newest first, not yet believed. */
export async function listCopyRows(
  context: CopyContext,
  { addresses, recipientIds }: { addresses: readonly string[]; recipientIds: readonly string[] },
  page: { before: string | null; limit: number },
): Promise<readonly CopyRow[]> {
  if (addresses.length === 0) return [];
  return selectCopies(context)
    .where((eb) => {
      const toAddresses = eb('recipients.canonicalAddress', 'in', addresses);
      return recipientIds.length === 0
        ? toAddresses
        : eb.or([toAddresses, eb('recipients.id', 'in', recipientIds)]);
    })
    .where(notGivenUp)
    .$if(page.before !== null, (query) => query.where('recipients.messageId', '<', page.before ?? ''))
    .orderBy('recipients.messageId', 'desc')
    .orderBy('recipients.id')
    .limit(page.limit)
    .execute();
}

/** Checks the hash that binds the row to its link. Throws RowForged. */
export function believeCopy(context: Pick<PortalDependencies, 'keys'>, row: CopyRow): Copy {
  const expected = linkMac(context.keys, {
    recipientId: row.id,
    messageId: row.messageId,
    canonicalAddress: row.canonicalAddress,
    linkTokenHash: row.linkTokenHash ?? Buffer.alloc(0),
    secondChannel: row.secondChannel,
  });
  requireMac('recipients', row.id, expected, row.linkMac);
  const { id, releasedAt } = row;
  if (releasedAt !== null)
    requireMac('recipients', id, releaseMac(context.keys, id, releasedAt), row.releaseMac);
  return toCopy(row);
}

function toCopy(row: CopyRow): Copy {
  return {
    recipient: {
      id: row.id,
      messageId: row.messageId,
      address: row.address,
      canonicalAddress: row.canonicalAddress,
      state: row.state,
      lockedAt: row.lockedAt,
      lockReason: row.lockReason,
      expiresAt: row.expiresAt,
      firstOpenedAt: row.firstOpenedAt,
      dsnOriginalRecipient: row.dsnOriginalRecipient,
      rule: row.rule,
      noReply: row.noReply,
      secondChannel: row.secondChannel,
      releasedAt: row.releasedAt,
    },
    message: {
      id: row.message_id,
      acceptedAt: row.message_acceptedAt,
      authorAddress: row.message_authorAddress,
      fromAddress: row.message_fromAddress,
      sizeBytes: row.message_sizeBytes,
      keptUntil: row.message_keptUntil,
      manifest: row.message_manifest,
      listEntry: row.message_listEntry,
      layout: row.message_layout,
      objectStorage: row.message_objectStorage,
      objectName: row.message_objectName,
      objectLength: row.message_objectLength,
    },
  };
}

export type CopyRow = Awaited<ReturnType<ReturnType<typeof selectCopies>['execute']>>[number];

/** Unsorted: an order by id leads SQLite to walk all messages of the address. */
const selectCopiesTo = preparedQuery<{ messageId: string; canonicalAddress: string }, CopyRow>(
  (query, value) =>
    selectCopies({ database: { query } })
      .where('recipients.messageId', '=', value('messageId'))
      .where('recipients.canonicalAddress', '=', value('canonicalAddress'))
      .where(notGivenUp),
);

function selectCopies(context: { readonly database: Pick<Database, 'query'> }) {
  return context.database.query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .select([...RECIPIENT_COLUMNS, ...MESSAGE_COLUMNS])
    .where('recipients.protection', '=', 'secure-message')
    .where('recipients.linkTokenHash', 'is not', null)
    .where('recipients.state', 'not in', UNANNOUNCED);
}

/** Not closed by somebody who had the address before: to its next owner such a copy was never there. */
function notGivenUp(eb: ExpressionBuilder<Tables, 'recipients'>) {
  return eb.or([eb('recipients.lockReason', 'is', null), eb('recipients.lockReason', 'not in', GIVEN_UP)]);
}

/** When the copy ends, in milliseconds since 1970: the earlier of its own date and the message's. */
export function keptUntil(copy: Copy): number {
  const ends = [copy.recipient.expiresAt, copy.message.keptUntil].filter((end) => end !== null);
  return ends.length === 0 ? copy.message.acceptedAt + DEFAULT_KEPT_MS : Math.min(...ends);
}

/** As `copyState`, with the second channel. Throws RowForged. */
export async function copyStateFor(
  context: CopyContext,
  copy: Copy,
  now: number,
  account: Pick<AccountsTable, 'id' | 'resetAt'>,
): Promise<ReaderCopyState> {
  const state = copyState(copy, now, account);
  if (state !== 'ready' || copy.recipient.secondChannel !== 1) return state;
  return (await hasProof(context, copy.recipient.id, account)) ? 'ready' : 'needs-code';
}

/** Whether the copy may be opened now. `account`: whoever is signed in; null for someone with only the link. */
export function copyState(
  copy: Copy,
  now: number,
  account: Pick<AccountsTable, 'resetAt'> | null,
): CopyState {
  if (copy.recipient.lockedAt !== null) return 'locked';
  if (now >= keptUntil(copy)) return 'expired';
  const { firstOpenedAt, releasedAt } = copy.recipient;
  const resetAt = account?.resetAt ?? null;
  if (resetAt === null || firstOpenedAt === null || firstOpenedAt >= resetAt) return 'ready';
  // A release counts for the resets before it; the next one closes the copy again.
  return releasedAt !== null && releasedAt >= resetAt ? 'ready' : 'needs-release';
}
