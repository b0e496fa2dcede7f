/**
 * Counters against guessing, in the database, so that they hold across processes and restarts. Their keys are keyed
 * hashes: the table tells nobody's address. A wrong password is counted before it is compared, one at a time, so
 * that fifty requests at once are fifty tries.
 */
import { isIPv6 } from 'node:net';

import { lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Clock } from '#src/base/clock.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import {
  exactlyOne,
  ExpectationFailed,
  statement,
  UniqueViolation,
  type Database,
  type Statement,
} from '#src/storage/database.ts';

export type ThrottleKind =
  | 'password'
  | 'second-factor'
  | 'network-failures'
  | 'network-codes'
  | 'network-checks'
  | 'suspect-mails'
  | 'network-asks'
  | 'asks'
  | 'other-ways'
  | 'codes'
  | 'resets-an-hour'
  | 'resets-a-day'
  | 'resets-started'
  | 'account-codes'
  | 'hand-over-codes'
  | 'hand-over-tries'
  | 'hand-over-network'
  | 'second-channel'
  | 'access-asks'
  | 'replies'
  | 'reply-files'
  | 'decoy'
  | 'submitter'
  | 'author-recipients'
  | 'author-new-recipients'
  | 'submitter-network'
  | 'staff-links'
  | 'staff-links-of-network'
  | 'staff-failures';

/** `left`: further uses of the window. */
export type WindowAnswer = { readonly allowed: true; readonly left: number } | ThrottleRefusal;

interface ThrottleRefusal {
  readonly allowed: false;
  readonly retryAfterSeconds: number;
  /** Only a reset by mail ends it. */
  readonly locked: boolean;
}

export type ThrottleAnswer = { readonly allowed: true } | ThrottleRefusal;

/** Wrong passwords in a row before each further one has to wait. */
const FREE_TRIES = 10;
const FIRST_DELAY_MS = 30 * SECOND_MS;
const LONGEST_DELAY_MS = 30 * MINUTE_MS;
/** NIST SP 800-63B-4 section 3.2.2 allows at most 100 failures in a row. */
const LOCKED_AT = 100;
const MAX_RACES = 60;
const LOCKED_RETRY_MS = 24 * HOUR_MS;
const KEPT_MS = 30 * DAY_MS;

export class Throttle {
  readonly #database: Pick<Database, 'query' | 'commit'>;
  readonly #keys: Pick<KeyProvider, 'mac'>;
  readonly #clock: Clock;

  constructor(options: {
    database: Pick<Database, 'query' | 'commit'>;
    keys: Pick<KeyProvider, 'mac'>;
    clock: Clock;
  }) {
    this.#database = options.database;
    this.#keys = options.keys;
    this.#clock = options.clock;
  }

  /**
   * Counts a try at the password, or the second factor, of `subject` (account id or canonical address), unless it has
   * to wait.
   */
  async countGuess(kind: 'password' | 'second-factor', subject: string): Promise<ThrottleAnswer> {
    const key = this.#key(kind, subject);
    for (let race = 0; race < MAX_RACES; race++) {
      const row = await this.#read(key);
      const refusal = this.#guessRefusal(row);
      if (refusal !== null) return refusal;
      if (
        await this.#commitCount(key, row, { windowStart: this.#clock.now(), count: (row?.count ?? 0) + 1 })
      ) {
        return { allowed: true };
      }
    }
    return { allowed: false, retryAfterSeconds: FIRST_DELAY_MS / SECOND_MS, locked: false };
  }

