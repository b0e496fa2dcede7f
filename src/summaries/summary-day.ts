/**
 * Which day's summary something is told in. A summary's day begins and ends at the same hour of the clocks of a place, so
 * days of 23 and 25 hours are days as well. Pure.
 */
import { addDays, dayAt, hourAt } from '#src/base/calendar-day.ts';

export interface SummaryHour {
  readonly hour: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** The day (`2026-12-31`) at whose hour what happened then (ms) is told. */
export function dayToTell(happenedAt: number, { hour, timeZone }: SummaryHour): string {
  const day = dayAt(happenedAt, timeZone);
  return hourAt(happenedAt, timeZone) < hour ? day : addDays(day, 1);
}

/** The last day whose hour has come. */
export function lastDueDay(now: number, { hour, timeZone }: SummaryHour): string {
  const day = dayAt(now, timeZone);
  return hourAt(now, timeZone) < hour ? addDays(day, -1) : day;
}
