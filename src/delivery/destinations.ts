/**
 * The domains that mail is on its way to: how many places each may take, and which can't be reached just now. One that
 * is slow keeps its few places and no more; to one that is dead a single mail is sent now and then, and the others for
 * it are put off without a connection, with the words that the last try gave. Knows nothing of the queue.
 */
import { MINUTE_MS, SECOND_MS, type Clock } from '#src/base/clock.ts';

import type { AttemptOutcome } from './attempt.ts';

/** Why nothing reached the domain at the last try. */
export interface KnownFailure {
  readonly reply: string;
  readonly enhanced: string | null;
  readonly nextHop: string;
}

interface Destination {
  busy: number;
  failures: number;
  failure: KnownFailure | null;
  closedUntil: number;
  backoffMs: number;
}

/** As many as connections to one server (`smtp/client/pool.ts`). */
const PLACES = 10;
/** While more than half of all places are taken, nobody gets many. */
const PLACES_WHEN_SCARCE = 2;
export const ALL_PLACES = 160;
/** So many tries in a row that reached nobody make a domain unreachable; a single one may be chance. */
const FAILURES_TO_CLOSE = 5;
const MAX_REMEMBERED = 10_000;
const FIRST_BACKOFF_MS = 20 * SECOND_MS;
const LONGEST_BACKOFF_MS = 5 * MINUTE_MS;

export class Destinations {
  readonly #clock: Clock;
  readonly #known = new Map<string, Destination>();
  #busy = 0;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  get hasPlaces(): boolean {
    return this.#busy < ALL_PLACES;
  }

  /** How many more may begin now; none while the domain is unreachable. */
  placesAt(domain: string): number {
    const destination = this.#known.get(domain);
    if (destination === undefined) return this.#places();
    if (this.#isClosed(destination)) return 0;
    // After a pause one mail finds out.
    const places = destination.failures >= FAILURES_TO_CLOSE ? 1 : this.#places();
    return Math.max(0, places - destination.busy);
  }

  /** What stopped the last try, while nobody is to try again. */
  failureOf(domain: string): KnownFailure | null {
    const destination = this.#known.get(domain);
    return destination !== undefined && this.#isClosed(destination) ? destination.failure : null;
  }

  /** Domains that nothing more may begin for. */
  crowded(): ReadonlySet<string> {
    return new Set([...this.#known.keys()].filter((domain) => this.placesAt(domain) === 0));
  }

  unreachable(): readonly string[] {
    return [...this.#known].filter(([, known]) => this.#isClosed(known)).map(([domain]) => domain);
  }

  /** Somebody says that it is worth trying: what is known of failures is forgotten. */
  tryAgain(): void {
    for (const destination of this.#known.values()) {
      destination.failures = 0;
      destination.closedUntil = 0;
      destination.backoffMs = FIRST_BACKOFF_MS;
    }
  }

  enter(domain: string): void {
    const fresh = { busy: 0, failures: 0, failure: null, closedUntil: 0, backoffMs: FIRST_BACKOFF_MS };
    const destination = this.#known.get(domain) ?? fresh;
    if (destination === fresh) this.#makeRoom();
    this.#known.set(domain, destination);
    destination.busy += 1;
    this.#busy += 1;
  }

  /** `outcome`: of the attempt that entered; null where it ended without one. True where others should ask again. */
  leave(domain: string, outcome: AttemptOutcome | null): boolean {
    const destination = this.#known.get(domain);
    if (destination === undefined) return false;
    destination.busy -= 1;
    this.#busy -= 1;
    if (outcome !== null) this.#learn(destination, outcome);
    if (destination.busy === 0 && destination.failures === 0) this.#known.delete(domain);
    return destination.busy === PLACES / 2 || this.#busy === ALL_PLACES / 2;
  }

  #learn(destination: Destination, outcome: AttemptOutcome): void {
    if (outcome.kind === 'hindered' || outcome.kind === 'forged' || outcome.kind === 'captured') return;
    if (!reachedNobody(outcome)) {
      destination.failures = 0;
      destination.failure = null;
      destination.backoffMs = FIRST_BACKOFF_MS;
      return;
    }
    // What only repeats the last failure is no try.
    if (this.#isClosed(destination)) return;
    destination.failures += 1;
    const { reply, enhanced, nextHop } = outcome;
    destination.failure = { reply, enhanced, nextHop };
    if (destination.failures < FAILURES_TO_CLOSE) return;
    destination.closedUntil = this.#clock.now() + destination.backoffMs;
    destination.backoffMs = Math.min(2 * destination.backoffMs, LONGEST_BACKOFF_MS);
  }

  #makeRoom(): void {
    for (const [domain, { busy }] of this.#known) {
      if (this.#known.size < MAX_REMEMBERED) return;
      if (busy === 0) this.#known.delete(domain);
    }
  }

  #isClosed({ closedUntil }: Destination): boolean {
    return this.#clock.now() < closedUntil;
  }

  #places(): number {
    return this.#busy > ALL_PLACES / 2 ? PLACES_WHEN_SCARCE : PLACES;
  }
}

function reachedNobody(
  outcome: AttemptOutcome,
): outcome is AttemptOutcome & { readonly kind: 'deferred'; readonly reply: string } {
  return outcome.kind === 'deferred' && (outcome.stage === 'connect' || outcome.stage === 'tls');
}
