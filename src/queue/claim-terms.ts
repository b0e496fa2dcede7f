/** What every claim of due deliveries has in common: deaths of processes are counted, and suspects are left out. */
import { sql, type RawBuilder } from 'kysely';

/** From so many deaths in a row on a delivery is tried alone (`DeliveryQueue.claimSuspect`). */
export const SUSPECT_AFTER = 2;

export const isNoSuspect: RawBuilder<boolean> = sql<boolean>`(crashes IS NULL OR crashes < ${sql.lit(SUSPECT_AFTER)})`;

/** A lease of somebody else that ran out belonged to a process that died elsewhere, or hangs. */
export function crashesOnceClaimed(owner: string): RawBuilder<number | null> {
  return sql`CASE WHEN "leaseOwner" IS NOT NULL AND "leaseOwner" <> ${owner} THEN coalesce(crashes, 0) + 1 ELSE crashes END`;
}