  /** Counts one use in a window that begins with the first; refuses from the `limit + 1`st on. */
  async countInWindow(
    kind: ThrottleKind,
    subject: string,
    limit: number,
    windowMs: number,
  ): Promise<WindowAnswer> {
    const key = this.#key(kind, subject);
    for (let race = 0; race < MAX_RACES; race++) {
      const now = this.#clock.now();
      const row = await this.#read(key);
      const isFresh = row === undefined || row.windowStart + windowMs <= now;
      const windowStart = isFresh ? now : row.windowStart;
      const count = isFresh ? 0 : row.count;
      if (count >= limit) return refusedFor(windowStart + windowMs - now);
      if (await this.#commitCount(key, row, { windowStart, count: count + 1 }))
        return { allowed: true, left: limit - count - 1 };
    }
    return refusedFor(windowMs);
  }

  /** Whether the window's limit is used up, without counting. */
  async isUsedUp(
    kind: ThrottleKind,
    subject: string,
    limit: number,
    windowMs: number,
  ): Promise<ThrottleAnswer> {
    const row = await this.#read(this.#key(kind, subject));
    const now = this.#clock.now();
    if (row === undefined || row.windowStart + windowMs <= now || row.count < limit) return { allowed: true };
    return refusedFor(row.windowStart + windowMs - now);
  }

  /** Opens a window with nothing counted in it, or opens it anew. */
  async openWindow(kind: ThrottleKind, subject: string): Promise<void> {
    const key = this.#key(kind, subject);
    for (let race = 0; race < MAX_RACES; race++) {
      const row = await this.#read(key);
      if (await this.#commitCount(key, row, { windowStart: this.#clock.now(), count: 0 })) return;
    }
  }

  /** Counts in a window that `openWindow` opened: how many uses are left; null where none is open or left. */
  async countInOpenWindow(
    kind: ThrottleKind,
    subject: string,
    limit: number,
    windowMs: number,
  ): Promise<number | null> {
    const key = this.#key(kind, subject);
    for (let race = 0; race < MAX_RACES; race++) {
      const row = await this.#read(key);
      const isOpen = row !== undefined && this.#clock.now() < row.windowStart + windowMs;
      if (!isOpen || row.count >= limit) return null;
      const count = row.count + 1;
      if (await this.#commitCount(key, row, { windowStart: row.windowStart, count })) return limit - count;
    }
    return null;
  }

  /** Removes counters whose longest window is over; wrong passwords in a row stay for a month. */
  sweep(): Statement {
    const before = this.#clock.now() - KEPT_MS;
    return statement(this.#database.query.deleteFrom('throttles').where('windowStart', '<', before));
  }

  /** Statements that count several uses at once in the unit of something else; null where the limit would be passed. */
  async countMany(
    kind: ThrottleKind,
    subject: string,
    use: { readonly count: number; readonly limit: number; readonly windowMs: number },
  ): Promise<Statement[] | null> {
    const key = this.#key(kind, subject);
    const now = this.#clock.now();
    const row = await this.#read(key);
    const isFresh = row === undefined || row.windowStart + use.windowMs <= now;
    const count = (isFresh ? 0 : row.count) + use.count;
    if (count > use.limit) return null;
    return [this.#countStatement(key, row, { windowStart: isFresh ? now : row.windowStart, count })];
  }

  /** Ends a window: its uses count no more. */
  forget(kind: ThrottleKind, subject: string): Statement {
    return statement(
      this.#database.query.deleteFrom('throttles').where('key', '=', this.#key(kind, subject)),
    );
  }

  /** A statement that lets only one of several units for `subject` through; the others get ExpectationFailed. */
  async serialise(kind: ThrottleKind, subject: string): Promise<Statement> {
    const key = this.#key(kind, subject);
    const row = await this.#read(key);
    return this.#countStatement(key, row, { windowStart: this.#clock.now(), count: (row?.count ?? 0) + 1 });
  }

  #guessRefusal(row: { windowStart: number; count: number } | undefined): ThrottleAnswer | null {
    if (row === undefined || row.count < FREE_TRIES) return null;
    if (row.count >= LOCKED_AT) {
      return { allowed: false, retryAfterSeconds: LOCKED_RETRY_MS / SECOND_MS, locked: true };
    }
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (row.count - FREE_TRIES), LONGEST_DELAY_MS);
    const wait = row.windowStart + delay - this.#clock.now();
    return wait > 0 ? refusedFor(wait) : null;
  }

  #key(kind: ThrottleKind, subject: string): Buffer {
    return this.#keys.mac('throttle', lengthPrefixed(kind, subject));
  }

  async #read(key: Buffer): Promise<{ windowStart: number; count: number } | undefined> {
    return this.#database.query
      .selectFrom('throttles')
      .select(['windowStart', 'count'])
      .where('key', '=', key)
      .executeTakeFirst();
  }

  /** False where another request counted in between. */
  async #commitCount(
    key: Buffer,
    seen: { windowStart: number; count: number } | undefined,
    next: { windowStart: number; count: number },
  ): Promise<boolean> {
    try {
      await this.#database.commit([this.#countStatement(key, seen, next)]);
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  #countStatement(
    key: Buffer,
    seen: { windowStart: number; count: number } | undefined,
    next: { windowStart: number; count: number },
  ): Statement {
    const { query } = this.#database;
    if (seen === undefined) {
      return statement(query.insertInto('throttles').values({ key, ...next }), exactlyOne);
    }
    return statement(
      query
        .updateTable('throttles')
        .set(next)
        .where('key', '=', key)
        .where('count', '=', seen.count)
        .where('windowStart', '=', seen.windowStart),
      exactlyOne,
    );
  }
}

/** Whether a unit was not kept because another one came first. */
export function isLostRace(error: unknown): boolean {
  return error instanceof ExpectationFailed || error instanceof UniqueViolation;
}

/** `192.0.2.7` → `192.0.2.0/24`; an IPv6 address → its /64: what one household or office usually shares. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/iu, '').replace(/%.*$/u, '');
  if (!isIPv6(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function refusedFor(waitMs: number): ThrottleRefusal {
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND_MS)), locked: false };
}
