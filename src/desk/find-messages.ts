/**
 * An author's messages, newest first. A row is believed only with the keyed hash that binds it to its author, so that
 * nobody who can write to the database puts a message among somebody else's. Subjects are sealed: a search opens the
 * list entries of a bounded number of messages and keeps none of them.
 */
import { authorMac, requireMac } from '#src/accounts/row-mac.ts';
import { openDeskListEntry } from '#src/sealing/list-entry.ts';
import type { Database } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

export interface DeskReading {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
}

export const MESSAGE_FILTERS = ['all', 'not-opened', 'failed'] as const;
export type MessageFilter = (typeof MESSAGE_FILTERS)[number];

export interface MessagesWanted {
  /** Canonical addresses of the one who asks. */
  readonly addresses: readonly string[];
  readonly filter: MessageFilter;
  /** Words of the subject or of a recipient's address, each of which must be there; empty: no search. */
  readonly search: string;
  /** Only messages that are older than this one; null: from the newest. */
  readonly before: string | null;
}

export interface FoundMessage {
  readonly id: string;
  readonly acceptedAt: number;
  /** Raw address of the author. */
  readonly author: string;
  /** Null where none is kept: the message was not to be protected. */
  readonly subject: string | null;
}

export interface FoundMessages {
  readonly messages: readonly FoundMessage[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
  /** A search stopped before it came to the oldest message. */
  readonly stopped: boolean;
}

export const MESSAGES_ON_A_PAGE = 25;
const BATCH = 200;
const MOST_SEARCHED = 2_000;
const FAILED: readonly RecipientState[] = ['failed', 'expired', 'returned'];

export async function findMessages(desk: DeskReading, wanted: MessagesWanted): Promise<FoundMessages> {
  if (wanted.addresses.length === 0) return { messages: [], next: null, stopped: false };
  const words = searchWords(wanted.search);
  if (words.length > 0) return searchMessages(desk, wanted, words);
  const rows = await selectMessages(desk, wanted, wanted.before, MESSAGES_ON_A_PAGE + 1);
  const messages = rows.slice(0, MESSAGES_ON_A_PAGE).map((row) => believe(desk, row));
  const more = rows.length > MESSAGES_ON_A_PAGE;
  return { messages, next: more ? (messages.at(-1)?.id ?? null) : null, stopped: false };
}

/** The message where it is of one of these addresses; null: it is not, or there is none. Throws RowForged. */
export async function findMessage(
  desk: DeskReading,
  addresses: readonly string[],
  id: string,
): Promise<FoundMessage | null> {
  if (addresses.length === 0) return null;
  const row = await selectOwn(desk, addresses).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : believe(desk, row);
}

async function searchMessages(
  desk: DeskReading,
  wanted: MessagesWanted,
  words: readonly string[],
): Promise<FoundMessages> {
  const found: FoundMessage[] = [];
  let before = wanted.before;
  for (let searched = 0; searched < MOST_SEARCHED; searched += BATCH) {
    const rows = await selectMessages(desk, wanted, before, BATCH);
    const recipients = await addressesOfMessages(
      desk,
      rows.map(({ id }) => id),
    );
    for (const row of rows) {
      const message = believe(desk, row);
      const text = [message.subject ?? '', ...(recipients.get(message.id) ?? [])].join('\n').toLowerCase();
      before = message.id;
      if (!words.every((word) => text.includes(word))) continue;
      found.push(message);
      if (found.length === MESSAGES_ON_A_PAGE) return { messages: found, next: before, stopped: false };
    }
    if (rows.length < BATCH) return { messages: found, next: null, stopped: false };
  }
  return { messages: found, next: before, stopped: true };
}

function searchWords(search: string): readonly string[] {
  return search
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
}

async function addressesOfMessages({ database }: DeskReading, ids: readonly string[]) {
  const addresses = new Map<string, string[]>();
  if (ids.length === 0) return addresses;
  const rows = await database.query
    .selectFrom('recipients')
    .select(['messageId', 'address'])
    .where('messageId', 'in', ids)
    .execute();
  for (const { messageId, address } of rows) {
    const known = addresses.get(messageId);
    if (known === undefined) addresses.set(messageId, [address]);
    else known.push(address);
  }
  return addresses;
}

type MessageRow = Awaited<ReturnType<ReturnType<typeof selectOwn>['execute']>>[number];

function selectOwn({ database }: DeskReading, addresses: readonly string[]) {
  return database.query
    .selectFrom('messages')
    .select(['id', 'acceptedAt', 'authorAddress', 'authorCanonical', 'authorMac', 'deskListEntry'])
    .where('authorCanonical', 'in', addresses)
    .where('purpose', '=', 'submitted');
}

function selectMessages(
  desk: DeskReading,
  { addresses, filter }: MessagesWanted,
  before: string | null,
  limit: number,
): Promise<MessageRow[]> {
  return selectOwn(desk, addresses)
    .$if(before !== null, (messages) => messages.where('id', '<', before ?? ''))
    .$if(filter !== 'all', (messages) =>
      messages.where(({ exists, selectFrom }) => {
        const recipients = selectFrom('recipients')
          .select('recipients.id')
          .whereRef('recipients.messageId', '=', 'messages.id');
        return exists(
          filter === 'failed'
            ? recipients.where('recipients.state', 'in', FAILED)
            : recipients
                .where('recipients.state', '=', 'notified')
                .where('recipients.firstOpenedAt', 'is', null)
                .where('recipients.lockedAt', 'is', null),
        );
      }),
    )
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

function believe({ keys }: DeskReading, row: MessageRow): FoundMessage {
  requireMac('messages', row.id, authorMac(keys, row.id, row.authorCanonical ?? ''), row.authorMac);
  const ids = { organizationId: keys.publicKeys().organizationId, messageId: row.id };
  return {
    id: row.id,
    acceptedAt: row.acceptedAt,
    author: row.authorAddress ?? '',
    subject:
      row.deskListEntry === null ? null : openDeskListEntry(row.deskListEntry, keys.deskKey(), ids).subject,
  };
}
