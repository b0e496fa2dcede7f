/**
 * Whether the clock can be believed where something is destroyed for good. A clock that leaps ahead (a dead battery, a
 * wrong time server) must not destroy what is kept for years: after a leap nothing is destroyed for a day of running,
 * time enough to see the warning and to mend the clock. Reading is judged by the clock all the same: it can be undone.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, HOUR_MS, type Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';

/** The two clocks may drift apart by so much between two looks. */
const LEAP_MS = HOUR_MS;
/** A gateway that was off for longer looks like one whose clock leapt. */
const LONG_REST_MS = 30 * DAY_MS;
const QUIET_MS = DAY_MS;

export interface ClockWatchOptions {
  readonly database: Pick<Database, 'query'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Time that never leaps, in milliseconds from any point. */
  readonly monotonicMs?: () => number;
}

export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #monotonicMs: () => number;
  #last: { readonly wallMs: number; readonly monotonicMs: number } | null = null;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /** False for a day of running after the clock leapt. To be asked regularly. */
  async mayDestroy(): Promise<boolean> {
    const wallMs = this.#options.clock.now();
    const monotonicMs = this.#monotonicMs();
    const leaptMs = this.#last === null ? await this.#restMs(wallMs) : this.#leap(wallMs, monotonicMs);
    this.#last = { wallMs, monotonicMs };
    if (leaptMs !== 0) await this.#beQuiet(leaptMs, monotonicMs);
    return monotonicMs >= this.#quietUntilMs;
  }

  /** Since what was recorded last, where that is suspiciously long ago or lies ahead. */
  async #restMs(wallMs: number): Promise<number> {
    const last = await this.#options.database.query
      .selectFrom('audit_entries')
      .select('at')
      .where('event', '!=', 'gateway-started')
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (last === undefined) return 0;
    const restMs = wallMs - last.at;
    return restMs > LONG_REST_MS || restMs < -LEAP_MS ? restMs : 0;
  }

  #leap(wallMs: number, monotonicMs: number): number {
    if (this.#last === null) return 0;
    const leaptMs = wallMs - this.#last.wallMs - (monotonicMs - this.#last.monotonicMs);
    return Math.abs(leaptMs) > LEAP_MS ? leaptMs : 0;
  }

  async #beQuiet(leaptMs: number, monotonicMs: number): Promise<void> {
    this.#quietUntilMs = monotonicMs + QUIET_MS;
    const hours = Math.round(leaptMs / HOUR_MS);
    this.#options.log.warn(
      'the clock leapt, or this gateway was off for long: nothing is destroyed for a day',
      {
        count: hours,
        step: 'hours by which it leapt',
      },
    );
    await this.#options.audit.record({ event: 'clock-leapt', facts: { hours } });
  }
}
