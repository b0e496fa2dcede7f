/**
 * The queue by domain: which domains have something waiting, and claiming for some of them alone. It walks the index
 * `deliveries (state, route, domain, nextAttemptAt)` from domain to domain, so that a million mails that wait for one
 * domain cost as much as one. Used while a domain is to be left out; otherwise claiming by time is cheaper.
 */
import { sql } from 'kysely';

import type { Clock } from '#src/base/clock.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import { preparedStatement } from '#src/storage/prepared.ts';

import { isNoSuspect, leaseDue, type Claim } from './claim-terms.ts';
import type { DeliveryRow } from './delivery-queue.ts';
import { LEASE_MS, type LeaseOwner } from './lease.ts';

export interface WaitingDomain {
  readonly domain: string;
  /** When the first of its unleased deliveries is due (milliseconds since 1970). */
  readonly dueAt: number;
}

/** Up to `limit` deliveries of one domain. */
export interface DomainClaim {
  readonly domain: string;
  readonly limit: number;
}

export interface WaitingDomainsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly owner: LeaseOwner;
}

export class WaitingDomains {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #owner: LeaseOwner;

  constructor({ database, clock, owner }: WaitingDomainsOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Of the outside route; those waiting longest first. */
  async list(): Promise<readonly WaitingDomain[]> {
    const now = this.#clock.now();
    const { rows } = await sql<{ domain: string; dueAt: number | string | null }>`
      WITH RECURSIVE waiting(domain) AS (
        SELECT (SELECT domain FROM deliveries WHERE state = 'queued' AND route = 'outside'
                ORDER BY domain LIMIT 1)
        UNION ALL
        SELECT (SELECT d.domain FROM deliveries d WHERE d.state = 'queued' AND d.route = 'outside'
                AND d.domain > waiting.domain ORDER BY d.domain LIMIT 1)
        FROM waiting WHERE waiting.domain IS NOT NULL
      )
      SELECT domain, (SELECT d."nextAttemptAt" FROM deliveries d
        WHERE d.state = 'queued' AND d.route = 'outside' AND d.domain = waiting.domain
          AND (d."leaseUntil" IS NULL OR d."leaseUntil" < ${now}) AND ${isNoSuspect}
        ORDER BY d."nextAttemptAt" LIMIT 1) AS "dueAt"
      FROM waiting WHERE domain IS NOT NULL`.execute(this.#database.query);
    return rows
      .flatMap(({ domain, dueAt }) => (dueAt === null ? [] : [{ domain, dueAt: Number(dueAt) }]))
      .toSorted((a, b) => a.dueAt - b.dueAt);
  }

  /** Leases what is due for these domains, as `DeliveryQueue.claim` does. */
  async claim(claims: readonly DomainClaim[]): Promise<readonly DeliveryRow[]> {
    if (claims.length === 0) return [];
    const now = this.#clock.now();
    const claimDue = CLAIMS[this.#database.dialect];
    const lease = { now, owner: this.#owner.name, leaseUntil: now + LEASE_MS };
    const results = await this.#database.commit(
      claims.map((claim): Statement => claimDue(this.#database.query, { ...claim, ...lease })),
    );
    return results.flatMap(({ rows }) => rows as unknown as DeliveryRow[]);
  }

  /** Gives back what was claimed and can't begin now; no attempt is counted. */
  async release(deliveries: readonly DeliveryRow[]): Promise<void> {
    if (deliveries.length === 0) return;
    const ids = deliveries.map(({ id }) => id);
    await this.#database.commit([
      statement(
        this.#database.query
          .updateTable('deliveries')
          .set({ leaseOwner: null, leaseUntil: null })
          .where('id', 'in', ids)
          .where('leaseOwner', '=', this.#owner.name),
      ),
    ]);
  }
}

interface OneDomain extends Claim {
  readonly domain: string;
}

const CLAIMS = { sqlite: claimOfDomain(false), postgres: claimOfDomain(true) };

function claimOfDomain(locks: boolean) {
  return preparedStatement<OneDomain>((query, value) =>
    leaseDue(query, value, locks, (due) =>
      due.where('route', '=', 'outside').where('domain', '=', value('domain')),
    ),
  );
}
