/**
 * Replies that are being written. The draft key is made here and released to the page of the signed-in writer, which
 * seals every word and file under it before it leaves the browser; what is kept is ciphertext. A draft belongs to one
 * account and one copy of a message: its key opens only with the context of both, built from the session and the
 * request.
 */
import type { Clock } from '#src/base/clock.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { draftKeyContext, type DraftIds } from '#src/sealing/contexts.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import type { DraftsTable } from '#src/storage/tables.ts';

const DRAFT_KEY_BYTES = 32;

export interface DraftsContext {
  readonly database: Database;
  readonly keys: Pick<KeyProvider, 'publicKeys' | 'wrap' | 'unwrap'>;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** Who writes, and what is answered. */
export interface DraftOwner {
  readonly accountId: string;
  /** The copy that is answered. */
  readonly recipientId: string;
  readonly messageId: string;
}

export interface Draft extends DraftOwner, DraftIds {
  /** 32 bytes; whoever asked for the draft overwrites it when done. */
  readonly key: Buffer;
  readonly text: Uint8Array | null;
  /** Milliseconds since 1970; null: it may be changed. */
  readonly waitingSince: number | null;
  readonly waiting: { readonly reply: Uint8Array; readonly mac: Uint8Array } | null;
  /** From 1. */
  readonly infectedFile: number | null;
}

/** The draft, made now where there is none. Throws CodedError `unwrap-failed` for a row that is not ours. */
export async function openDraft(context: DraftsContext, owner: DraftOwner): Promise<Draft> {
  const known = await findDraft(context, owner);
  if (known !== null) return known;
  await context.database.commit([await insertDraft(context, owner)]);
  const made = await findDraft(context, owner);
  // Sent or thrown away in another tab in the same moment: the one who asks again gets a new one.
  return made ?? openDraft(context, owner);
}

/** Null where nothing is being written. Throws CodedError `unwrap-failed` for a row that is not ours. */
export async function findDraft(context: DraftsContext, owner: DraftOwner): Promise<Draft | null> {
  const row = await context.database.query
    .selectFrom('drafts')
    .selectAll()
    .where('accountId', '=', owner.accountId)
    .where('recipientId', '=', owner.recipientId)
    .executeTakeFirst();
  return row === undefined ? null : unwrapDraft(context, owner, row);
}

/** Ids of those whose files wait for a scanner, the oldest first. */
export async function waitingDraftIds({ database }: Pick<DraftsContext, 'database'>): Promise<string[]> {
  const rows = await database.query
    .selectFrom('drafts')
    .select('id')
    .where('waitingSince', 'is not', null)
    .orderBy('waitingSince')
    .execute();
  return rows.map(({ id }) => id);
}

/** A draft whose writer is not here; account and copy are believed where its keyed hash says so. */
export async function findDraftById(context: DraftsContext, id: string): Promise<Draft | null> {
  const row = await context.database.query
    .selectFrom('drafts')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : unwrapDraft(context, row, row);
}

/**
 * Keeps what was written so far, in place of what was kept before; fails where the draft was sent meanwhile, or is
 * about to be.
 */
export function saveText(context: DraftsContext, draft: Draft, sealed: Buffer): Statement {
  const { database, clock } = context;
  return statement(
    database.query
      .updateTable('drafts')
      .set({ text: sealed, updatedAt: clock.now(), infectedFile: null })
      .where('id', '=', draft.draftId)
      .where('waitingSince', 'is', null),
    exactlyOne,
  );
}

/** Ends a draft, its files with it, whatever is to become of it. */
export function discardDraft(context: Pick<DraftsContext, 'database'>, draft: DraftIds): Statement {
  return statement(context.database.query.deleteFrom('drafts').where('id', '=', draft.draftId), exactlyOne);
}

/** Ends a draft that is sent: of two who send at once only one may, and not what was taken back meanwhile. */
export function endDraft(context: Pick<DraftsContext, 'database'>, draft: Draft): Statement {
  const { waitingSince } = draft;
  return statement(
    context.database.query
      .deleteFrom('drafts')
      .where('id', '=', draft.draftId)
      .where('waitingSince', waitingSince === null ? 'is' : '=', waitingSince),
    exactlyOne,
  );
}

/** Forgets drafts that nobody went on with since `before` (milliseconds since 1970); never one that is to be sent. */
export function forgetOldDrafts({ query }: Pick<Database, 'query'>, before: number): Statement {
  return statement(
    query.deleteFrom('drafts').where('updatedAt', '<', before).where('waitingSince', 'is', null),
  );
}

/** Another tab may be quicker: then its draft is used. */
async function insertDraft(context: DraftsContext, owner: DraftOwner): Promise<Statement> {
  const { database, keys, clock, random } = context;
  const id = newId(clock, random);
  const key = random(DRAFT_KEY_BYTES);
  const wrappedKey = await keys.wrap(key, contextOf(keys, owner, id));
  key.fill(0);
  const now = clock.now();
  return statement(
    database.query
      .insertInto('drafts')
      .values({
        id,
        accountId: owner.accountId,
        recipientId: owner.recipientId,
        messageId: owner.messageId,
        createdAt: now,
        updatedAt: now,
        wrappedKey,
        text: null,
        waitingSince: null,
        waitingReply: null,
        waitingMac: null,
        infectedFile: null,
      })
      .onConflict((conflict) => conflict.columns(['accountId', 'recipientId']).doNothing()),
  );
}

async function unwrapDraft(context: DraftsContext, owner: DraftOwner, row: DraftsTable): Promise<Draft> {
  const { keys } = context;
  const key = await keys.unwrap(row.wrappedKey, contextOf(keys, owner, row.id));
  const { organizationId } = keys.publicKeys();
  const { accountId, recipientId, messageId } = owner;
  const { waitingReply, waitingMac } = row;
  return {
    accountId,
    recipientId,
    messageId,
    organizationId,
    draftId: row.id,
    key,
    text: row.text,
    waitingSince: row.waitingSince,
    waiting: waitingReply === null || waitingMac === null ? null : { reply: waitingReply, mac: waitingMac },
    infectedFile: row.infectedFile,
  };
}

function contextOf(keys: Pick<KeyProvider, 'publicKeys'>, owner: DraftOwner, draftId: string): Buffer {
  const { organizationId } = keys.publicKeys();
  const { accountId, recipientId } = owner;
  return draftKeyContext({ organizationId, draftId, accountId, recipientId });
}
