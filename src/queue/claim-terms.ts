/** What every claim of due deliveries has in common: deaths of processes are counted, and suspects are left out. */
import { sql, type RawBuilder, type SelectQueryBuilder } from 'kysely';

import type { Database } from '#src/storage/database.ts';
import type { ValueOf } from '#src/storage/prepared.ts';
import type { Tables } from '#src/storage/tables.ts';

/** From so many deaths in a row on a delivery is tried alone (`DeliveryQueue.claimSuspect`). */
export const SUSPECT_AFTER = 2;

export const isNoSuspect: RawBuilder<boolean> = sql<boolean>`(crashes IS NULL OR crashes < ${sql.lit(SUSPECT_AFTER)})`;

/** A lease of somebody else that ran out belonged to a process that died elsewhere, or hangs. */
function crashesOnceClaimed(owner: string): RawBuilder<number | null> {
  return sql`CASE WHEN "leaseOwner" IS NOT NULL AND "leaseOwner" <> ${owner} THEN coalesce(crashes, 0) + 1 ELSE crashes END`;
}

export interface Claim {
  readonly now: number;
  readonly limit: number;
  readonly owner: string;
  readonly leaseUntil: number;
}

type DueDeliveries = SelectQueryBuilder<Tables, 'deliveries', { id: string }>;

/** Leases what is due, those waiting longest first; `among` says of which. `locks`: units run side by side (PostgreSQL). */
export function leaseDue(
  query: Database['query'],
  value: ValueOf<Claim>,
  locks: boolean,
  among: (due: DueDeliveries) => DueDeliveries,
) {
  const due = among(query.selectFrom('deliveries').select('id').where('state', '=', 'queued'))
    .where('nextAttemptAt', '<=', value('now'))
    .where((eb) => eb.or([eb('leaseUntil', 'is', null), eb('leaseUntil', '<', value('now'))]))
    .where(isNoSuspect)
    .orderBy('nextAttemptAt')
    .limit(value('limit'))
    .$if(locks, (select) => select.forUpdate().skipLocked());
  return query
    .updateTable('deliveries')
    .set({
      leaseOwner: value('owner'),
      leaseUntil: value('leaseUntil'),
      crashes: crashesOnceClaimed(value('owner')),
    })
    .where('id', 'in', due)
    .returningAll();
}
