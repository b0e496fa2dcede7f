/** Dates as people write them, in the organisation's time zone: `21 November 2026, 14:05 (CET)`. */
import type { Locale } from '../mail-site.ts';

const DATE_LOCALE: Readonly<Record<Locale, string>> = { en: 'en-GB', es: 'es-US' };
// Which abbreviations (CET, EST, AEST) a language knows differs; English of one of these places knows most.
const ZONE_NAME_LOCALES = ['en-US', 'en-GB', 'en-AU'];

const formatters = new Map<string, Intl.DateTimeFormat>();

/** `21 November 2026` */
export function formatDay(ms: number, locale: Locale, timeZone: string): string {
  return formatter(DATE_LOCALE[locale], timeZone, 'day').format(ms);
}

/** `14:05` */
export function formatTime(ms: number, locale: Locale, timeZone: string): string {
  return formatter(DATE_LOCALE[locale], timeZone, 'time').format(ms);
}

/** `21 November 2026, 14:05 (CET)` */
export function formatMoment(ms: number, locale: Locale, timeZone: string): string {
  const day = formatDay(ms, locale, timeZone);
  return `${day}, ${formatTime(ms, locale, timeZone)} (${zoneName(ms, timeZone)})`;
}

/** `14:05 (CET)` */
export function formatClock(ms: number, locale: Locale, timeZone: string): string {
  return `${formatTime(ms, locale, timeZone)} (${zoneName(ms, timeZone)})`;
}

// Zones change their offset only at a quarter of an hour, and most mails of a moment name the same one.
const QUARTER_HOUR_MS = 900_000;
const lastZoneNames = new Map<string, { readonly quarter: number; readonly name: string }>();

function zoneName(ms: number, timeZone: string): string {
  const quarter = Math.floor(ms / QUARTER_HOUR_MS);
  const last = lastZoneNames.get(timeZone);
  if (last?.quarter === quarter) return last.name;
  const name = findZoneName(ms, timeZone);
  lastZoneNames.set(timeZone, { quarter, name });
  return name;
}

function findZoneName(ms: number, timeZone: string): string {
  let name = timeZone;
  for (const locale of ZONE_NAME_LOCALES) {
    const parts = formatter(locale, timeZone, 'zone').formatToParts(ms);
    name = parts.find((part) => part.type === 'timeZoneName')?.value ?? name;
    if (!/^GMT[+-]/u.test(name)) break;
  }
  return name.replace(/^GMT(?=[+-])/u, 'UTC');
}

const SHAPES = {
  day: { day: 'numeric', month: 'long', year: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  zone: { timeZoneName: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

function formatter(locale: string, timeZone: string, shape: keyof typeof SHAPES): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${shape}`;
  let known = formatters.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat(locale, { ...SHAPES[shape], timeZone });
    formatters.set(key, known);
  }
  return known;
}
