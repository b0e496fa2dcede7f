/**
 * Which deliveries to begin next, so that none is claimed that can't begin and none waits for another domain. By time
 * while every domain has places left; domain by domain while one has none. What is due for unreachable domains comes
 * last and little by little: it is put off again, told of or turned into something else, without a connection.
 */
import { SECOND_MS, type Clock } from '#src/base/clock.ts';
import type { DeliveryQueue, DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { DomainClaim, WaitingDomain, WaitingDomains } from '#src/queue/waiting-domains.ts';

import type { AttemptOutcome } from './attempt.ts';
import type { Destinations } from './destinations.ts';

const ROUTES = ['internal', 'outside'] as const;
type RouteName = (typeof ROUTES)[number];

/** Deliveries claimed at once; each holds at most a chunk of content in memory. */
const CLAIMED_AT_ONCE = 32;
/** With so many under way to the one server of a route no more are claimed for it: it keeps nobody else waiting. */
const ENOUGH_ON_ONE_ROUTE = 48;
const MOST_FOR_ONE_DOMAIN = 8;
const IDLE_POLL_MS = 2 * SECOND_MS;
const MIN_WAIT_MS = 50;
/** Putting off is a little work, often: a million that wait for a dead domain must not be felt by the others. */
const PUT_OFF_AT_ONCE = 4;
const PUT_OFF_EVERY_MS = 25;
/** Looking through the domains takes at most about a twentieth of the time. */
const REST_AFTER_LISTING = 20;

export interface ClaimingOptions {
  readonly queue: Pick<DeliveryQueue, 'claim' | 'claimSuspect' | 'nextDueAt'>;
  readonly waiting: Pick<WaitingDomains, 'list' | 'claim' | 'release'>;
  readonly destinations: Destinations;
  /** The domain whose servers it goes to; null where all go to one server. */
  readonly destinationOf: (delivery: DeliveryRow) => string | null;
  /** True where nothing is handed over on the route now. */
  readonly isStopped: (route: RouteName) => boolean;
  readonly clock: Clock;
}

export interface Claimed {
  /** Each has its place. */
  readonly deliveries: readonly DeliveryRow[];
  /** How long to wait before asking again; 0: there may be more. */
  readonly waitMs: number;
}

/** So long a delivery whose process died twice is alone among its like; also how often such ones are looked for. */
const SUSPECT_ALONE_MS = 5 * SECOND_MS;

const nothingYet = (waitMs: number): Claimed => ({ deliveries: [], waitMs });

export class Claiming {
  readonly #options: ClaimingOptions;
  readonly #onRoute: Record<RouteName, number> = { internal: 0, outside: 0 };
  /** Delivery → the domain whose place it has; null: a place on its route. */
  readonly #places = new WeakMap<DeliveryRow, string | null>();
  /** By the last `next`. */
  readonly #begun: DeliveryRow[] = [];
  /** By the time that never jumps. */
  #listAgainMs = 0;
  #putOffAgainMs = 0;
  #suspect: DeliveryRow | null = null;
  /** Not at once: what kills this process all the same must not look like the work of the first suspect. */
  #nextSuspectAt: number;

  constructor(options: ClaimingOptions) {
    this.#options = options;
    this.#nextSuspectAt = options.clock.now() + SUSPECT_ALONE_MS;
  }

  /** Throws what the queue throws; then no place is taken. */
  async next(): Promise<Claimed> {
    this.#begun.length = 0;
    try {
      const suspects = await this.#nextSuspect();
      const { deliveries, waitMs } = await this.#next();
      return { deliveries: [...suspects, ...deliveries], waitMs };
    } catch (error) {
      for (const delivery of this.#begun) this.end(delivery, null);
      throw error;
    }
  }

  /**
   * A mail that kills its process does it soon: the next suspect begins when this one has ended, or has lived for a
   * while, so that a slow next hop keeps no other suspect waiting.
   */
  async #nextSuspect(): Promise<readonly DeliveryRow[]> {
    const { clock, queue, destinationOf, isStopped } = this.#options;
    if (clock.now() < this.#nextSuspectAt) return [];
    const suspect = await queue.claimSuspect(ROUTES.filter((route) => !isStopped(route)));
    this.#nextSuspectAt = clock.now() + SUSPECT_ALONE_MS;
    if (suspect === null) return [];
    this.#suspect = suspect;
    this.#begin(suspect, destinationOf(suspect));
    return [suspect];
  }

  async #next(): Promise<Claimed> {
    const open = ROUTES.filter((route) => this.#isOpen(route));
    if (open.length === 0) return nothingYet(IDLE_POLL_MS);
    const crowded = this.#options.destinations.crowded();
    if (crowded.size === 0 || !open.includes('outside')) return this.#byTime(open);
    const [inside, outside] = [await this.#byTime(ROUTES.filter(isInternal)), await this.#byDomain(crowded)];
    return {
      deliveries: [...inside.deliveries, ...outside.deliveries],
      waitMs: Math.min(inside.waitMs, outside.waitMs),
    };
  }

  /**
   * Gives the place of a delivery back; `outcome` null: nothing was tried. True where others may now begin that had
   * to wait.
   */
  end(delivery: DeliveryRow, outcome: AttemptOutcome | null): boolean {
    const domain = this.#places.get(delivery);
    if (domain === undefined) return false;
    this.#places.delete(delivery);
    const nextSuspect = delivery === this.#suspect;
    if (nextSuspect) this.#nextSuspectAt = 0;
    if (domain !== null) return this.#options.destinations.leave(domain, outcome) || nextSuspect;
    this.#onRoute[delivery.route] -= 1;
    return nextSuspect || this.#onRoute[delivery.route] === ENOUGH_ON_ONE_ROUTE / 2;
  }

  #begin(delivery: DeliveryRow, domain: string | null): void {
    this.#places.set(delivery, domain);
    this.#begun.push(delivery);
    if (domain === null) this.#onRoute[delivery.route] += 1;
    else this.#options.destinations.enter(domain);
  }

  #isOpen(route: RouteName): boolean {
    if (this.#options.isStopped(route)) return false;
    const hasPlaces = route === 'internal' || this.#options.destinations.hasPlaces;
    return hasPlaces && this.#onRoute[route] < ENOUGH_ON_ONE_ROUTE;
  }

  async #byTime(routes: readonly RouteName[]): Promise<Claimed> {
    const open = routes.filter((route) => this.#isOpen(route));
    if (open.length === 0) return nothingYet(IDLE_POLL_MS);
    const { queue } = this.#options;
    const claimed = await queue.claim(CLAIMED_AT_ONCE, open);
    const deliveries = await this.#beginAll(claimed);
    if (claimed.length === CLAIMED_AT_ONCE || deliveries.length < claimed.length)
      return { deliveries, waitMs: 0 };
    const dueAt = await queue.nextDueAt(open);
    return { deliveries, waitMs: this.#until(dueAt) };
  }

  async #byDomain(crowded: ReadonlySet<string>): Promise<Claimed> {
    const { waiting, clock, destinations } = this.#options;
    const startedMs = performance.now();
    const restMs = this.#listAgainMs - startedMs;
    if (restMs > 0) return nothingYet(Math.max(1, restMs));
    const now = clock.now();
    const listed = await waiting.list();
    const free = listed.filter(({ domain }) => !crowded.has(domain));
    const listedMs = performance.now();
    this.#listAgainMs = listedMs + REST_AFTER_LISTING * (listedMs - startedMs);
    const due = free.filter(({ dueAt }) => dueAt <= now).slice(0, CLAIMED_AT_ONCE);
    const claims = due.map(({ domain }) => ({
      domain,
      limit: Math.min(MOST_FOR_ONE_DOMAIN, Math.max(1, destinations.placesAt(domain))),
    }));
    const claimed = await waiting.claim(claims);
    const deliveries = await this.#beginAll(claimed);
    if (claimed.length > 0) return { deliveries, waitMs: MIN_WAIT_MS };
    const next = free.find(({ dueAt }) => dueAt > now)?.dueAt ?? null;
    const putOff = await this.#putOff(listed.filter(({ dueAt }) => dueAt <= now));
    return { deliveries: putOff.deliveries, waitMs: Math.min(this.#until(next), putOff.waitMs) };
  }

  /** They need no place: nothing is sent. What has been due longest comes first, so no domain waits for another's many. */
  async #putOff(due: readonly WaitingDomain[]): Promise<Claimed> {
    const { waiting, destinations, destinationOf } = this.#options;
    const unreachable = new Set(destinations.unreachable());
    const domains = due.filter(({ domain }) => unreachable.has(domain)).slice(0, PUT_OFF_AT_ONCE);
    if (domains.length === 0) return nothingYet(IDLE_POLL_MS);
    if (performance.now() < this.#putOffAgainMs) return nothingYet(PUT_OFF_EVERY_MS);
    this.#putOffAgainMs = performance.now() + PUT_OFF_EVERY_MS;
    const limit = Math.ceil(PUT_OFF_AT_ONCE / domains.length);
    const deliveries = await waiting.claim(domains.map(({ domain }): DomainClaim => ({ domain, limit })));
    for (const delivery of deliveries) this.#begin(delivery, destinationOf(delivery));
    return { deliveries, waitMs: PUT_OFF_EVERY_MS };
  }

  /** Those that get a place; the others are given back. */
  async #beginAll(claimed: readonly DeliveryRow[]): Promise<readonly DeliveryRow[]> {
    const begun: DeliveryRow[] = [];
    const tooMany: DeliveryRow[] = [];
    for (const delivery of claimed) {
      const domain = this.#options.destinationOf(delivery);
      if (domain === null || this.#options.destinations.placesAt(domain) > 0) {
        this.#begin(delivery, domain);
        begun.push(delivery);
      } else tooMany.push(delivery);
    }
    await this.#options.waiting.release(tooMany);
    return begun;
  }

  #until(dueAt: number | null): number {
    if (dueAt === null) return IDLE_POLL_MS;
    return Math.min(IDLE_POLL_MS, Math.max(MIN_WAIT_MS, dueAt - this.#options.clock.now()));
  }
}

function isInternal(route: RouteName): boolean {
  return route === 'internal';
}
