/** Days of a calendar (`2026-12-31`) and the moments at which they begin and end in a time zone. */
import { DAY_MS } from './clock.ts';

/** The day that it is at a moment (ms) in a time zone. */
export function dayAt(ms: number, timeZone: string): string {
  return new Date(ms + offsetAt(ms, timeZone)).toISOString().slice(0, 10);
}

/** The hour (0 to 23) that clocks show at a moment (ms) in a time zone. */
export function hourAt(ms: number, timeZone: string): number {
  return new Date(ms + offsetAt(ms, timeZone)).getUTCHours();
}

/** The day of the calendar so many days after `day`, or before it. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** The first moment (ms) after a day of the calendar in a time zone; NaN for what is no day. */
export function endOfDay(day: string, timeZone: string): number {
  const midnight = /^\d{4}-\d{2}-\d{2}$/u.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  // 30 February is read as a day of March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return NaN;
  const next = midnight + DAY_MS;
  // The offset at the moment itself: a second look, because a clock may have been set in between.
  const guess = next - offsetAt(next, timeZone);
  return next - offsetAt(guess, timeZone);
}

/** How far the clocks of a zone are before UTC (ms). */
function offsetAt(ms: number, timeZone: string): number {
  const parts = clockOf(timeZone).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(ms / 1_000) * 1_000;
}

/** Made once for each zone: making one costs more than a hundred uses. There are some hundred zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for what is no time zone. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocks.set(timeZone, known);
  return known;
}
