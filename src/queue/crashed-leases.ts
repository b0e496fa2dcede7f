/**
 * Leases whose owner died: ended, so that a restart goes on at once, and counted, so that a mail which kills whoever
 * handles it is found. Nothing is written before an attempt for this: the lease itself is the mark. After two deaths
 * a delivery is tried only beside no other such one; after the third it is set aside, and everything else goes on.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import { exactlyOne, statement, type Database } from '#src/storage/database.ts';

import { SUSPECT_AFTER } from './claim-terms.ts';
import type { DeliveryRow } from './delivery-queue.ts';
import { hasEndedInOrder, isDeadOnThisHost, type LeaseOwner } from './lease.ts';

/** So many deaths of a process that had it in hand set a delivery aside. */
export const SET_ASIDE_AFTER = 3;

export interface CrashedLeasesOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: LeaseOwner;
}

export interface EndedLeases {
  readonly freed: number;
  readonly setAside: number;
}

type Leased = Pick<DeliveryRow, 'id' | 'messageId' | 'recipientId' | 'kind' | 'crashes' | 'leaseOwner'>;

/**
 * Ends the leases of processes that died on this host, and those that ran out elsewhere after two deaths (what ran out
 * before that is claimed by whoever is first).
 */
export async function endDeadLeases(options: CrashedLeasesOptions): Promise<EndedLeases> {
  const leased = await deadLeases(options);
  const last = leased.filter((row) => crashesOf(row) >= SET_ASIDE_AFTER);
  for (const row of last) await setAside(row, options);
  return {
    freed: await free(
      leased.filter((row) => !last.includes(row)),
      options,
    ),
    setAside: last.length,
  };
}

async function deadLeases({ database, clock, owner }: CrashedLeasesOptions): Promise<readonly Leased[]> {
  const { query } = database;
  const owners = await query
    .selectFrom('deliveries')
    .select('leaseOwner')
    .distinct()
    .where('leaseOwner', 'is not', null)
    .execute();
  // On SQLite one process has the database, and this is it.
  const isDead = (name: string): boolean =>
    database.dialect === 'sqlite' ? name !== owner.name : isDeadOnThisHost(name, owner);
  const dead = owners.flatMap(({ leaseOwner }) =>
    leaseOwner !== null && isDead(leaseOwner) ? [leaseOwner] : [],
  );
  return query
    .selectFrom('deliveries')
    .select(['id', 'messageId', 'recipientId', 'kind', 'crashes', 'leaseOwner'])
    .where('leaseOwner', 'is not', null)
    .where('state', '=', 'queued')
    .where((eb) =>
      eb.or([
        ...(dead.length > 0 ? [eb('leaseOwner', 'in', dead)] : []),
        eb.and([
          eb('crashes', '>=', SUSPECT_AFTER),
          eb('leaseUntil', '<', clock.now()),
          eb('leaseOwner', '!=', owner.name),
        ]),
      ]),
    )
    .execute();
}

function crashesOf({ crashes, leaseOwner }: Leased): number {
  return (crashes ?? 0) + (leaseOwner !== null && hasEndedInOrder(leaseOwner) ? 0 : 1);
}

async function free(rows: readonly Leased[], { database }: CrashedLeasesOptions): Promise<number> {
  if (rows.length === 0) return 0;
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.leaseOwner, crashesOf(row)]));
  const results = await database.commit(
    [...groups.values()].map((group) => {
      const [{ leaseOwner, ...first }] = group as [Leased];
      const crashes = crashesOf({ leaseOwner, ...first });
      return statement(
        database.query
          .updateTable('deliveries')
          .set({ leaseOwner: null, leaseUntil: null, crashes: crashes === 0 ? null : crashes })
          .where('state', '=', 'queued')
          .where('leaseOwner', '=', leaseOwner)
          .where(
            'id',
            'in',
            group.map(({ id }) => id),
          ),
      );
    }),
  );
  return results.reduce((sum, { rowCount }) => sum + rowCount, 0);
}

async function setAside(row: Leased, { database, audit, clock, log }: CrashedLeasesOptions): Promise<void> {
  const crashes = crashesOf(row);
  try {
    await database.commit([
      statement(
        database.query
          .updateTable('deliveries')
          .set({
            state: 'held',
            heldAt: clock.now(),
            heldReason: 'crashes',
            crashes,
            leaseOwner: null,
            leaseUntil: null,
          })
          .where('id', '=', row.id)
          .where('state', '=', 'queued')
          .where('leaseOwner', '=', row.leaseOwner),
        exactlyOne,
      ),
      audit.entry({
        event: 'delivery-set-aside',
        messageId: row.messageId,
        recipientId: row.recipientId,
        facts: { delivery: row.id, kind: row.kind, crashes },
      }),
    ]);
  } catch (error) {
    // Another process was first.
    if (errorCode(error) === 'expectation-failed') return;
    throw error;
  }
  log.error('a delivery is set aside: processes died while they had it in hand', {
    queueId: row.messageId,
    deliveryId: row.id,
    count: crashes,
  });
}
