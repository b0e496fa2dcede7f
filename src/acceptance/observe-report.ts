/**
 * What the gateway would have done to mail that it only observed, counted. Numbers by rule and domain: no subject is
 * kept, and addresses are not asked for. Reads only.
 */
import { sql } from 'kysely';

import type { Database } from '#src/storage/database.ts';

export interface ObserveReport {
  /** Milliseconds since 1970; null: since the beginning. */
  readonly since: number | null;
  /** Recipients of observed mail, internal ones included. */
  readonly recipients: number;
  /** Of those: the mail would not have gone on as it did. */
  readonly changed: number;
  /** What would have become of them. */
  readonly would: {
    readonly secureMessage: number;
    /** The author would have been asked about a likely slip of the code. */
    readonly held: number;
    readonly returned: number;
    readonly refused: number;
  };
  /** Observing changes nothing about these. */
  readonly protectedAllTheSame: {
    readonly overVerifiedTls: number;
    /** Answers to messages that were really secured. */
    readonly inSecuredThread: number;
  };
  /** Most frequent first; each list at most 100 long. */
  readonly byRule: readonly Counted[];
  readonly byAuthorDomain: readonly Counted[];
  readonly byRecipientDomain: readonly Counted[];
  readonly nearMisses: readonly Counted[];
}

export interface Counted {
  readonly name: string;
  readonly recipients: number;
}

const MAX_LINES = 100;

export async function observeReport(query: Database['query'], since: number | null): Promise<ObserveReport> {
  const from = since ?? 0;
  const rows = await query
    .selectFrom('observed_decisions')
    .where('observedAt', '>=', from)
    .select(['action', 'protection', 'changed', sql<number | string>`count(*)`.as('recipients')])
    .groupBy(['action', 'protection', 'changed'])
    .execute();
  const sum = (fits: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter((row) => fits(row)).reduce((total, row) => total + Number(row.recipients), 0);
  const would = (action: string): number => sum((row) => row.changed === 1 && row.action === action);
  return {
    since,
    recipients: sum(() => true),
    changed: sum((row) => row.changed === 1),
    would: {
      secureMessage: would('protect'),
      held: would('hold'),
      returned: would('return'),
      refused: would('refuse'),
    },
    protectedAllTheSame: {
      overVerifiedTls: sum((row) => row.protection === 'verified-tls'),
      inSecuredThread: sum((row) => row.changed === 0 && row.action === 'protect'),
    },
    byRule: await countBy(query, from, 'rule'),
    byAuthorDomain: await countBy(query, from, 'authorDomain'),
    byRecipientDomain: await countBy(query, from, 'recipientDomain'),
    nearMisses: await countBy(query, from, 'nearMiss'),
  };
}

/** Of what would have been changed. */
async function countBy(
  query: Database['query'],
  from: number,
  column: 'rule' | 'authorDomain' | 'recipientDomain' | 'nearMiss',
): Promise<readonly Counted[]> {
  const rows = await query
    .selectFrom('observed_decisions')
    .where('observedAt', '>=', from)
    .where('changed', '=', 1)
    .where(column, 'is not', null)
    .select([column, sql<number | string>`count(*)`.as('recipients')])
    .groupBy(column)
    .orderBy('recipients', 'desc')
    .orderBy(column)
    .limit(MAX_LINES)
    .execute();
  return rows.map((row) => ({ name: row[column] ?? '', recipients: Number(row.recipients) }));
}
