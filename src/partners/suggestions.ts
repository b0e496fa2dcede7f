/**
 * Which domains much mail goes to, and could go to over a verified channel. Counts what left for the outside in the
 * last days, in short reads, because reading SQLite blocks the thread.
 */
import type { Clock } from '#src/base/clock.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

const COUNTED_DAYS = 30;
const PAGE = 2_000;
/** Domains that are kept; those that most mail goes to. */
export const MAX_SUGGESTIONS = 20;

export interface DomainVolume {
  readonly domain: string;
  /** Mails to recipients there. */
  readonly mails: number;
}

/** The domains outside with the most mail of authors, without `known` ones. */
export async function countDomains(
  database: Pick<Database, 'query'>,
  clock: Clock,
  known: ReadonlySet<string>,
): Promise<readonly DomainVolume[]> {
  // Ids begin with their time, so the primary key leads to the last days.
  let after = newId({ now: () => clock.now() - COUNTED_DAYS * DAY_MS }, (length) => Buffer.alloc(length));
  const mails = new Map<string, number>();
  for (;;) {
    const rows = await database.query
      .selectFrom('deliveries')
      .select(['id', 'domain', 'kind', 'route'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const { domain, kind, route } of rows) {
      if (route !== 'outside' || (kind !== 'relay' && kind !== 'notice') || known.has(domain)) continue;
      mails.set(domain, (mails.get(domain) ?? 0) + 1);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = last.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...mails]
    .map(([domain, count]) => ({ domain, mails: count }))
    .toSorted((a, b) => b.mails - a.mails || (a.domain < b.domain ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS);
}

/** Puts a count in the place of the last one. */
export function recordSuggestions(
  query: Database['query'],
  now: number,
  volumes: readonly DomainVolume[],
): Statement[] {
  return [
    statement(query.deleteFrom('partner_suggestions')),
    ...volumes.map(({ domain, mails }) =>
      insertRow(query, 'partner_suggestions', { domain, mails, countedAt: now }),
    ),
  ];
}
