/**
 * When a deferred delivery is tried again (RFC 5321 section 4.5.4.1: retry for four to five days). The first tries
 * come soon, because most deferrals are greylisting or a restart; later ones come hourly, then every four hours.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';

const DELAYS_MS = [
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  20 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  HOUR_MS,
  2 * HOUR_MS,
] as const;
const LAST_DELAY_MS = 4 * HOUR_MS;
/** Share of the delay by which it is shifted at random, so that a thousand deferred mails don't return at once. */
const JITTER = 0.1;

/** A delivery is given up this long after it was queued. */
export const DELIVERY_LIFETIME_MS = 5 * DAY_MS;
/** The author is told once of a delivery that has been waiting this long. */
export const DELAY_REPORT_AFTER_MS = 4 * HOUR_MS;

/** Milliseconds until the next attempt after `attempts` attempts; `jitter` is a number from 0 to 1. */
export function retryDelayMs(attempts: number, jitter: number): number {
  const base = DELAYS_MS[Math.max(0, attempts - 1)] ?? LAST_DELAY_MS;
  return Math.round(base * (1 + JITTER * (2 * jitter - 1)));
}
