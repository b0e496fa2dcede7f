/** The recipients of messages as their author may see them: a few of each for a list, all of one for its page. */
import type { Database } from '#src/storage/database.ts';
import type { DeliveriesTable, RecipientsTable } from '#src/storage/tables.ts';

import { fateOf, type Fate } from './recipient-fate.ts';

type Reading = Pick<Database, 'query'>;

export interface ListedRecipients {
  readonly first: readonly { readonly address: string; readonly fate: Fate }[];
  readonly count: number;
}

const LISTED = 3;

/** The first recipients of each message; the map has a line for each id. */
export async function listRecipients(
  { query }: Reading,
  ids: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, ListedRecipients>> {
  if (ids.length === 0) return new Map();
  const counts = await query
    .selectFrom('recipients')
    .select(({ fn }) => ['messageId', fn.countAll<number | string>().as('count')])
    .where('messageId', 'in', ids)
    .groupBy('messageId')
    .execute();
  const countOf = new Map(counts.map(({ messageId, count }) => [messageId, Number(count)]));
  const listed = await Promise.all(
    ids.map(async (id) => {
      const rows = await query
        .selectFrom('recipients')
        .innerJoin('messages', 'messages.id', 'recipients.messageId')
        .select([
          'recipients.address',
          'recipients.protection',
          'recipients.state',
          'recipients.lockedAt',
          'recipients.firstOpenedAt',
          'recipients.expiresAt',
          'messages.keptUntil',
        ])
        .where('recipients.messageId', '=', id)
        .orderBy('recipients.id')
        .limit(LISTED)
        .execute();
      const first = rows.map((row) => ({ address: row.address, fate: fateOf(row, row.keptUntil, now) }));
      return [id, { first, count: countOf.get(id) ?? 0 }] as const;
    }),
  );
  return new Map(listed);
}

/** How the connection to the next hop was protected. */
export interface HandOverTls {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  /** How the server proved who it is; null: nobody checked. */
  readonly verifiedBy: string | null;
}

export interface MessageRecipient extends Pick<
  RecipientsTable,
  | 'id'
  | 'address'
  | 'protection'
  | 'state'
  | 'lockedAt'
  | 'lockReason'
  | 'expiresAt'
  | 'firstOpenedAt'
  | 'lastOpenedAt'
  | 'remindedAt'
  | 'announcedAgainAt'
  | 'wrongRecipientAt'
  | 'readBy'
  | 'noReply'
  | 'secondChannel'
  | 'settledAt'
  | 'lastReply'
> {
  readonly keptUntil: number | null;
  readonly fate: Fate;
  /** How often it was opened. */
  readonly openings: number;
  /** How often a copy was saved on the reader's device. */
  readonly copiesKept: number;
  /** Null where nothing was handed over yet. */
  readonly handOver: {
    readonly at: number | null;
    readonly tls: HandOverTls | null;
    readonly captured: boolean;
  } | null;
  /** Whether the content can still be opened by anybody; false for mail that was relayed. */
  readonly hasContent: boolean;
}

export const RECIPIENTS_ON_A_PAGE = 25;

export interface RecipientsPage {
  readonly recipients: readonly MessageRecipient[];
  readonly count: number;
}

/** `page` counts from 1. */
export async function recipientsOf(
  { query }: Reading,
  messageId: string,
  page: number,
  now: number,
): Promise<RecipientsPage> {
  const { count } = await query
    .selectFrom('recipients')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('messageId', '=', messageId)
    .executeTakeFirstOrThrow();
  const rows = await selectRecipients({ query }, messageId)
    .orderBy('recipients.id')
    .limit(RECIPIENTS_ON_A_PAGE)
    .offset((page - 1) * RECIPIENTS_ON_A_PAGE)
    .execute();
  return { recipients: await describe({ query }, messageId, rows, now), count: Number(count) };
}

/** On which page, from 1, a recipient stands. */
export async function pageOfRecipient(
  { query }: Reading,
  messageId: string,
  recipientId: string,
): Promise<number> {
  const { count } = await query
    .selectFrom('recipients')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('messageId', '=', messageId)
    .where('id', '<', recipientId)
    .executeTakeFirstOrThrow();
  return Math.floor(Number(count) / RECIPIENTS_ON_A_PAGE) + 1;
}

/** Null where the message has no such recipient. */
export async function recipientOf(
  { query }: Reading,
  messageId: string,
  recipientId: string,
  now: number,
): Promise<MessageRecipient | null> {
  const rows = await selectRecipients({ query }, messageId)
    .where('recipients.id', '=', recipientId)
    .execute();
  return (await describe({ query }, messageId, rows, now))[0] ?? null;
}

type Row = Awaited<ReturnType<ReturnType<typeof selectRecipients>['execute']>>[number];

function selectRecipients({ query }: Reading, messageId: string) {
  return query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .select([
      'recipients.id',
      'recipients.address',
      'recipients.protection',
      'recipients.state',
      'recipients.lockedAt',
      'recipients.lockReason',
      'recipients.expiresAt',
      'recipients.firstOpenedAt',
      'recipients.lastOpenedAt',
      'recipients.remindedAt',
      'recipients.announcedAgainAt',
      'recipients.wrongRecipientAt',
      'recipients.readBy',
      'recipients.noReply',
      'recipients.secondChannel',
      'recipients.settledAt',
      'recipients.lastReply',
      'messages.keptUntil',
    ])
    .where('recipients.messageId', '=', messageId);
}

async function describe(
  { query }: Reading,
  messageId: string,
  rows: readonly Row[],
  now: number,
): Promise<MessageRecipient[]> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const [deliveries, counts, wraps] = [
    await deliveriesTo({ query }, ids),
    await countEvents({ query }, messageId, ids),
    await query.selectFrom('wraps').select('recipientId').where('recipientId', 'in', ids).execute(),
  ];
  const opened = new Set(wraps.map(({ recipientId }) => recipientId));
  return rows.map((row) => ({
    ...row,
    fate: fateOf(row, row.keptUntil, now),
    openings: counts('message-opened', row.id) + counts('message-opened-again', row.id),
    copiesKept: counts('copy-kept', row.id),
    handOver: deliveries.get(row.id) ?? null,
    hasContent: opened.has(row.id),
  }));
}

