/** What waits for summaries: whose, since when, and what each message and its recipients have come to meanwhile. */
import { authorMac } from '#src/accounts/row-mac.ts';
import { equalBytes } from '#src/base/bytes.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Database } from '#src/storage/database.ts';
import type { GatheredNewsTable, MessagesTable, RecipientsTable } from '#src/storage/tables.ts';

export interface WaitingAuthor {
  readonly authorCanonical: string;
  /** When the oldest of it happened (ms). */
  readonly since: number;
  /** False: single mails were chosen again. */
  readonly wantsSummary: boolean;
  readonly summarisedDay: string | null;
}

export async function findWaitingAuthors({
  query,
}: Pick<Database, 'query'>): Promise<readonly WaitingAuthor[]> {
  const rows = await query
    .selectFrom('gathered_news')
    .leftJoin('summary_choices', 'summary_choices.canonicalAddress', 'gathered_news.authorCanonical')
    .select(({ fn }) => [
      'gathered_news.authorCanonical',
      'summary_choices.chosenAt',
      'summary_choices.summarisedDay',
      fn.min('gathered_news.happenedAt').as('since'),
    ])
    .groupBy(['gathered_news.authorCanonical', 'summary_choices.chosenAt', 'summary_choices.summarisedDay'])
    .orderBy('gathered_news.authorCanonical')
    .execute();
  return rows.map(({ authorCanonical, since, chosenAt, summarisedDay }) => ({
    authorCanonical,
    since,
    wantsSummary: chosenAt !== null,
    summarisedDay,
  }));
}

export type NewsRow = Pick<
  GatheredNewsTable,
  'id' | 'messageId' | 'recipientId' | 'kind' | 'reader' | 'happenedAt'
> &
  Pick<MessagesTable, 'authorAddress' | 'acceptedAt'>;

export interface WaitingNews {
  readonly news: readonly NewsRow[];
  /** Of messages that are not this author's: somebody wrote into the database. */
  readonly forged: readonly NewsRow[];
}

/** Oldest message first. */
export async function loadNews(
  { query }: Pick<Database, 'query'>,
  keys: Pick<KeyProvider, 'mac'>,
  authorCanonical: string,
): Promise<WaitingNews> {
  const rows = await query
    .selectFrom('gathered_news')
    .innerJoin('messages', 'messages.id', 'gathered_news.messageId')
    .where('gathered_news.authorCanonical', '=', authorCanonical)
    .select([
      'gathered_news.id',
      'gathered_news.messageId',
      'gathered_news.recipientId',
      'gathered_news.kind',
      'gathered_news.reader',
      'gathered_news.happenedAt',
      'messages.authorAddress',
      'messages.authorMac',
      'messages.acceptedAt',
    ])
    .orderBy('gathered_news.messageId')
    .orderBy('gathered_news.happenedAt')
    .execute();
  const isOwn = ({ messageId, authorAddress, authorMac: actual }: (typeof rows)[number]): boolean =>
    actual !== null &&
    equalBytes(actual, authorMac(keys, messageId, authorCanonical)) &&
    parseMailAddress(authorAddress ?? '')?.canonical === authorCanonical;
  return { news: rows.filter(isOwn), forged: rows.filter((row) => !isOwn(row)) };
}

export type CopyRow = Pick<
  RecipientsTable,
  'id' | 'messageId' | 'address' | 'protection' | 'state' | 'firstOpenedAt'
>;

/** In the order of their rows, by message. */
export async function loadCopies(
  { query }: Pick<Database, 'query'>,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CopyRow[]>> {
  const copies = new Map<string, CopyRow[]>();
  for (let start = 0; start < messageIds.length; start += MESSAGES_PER_QUERY) {
    const rows = await query
      .selectFrom('recipients')
      .select(['id', 'messageId', 'address', 'protection', 'state', 'firstOpenedAt'])
      .where('messageId', 'in', messageIds.slice(start, start + MESSAGES_PER_QUERY))
      .orderBy('id')
      .execute();
    for (const row of rows) copies.set(row.messageId, [...(copies.get(row.messageId) ?? []), row]);
  }
  return copies;
}

const MESSAGES_PER_QUERY = 100;
