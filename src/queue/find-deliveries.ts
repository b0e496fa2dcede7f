/**
 * The deliveries that a person asks for, by state, recipient, domain, author or message. Looks through the queue a
 * thousand rows at a time, so that a search for few among a million keeps nobody waiting.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';

import { parseMailAddress } from '#src/base/mail-address.ts';
import type { Database } from '#src/storage/database.ts';
import type { DeliveriesTable } from '#src/storage/tables.ts';

import type { DeliveryRow } from './delivery-queue.ts';

export type DeliveryState = DeliveriesTable['state'];

export interface DeliveryFilter {
  /** Default: what waits, that is `held` and `queued`. */
  readonly states?: readonly DeliveryState[] | undefined;
  readonly domain?: string | undefined;
  readonly recipient?: string | undefined;
  /** Of the message that the mail is, or is about. */
  readonly author?: string | undefined;
  /** Id of a delivery or a message; a message stands for its own deliveries and those of the mails about it. */
  readonly id?: string | undefined;
}

export interface SearchOptions {
  /** From where an earlier page ended. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Rows that were looked at so far. */
  readonly onLooked?: (rows: number) => void;
}

/** A delivery with where the next page goes on behind it. */
export interface FoundDelivery {
  readonly delivery: DeliveryRow;
  readonly cursor: string;
}

export const WAITING: readonly DeliveryState[] = ['held', 'queued'];
const LOOKED_AT_ONCE = 1_000;

/** Held ones first, then by the time of the next attempt. A page is of the moment: attempts go on meanwhile. */
export async function* findDeliveries(
  query: Database['query'],
  filter: DeliveryFilter,
  options: SearchOptions = {},
): AsyncGenerator<FoundDelivery> {
  if (filter.id !== undefined) {
    for (const delivery of await ofMessageOrDelivery(query, filter.id))
      if (fits(delivery, filter)) yield { delivery, cursor: '' };
    return;
  }
  const start = parseCursor(options.after);
  let looked = 0;
  for (const state of filter.states ?? WAITING) {
    if (start !== null && order(state) < order(start.state)) continue;
    let place: Place | null = start?.state === state ? start : null;
    do {
      if (options.signal?.aborted === true) return;
      const rows = await nextRows(query, state, place);
      looked += rows.length;
      options.onLooked?.(looked);
      const wanted = await keepAuthors(
        query,
        rows.filter((row) => fits(row, filter)),
        filter.author,
      );
      for (const delivery of wanted) yield { delivery, cursor: cursorOf(delivery) };
      place = rows.length < LOOKED_AT_ONCE ? null : placeOf(rows.at(-1));
      await letOthersRun();
    } while (place !== null);
  }
}

interface Place {
  readonly state: DeliveryState;
  readonly nextAttemptAt: number;
  readonly id: string;
}

const STATES: readonly DeliveryState[] = [
  'held',
  'queued',
  'failed',
  'expired',
  'cancelled',
  'handed-over',
  'captured',
];
const order = (state: DeliveryState): number => STATES.indexOf(state);

function nextRows(
  query: Database['query'],
  state: DeliveryState,
  place: Place | null,
): Promise<DeliveryRow[]> {
  return query
    .selectFrom('deliveries')
    .selectAll()
    .where('state', '=', state)
    .$if(place !== null, (select) =>
      select.where((eb) =>
        eb(eb.refTuple('nextAttemptAt', 'id'), '>', eb.tuple(place?.nextAttemptAt ?? 0, place?.id ?? '')),
      ),
    )
    .orderBy('nextAttemptAt')
    .orderBy('id')
    .limit(LOOKED_AT_ONCE)
    .execute();
}

function ofMessageOrDelivery(query: Database['query'], id: string): Promise<DeliveryRow[]> {
  const messages = query
    .selectFrom('messages')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', id), eb('aboutMessageId', '=', id)]));
  return query
    .selectFrom('deliveries')
    .selectAll()
    .where((eb) => eb.or([eb('id', '=', id), eb('messageId', 'in', messages)]))
    .orderBy('id')
    .execute();
}

function fits(row: DeliveryRow, filter: DeliveryFilter): boolean {
  const { domain, recipient, id, states } = filter;
  if (id !== undefined && states !== undefined && !states.includes(row.state)) return false;
  if (domain !== undefined && row.domain !== domain.toLowerCase()) return false;
  return recipient === undefined || sameAddress(row.recipient, recipient);
}

function sameAddress(one: string, other: string): boolean {
  const canonical = (address: string): string =>
    parseMailAddress(address)?.canonical ?? address.toLowerCase();
  return canonical(one) === canonical(other);
}

async function keepAuthors(
  query: Database['query'],
  rows: readonly DeliveryRow[],
  author: string | undefined,
): Promise<readonly DeliveryRow[]> {
  if (author === undefined || rows.length === 0) return rows;
  const messages = await query
    .selectFrom('messages')
    .leftJoin('messages as about', 'about.id', 'messages.aboutMessageId')
    .select([
      'messages.id',
      'messages.reversePath',
      'messages.fromAddress',
      'messages.authorAddress',
      'about.reversePath as aboutReversePath',
      'about.fromAddress as aboutFromAddress',
      'about.authorAddress as aboutAuthorAddress',
    ])
    .where('messages.id', 'in', [...new Set(rows.map((row) => row.messageId))])
    .execute();
  const byAuthor = new Set(
    messages
      .filter((message) =>
        [
          message.reversePath,
          message.fromAddress,
          message.authorAddress,
          message.aboutReversePath,
          message.aboutFromAddress,
          message.aboutAuthorAddress,
        ].some((address) => address !== null && sameAddress(address, author)),
      )
      .map(({ id }) => id),
  );
  return rows.filter((row) => byAuthor.has(row.messageId));
}

function placeOf(row: DeliveryRow | undefined): Place | null {
  return row === undefined ? null : { state: row.state, nextAttemptAt: row.nextAttemptAt, id: row.id };
}

function cursorOf({ state, nextAttemptAt, id }: DeliveryRow): string {
  return `${state}.${nextAttemptAt}.${id}`;
}

/** Null for none, and for one that is none of ours: then the search begins at the beginning. */
function parseCursor(cursor: string | undefined): Place | null {
  const [, name, at, id] = /^([a-z-]+)\.(\d+)\.(\w+)$/u.exec(cursor ?? '') ?? [];
  const state = STATES.find((candidate) => candidate === name);
  return state === undefined || id === undefined ? null : { state, nextAttemptAt: Number(at), id };
}
