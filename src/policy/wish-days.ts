/**
 * Days as people write them behind a word (`14d`, `2 weeks`, `1 Dec`, `Dec 1 2026`, `2026-12-01`, `tomorrow`, `friday`;
 * in Spanish too). Numbers alone (`1/12`, `12/1`) are read differently by different people, so they are no day here.
 * Pure: which day it is today is passed in. Works on comparable forms (lower case, NFKC).
 */
import { DAY_MS } from '#src/base/clock.ts';

export type WishedDay =
  | { readonly kind: 'after'; readonly count: number; readonly unit: 'day' | 'week' | 'month' }
  /** `year` null: the next such day. */
  | { readonly kind: 'date'; readonly day: number; readonly month: number; readonly year: number | null }
  /** 1 is Monday; the next such day, today excepted. */
  | { readonly kind: 'weekday'; readonly weekday: number };

export interface FoundDay {
  readonly day: WishedDay;
  /** Where it ends in the text. */
  readonly end: number;
}

const MONTHS: readonly (readonly string[])[] = [
  ['january', 'jan', 'enero', 'ene'],
  ['february', 'feb', 'febrero'],
  ['march', 'mar', 'marzo'],
  ['april', 'apr', 'abril', 'abr'],
  ['may', 'mayo'],
  ['june', 'jun', 'junio'],
  ['july', 'jul', 'julio'],
  ['august', 'aug', 'agosto', 'ago'],
  ['september', 'sept', 'sep', 'septiembre', 'setiembre'],
  ['october', 'oct', 'octubre'],
  ['november', 'nov', 'noviembre'],
  ['december', 'dec', 'diciembre', 'dic'],
];

const WEEKDAYS: readonly (readonly string[])[] = [
  ['monday', 'lunes'],
  ['tuesday', 'martes'],
  ['wednesday', 'miércoles', 'miercoles'],
  ['thursday', 'jueves'],
  ['friday', 'viernes'],
  ['saturday', 'sábado', 'sabado'],
  ['sunday', 'domingo'],
];

const UNITS = {
  day: ['days', 'day', 'd', 'días', 'dias', 'día', 'dia'],
  week: ['weeks', 'week', 'w', 'semanas', 'semana'],
  month: ['months', 'month', 'meses', 'mes'],
} as const;

/** Longest first, so that `mayo` is not `may` with an o behind it. */
function alternatives(words: Iterable<string>): string {
  return [...words].toSorted((a, b) => b.length - a.length).join('|');
}

const END = '(?![\\p{L}\\p{N}\\p{M}_])';
const MONTH = alternatives(MONTHS.flat());
const PATTERNS = {
  iso: new RegExp(`(\\d{4})-(\\d{2})-(\\d{2})${END}`, 'uy'),
  after: new RegExp(`(\\d{1,4})\\s{0,3}(${alternatives(Object.values(UNITS).flat())})${END}`, 'uy'),
  dayFirst: new RegExp(
    `(\\d{1,2})(?:st|nd|rd|th|er|o)?\\.?\\s{0,3}(?:de\\s{1,3}|of\\s{1,3})?(${MONTH})${END}\\.?(?:,?\\s{0,3}(?:de\\s{1,3})?(\\d{4})${END})?`,
    'uy',
  ),
  monthFirst: new RegExp(
    `(${MONTH})\\.?\\s{0,3}(\\d{1,2})(?:st|nd|rd|th)?${END}(?:,?\\s{1,3}(\\d{4})${END})?`,
    'uy',
  ),
  weekday: new RegExp(`(${alternatives(WEEKDAYS.flat())})${END}`, 'uy'),
  tomorrow: new RegExp(`(tomorrow|mañana)${END}`, 'uy'),
  today: new RegExp(`(today|hoy)${END}`, 'uy'),
} as const;