/** The last mail to each recipient that a next hop took. */
async function deliveriesTo({ query }: Reading, ids: readonly string[]) {
  const rows = await query
    .selectFrom('deliveries')
    .select(['recipientId', 'state', 'settledAt', 'tlsFacts'])
    .where('recipientId', 'in', ids)
    .where('kind', 'in', ['relay', 'notice'])
    .where('state', 'in', ['handed-over', 'captured'])
    .orderBy('id')
    .execute();
  return new Map(
    rows.map((row) => [
      row.recipientId,
      { at: row.settledAt, tls: tlsOf(row.tlsFacts), captured: row.state === 'captured' },
    ]),
  );
}

function tlsOf(json: DeliveriesTable['tlsFacts']): HandOverTls | null {
  if (json === null) return null;
  const facts = JSON.parse(json) as { version?: unknown; verifiedBy?: unknown };
  if (typeof facts.version !== 'string') return null;
  return {
    version: facts.version,
    verifiedBy: typeof facts.verifiedBy === 'string' ? facts.verifiedBy : null,
  };
}

async function countEvents({ query }: Reading, messageId: string, ids: readonly string[]) {
  const rows = await query
    .selectFrom('audit_entries')
    .select(({ fn }) => ['recipientId', 'event', fn.countAll<number | string>().as('count')])
    .where('messageId', '=', messageId)
    .where('recipientId', 'in', ids)
    .where('event', 'in', ['message-opened', 'message-opened-again', 'copy-kept'])
    .groupBy(['recipientId', 'event'])
    .execute();
  const counts = new Map(
    rows.map(({ recipientId, event, count }) => [`${event} ${recipientId}`, Number(count)]),
  );
  return (event: string, recipientId: string): number => counts.get(`${event} ${recipientId}`) ?? 0;
}
