/**
 * The queue of deliveries: claiming with a lease, and the statements that record what came of an attempt. It knows
 * rows and times, not SMTP; what an attempt means for the author is delivery's matter.
 */
import type { Selectable } from 'kysely';

import type { Clock } from '#src/base/clock.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import { preparedQuery, preparedStatement } from '#src/storage/prepared.ts';
import type { DeliveriesTable } from '#src/storage/tables.ts';

import { isNoSuspect, leaseDue, SUSPECT_AFTER, type Claim } from './claim-terms.ts';
import { destroySpoolWrapWhenDone } from './destroy-spool-wrap.ts';
import { LEASE_MARGIN_MS, LEASE_MS, nameOfEnded, RENEW_AFTER_MS, type LeaseOwner } from './lease.ts';
import { retryDelayMs } from './retry-schedule.ts';

export type DeliveryRow = Selectable<DeliveriesTable>;

type Route = DeliveryRow['route'];
const ROUTES: readonly Route[] = ['internal', 'outside'];

export interface AttemptFacts {
  /** The next hop's reply or what stopped the attempt. */
  readonly reply: string;
  readonly enhancedStatus: string | null;
  /** JSON, or null where there was no TLS. */
  readonly tlsFacts: string | null;
}

export class DeliveryQueue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #owner: LeaseOwner;
  readonly #jitter: () => number;
  readonly #renewedUntil = new WeakMap<DeliveryRow, number>();

  constructor(options: { database: Database; clock: Clock; owner: LeaseOwner; jitter?: () => number }) {
    this.#database = options.database;
    this.#clock = options.clock;
    this.#owner = options.owner;
    this.#jitter = options.jitter ?? Math.random;
  }

  /** Leases up to `limit` due deliveries of these routes to this process, those waiting longest first. */
  async claim(limit: number, routes: readonly Route[] = ROUTES): Promise<readonly DeliveryRow[]> {
    const now = this.#clock.now();
    const { query, dialect } = this.#database;
    const claimDue = CLAIMS[dialect][reachOf(routes)];
    const route = routes[0] ?? 'outside';
    const values = { now, limit, route, owner: this.#owner.name, leaseUntil: now + LEASE_MS };
    const [claimed] = await this.#database.commit([claimDue(query, values)]);
    return (claimed?.rows ?? []) as unknown as DeliveryRow[];
  }

  /** When the next unleased delivery is due (milliseconds since 1970); null where nothing waits. */
  async nextDueAt(routes: readonly Route[] = ROUTES): Promise<number | null> {
    const findNextDue = NEXT_DUE[reachOf(routes)];
    const [row] = await findNextDue(this.#database.query, { route: routes[0] ?? 'outside' });
    return row?.nextAttemptAt ?? null;
  }

  /** False where the lease ends too soon for the longest wait after a final dot: another process may hold it next. */
  leaseCoversFinalDot(delivery: DeliveryRow): boolean {
    return this.leaseEndsAt(delivery) - this.#clock.now() >= LEASE_MARGIN_MS;
  }

  /** When the lease of a claimed delivery ends (milliseconds since 1970). */
  leaseEndsAt(delivery: DeliveryRow): number {
    return this.#renewedUntil.get(delivery) ?? delivery.leaseUntil ?? 0;
  }

  /** Leases anew what has been under way for a while, so that a slow line can end what it began. */
  async renew(underWay: Iterable<DeliveryRow>): Promise<void> {
    const now = this.#clock.now();
    const leaseUntil = now + LEASE_MS;
    const due = new Map<string, DeliveryRow>();
    for (const delivery of underWay)
      if (leaseUntil - this.leaseEndsAt(delivery) >= RENEW_AFTER_MS) due.set(delivery.id, delivery);
    if (due.size === 0) return;
    const [renewed] = await this.#database.commit([
      statement(
        this.#database.query
          .updateTable('deliveries')
          .set({ leaseUntil })
          .where('id', 'in', [...due.keys()])
          .where('leaseOwner', '=', this.#owner.name)
          .where('state', '=', 'queued')
          .returning('id'),
      ),
    ]);
    for (const { id } of renewed?.rows ?? []) {
      const delivery = due.get(String(id));
      if (delivery !== undefined) this.#renewedUntil.set(delivery, leaseUntil);
    }
  }

  /** The next hop, or the capture, has taken the mail. */
  settle(
    delivery: DeliveryRow,
    state: 'handed-over' | 'captured' | 'failed' | 'expired' | 'cancelled',
    facts: AttemptFacts,
  ): Statement {
    return settleDelivery(this.#database.query, {
      ...facts,
      state,
      attempts: delivery.attempts + 1,
      settledAt: this.#clock.now(),
      id: delivery.id,
      owner: this.#owner.name,
    });
  }

  /** Puts the delivery back for a later attempt; one at `decisionAt` is not missed by a longer delay. */
  defer(
    delivery: DeliveryRow,
    facts: AttemptFacts,
    options: { delayReported?: boolean; decisionAt?: number | null } = {},
  ): Statement {
    const now = this.#clock.now();
    const scheduled = now + retryDelayMs(delivery.attempts + 1, this.#jitter());
    const decisionAt = options.decisionAt ?? null;
    const nextAttemptAt =
      decisionAt !== null && decisionAt > now ? Math.min(scheduled, decisionAt) : scheduled;
    return statement(
      this.#database.query
        .updateTable('deliveries')
        .set({
          attempts: delivery.attempts + 1,
          nextAttemptAt,
          leaseOwner: null,
          leaseUntil: null,
          // This attempt killed nobody.
          crashes: null,
          lastReply: facts.reply,
          lastEnhancedStatus: facts.enhancedStatus,
          tlsFacts: facts.tlsFacts,
          ...(options.delayReported === true && { delayReportedAt: now }),
        })
        .where('id', '=', delivery.id)
        .where('leaseOwner', '=', this.#owner.name)
        .where('state', '=', 'queued'),
      exactlyOne,
    );
  }

  /** Gives back a lease without counting an attempt. */
  async release(delivery: DeliveryRow): Promise<void> {
    await this.#database.commit([
      statement(
        this.#database.query
          .updateTable('deliveries')
          .set({ leaseOwner: null, leaseUntil: null })
          .where('id', '=', delivery.id)
          .where('leaseOwner', '=', this.#owner.name),
      ),
    ]);
  }

  /** Gives back every lease of this process but those of `ids`: what a claim leased whose answer was lost. */
  async releaseAllBut(ids: readonly string[]): Promise<void> {
    await this.#database.commit([
      statement(
        this.#database.query
          .updateTable('deliveries')
          .set({ leaseOwner: null, leaseUntil: null })
          .where('leaseOwner', '=', this.#owner.name)
          .where('state', '=', 'queued')
          .$if(ids.length > 0, (update) => update.where('id', 'not in', ids)),
      ),
    ]);
  }

  /** This process ends in order: whoever finds its leases knows that nothing of it died. */
  async leaveLeases(): Promise<void> {
    await this.#database.commit([
      statement(
        this.#database.query
          .updateTable('deliveries')
          .set({ leaseOwner: nameOfEnded(this.#owner) })
          .where('leaseOwner', '=', this.#owner.name),
      ),
    ]);
  }

  /**
   * Leases the due delivery that waits longest among those whose processes died twice; null where there is none.
   * They are few, have an index of their own, and are claimed one at a time.
   */
  async claimSuspect(routes: readonly Route[] = ROUTES): Promise<DeliveryRow | null> {
    const now = this.#clock.now();
    const { query } = this.#database;
    const due = await query
      .selectFrom('deliveries')
      .select('id')
      .where('crashes', '>=', SUSPECT_AFTER)
      .where('state', '=', 'queued')
      .where('route', 'in', routes)
      .where('nextAttemptAt', '<=', now)
      .where('leaseOwner', 'is', null)
      .orderBy('nextAttemptAt')
      .limit(1)
      .executeTakeFirst();
    if (due === undefined) return null;
    const [claimed] = await this.#database.commit([
      statement(
        query
          .updateTable('deliveries')
          .set({ leaseOwner: this.#owner.name, leaseUntil: now + LEASE_MS })
          .where('id', '=', due.id)
          .where('state', '=', 'queued')
          .where('leaseOwner', 'is', null)
          .returningAll(),
      ),
    ]);
    return (claimed?.rows[0] as unknown as DeliveryRow | undefined) ?? null;
  }

  /** Part of the unit that settles a delivery. */
  destroySpoolWrapWhenDone(messageId: string): Statement[] {
    return destroySpoolWrapWhenDone(this.#database, messageId);
  }
}

/** Each has an index of its own. */
type Reach = 'every-route' | 'one-route';

function reachOf(routes: readonly Route[]): Reach {
  return routes.length === ROUTES.length ? 'every-route' : 'one-route';
}

interface RouteClaim extends Claim {
  /** Counts only where one route is claimed. */
  readonly route: Route;
}

const CLAIMS = { sqlite: claimsOf(false), postgres: claimsOf(true) };

function claimsOf(locks: boolean) {
  const claim = (reach: Reach) =>
    preparedStatement<RouteClaim>((query, value) =>
      leaseDue(query, value, locks, (due) =>
        reach === 'one-route' ? due.where('route', '=', value('route')) : due,
      ),
    );
  return { 'every-route': claim('every-route'), 'one-route': claim('one-route') };
}

const NEXT_DUE = { 'every-route': nextDue('every-route'), 'one-route': nextDue('one-route') };

function nextDue(reach: Reach) {
  return preparedQuery<{ readonly route: Route }, { nextAttemptAt: number }>((query, value) =>
    query
      .selectFrom('deliveries')
      .select('nextAttemptAt')
      .where('state', '=', 'queued')
      .$if(reach === 'one-route', (select) => select.where('route', '=', value('route')))
      .where('leaseUntil', 'is', null)
      .where(isNoSuspect)
      .orderBy('nextAttemptAt')
      .limit(1),
  );
}

interface Settling extends AttemptFacts {
  readonly state: 'handed-over' | 'captured' | 'failed' | 'expired' | 'cancelled';
  readonly attempts: number;
  readonly settledAt: number;
  readonly id: string;
  readonly owner: string;
}

const settleDelivery = preparedStatement<Settling>(
  (query, value) =>
    query
      .updateTable('deliveries')
      .set({
        state: value('state'),
        attempts: value('attempts'),
        settledAt: value('settledAt'),
        leaseOwner: null,
        leaseUntil: null,
        lastReply: value('reply'),
        lastEnhancedStatus: value('enhancedStatus'),
        tlsFacts: value('tlsFacts'),
      })
      .where('id', '=', value('id'))
      .where('leaseOwner', '=', value('owner'))
      .where('state', '=', 'queued'),
  exactlyOne,
);