/** The day that begins at `from`; null where none does. */
export function findDay(form: string, from: number): FoundDay | null {
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = from;
    return pattern.exec(form);
  };
  const found = (one: RegExpExecArray, day: WishedDay): FoundDay => ({ day, end: from + one[0].length });
  const iso = match(PATTERNS.iso);
  if (iso !== null) return found(iso, date(iso[3], Number(iso[2]), iso[1]));
  const dayFirst = match(PATTERNS.dayFirst);
  if (dayFirst !== null) return found(dayFirst, date(dayFirst[1], monthOf(dayFirst[2]), dayFirst[3]));
  const monthFirst = match(PATTERNS.monthFirst);
  if (monthFirst !== null)
    return found(monthFirst, date(monthFirst[2], monthOf(monthFirst[1]), monthFirst[3]));
  const after = match(PATTERNS.after);
  if (after !== null)
    return found(after, { kind: 'after', count: Number(after[1]), unit: unitOf(after[2] ?? '') });
  const weekday = match(PATTERNS.weekday);
  if (weekday !== null) {
    const index = WEEKDAYS.findIndex((names) => names.includes(weekday[1] ?? ''));
    return found(weekday, { kind: 'weekday', weekday: index + 1 });
  }
  const tomorrow = match(PATTERNS.tomorrow);
  if (tomorrow !== null) return found(tomorrow, { kind: 'after', count: 1, unit: 'day' });
  const today = match(PATTERNS.today);
  return today === null ? null : found(today, { kind: 'after', count: 0, unit: 'day' });
}

function date(day: string | undefined, month: number, year: string | undefined): WishedDay {
  return { kind: 'date', day: Number(day), month, year: year === undefined ? null : Number(year) };
}

function monthOf(name: string | undefined): number {
  return MONTHS.findIndex((names) => names.includes(name ?? '')) + 1;
}

function unitOf(name: string): 'day' | 'week' | 'month' {
  if (UNITS.week.some((word) => word === name)) return 'week';
  return UNITS.month.some((word) => word === name) ? 'month' : 'day';
}

/** As `2026-12-31`; null for a day that no calendar has, or that lies beyond it. `today` in the same form. */
export function resolveDay(wished: WishedDay, today: string): string | null {
  const start = Date.parse(`${today}T00:00:00Z`);
  switch (wished.kind) {
    case 'after':
      return wished.unit === 'month'
        ? monthsAfter(today, wished.count)
        : isoDay(start + wished.count * (wished.unit === 'week' ? 7 : 1) * DAY_MS);
    case 'weekday': {
      const ahead = (wished.weekday - new Date(start).getUTCDay() + 7) % 7;
      return isoDay(start + (ahead === 0 ? 7 : ahead) * DAY_MS);
    }
    case 'date':
      return wished.year === null ? nextSuchDay(wished, today) : dayOf(wished.year, wished.month, wished.day);
  }
}

/** 29 February may be up to eight years away. */
const LONGEST_WAIT_YEARS = 8;

function nextSuchDay({ day, month }: { day: number; month: number }, today: string): string | null {
  const thisYear = Number(today.slice(0, 4));
  for (let year = thisYear; year <= thisYear + LONGEST_WAIT_YEARS; year++) {
    const next = dayOf(year, month, day);
    if (next !== null && next >= today) return next;
  }
  return null;
}

/** The same day of a later month, or that month's last. */
function monthsAfter(today: string, count: number): string | null {
  const months = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1 + count;
  const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
  for (let day = Number(today.slice(8, 10)); day > 27; day--) {
    const same = dayOf(year, month, day);
    if (same !== null) return same;
  }
  return dayOf(year, month, Number(today.slice(8, 10)));
}

function dayOf(year: number, month: number, day: number): string | null {
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // 30 February is read as a day of March.
  return Number.isNaN(ms) || isoDay(ms) !== text ? null : text;
}

function isoDay(ms: number): string | null {
  const text = Number.isNaN(new Date(ms).getTime()) ? '' : new Date(ms).toISOString();
  return /^\d{4}-/u.test(text) ? text.slice(0, 10) : null;
}
