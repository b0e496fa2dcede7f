/**
 * How much one network, and one address of ours, may send back. The listener answers everybody, so whoever tries
 * addresses or floods is slowed down; honest servers try again later. Counters live in memory: a restart forgets them,
 * and addresses can't be guessed anyway.
 */
import type { Clock } from '#src/base/clock.ts';

export interface Limit {
  readonly most: number;
  readonly windowMs: number;
}

interface Counter {
  since: number;
  count: number;
}

/** More names than these are not remembered: the oldest is forgotten. */
const MOST_NAMES = 20_000;

export class CountedLimit {
  readonly #clock: Clock;
  readonly #limit: Limit;
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock, limit: Limit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** True where `name` has used up what it may do for now. */
  isReached(name: string): boolean {
    const counter = this.#current(name);
    return counter !== undefined && counter.count >= this.#limit.most;
  }

  count(name: string): void {
    const counter = this.#current(name);
    if (counter !== undefined) {
      counter.count += 1;
      return;
    }
    this.#counters.delete(name);
    this.#counters.set(name, { since: this.#clock.now(), count: 1 });
    for (const oldest of this.#counters.keys()) {
      if (this.#counters.size <= MOST_NAMES) break;
      this.#counters.delete(oldest);
    }
  }

  #current(name: string): Counter | undefined {
    const counter = this.#counters.get(name);
    const now = this.#clock.now();
    // A clock that was set back begins a new window.
    const isOver =
      counter !== undefined && (now - counter.since >= this.#limit.windowMs || now < counter.since);
    return isOver ? undefined : counter;
  }
}
