/** Which language is shown: `?lang=`, else what was chosen here before, else the browser's, else the site's. */
import { computed, signal } from '@preact/signals';
import { en, type Messages } from './en.ts';
import { es } from './es.ts';

export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

const TABLES: Readonly<Record<Language, Messages>> = { en, es };
const STORED_AS = 'language';

export const language = signal<Language>('en');
/** IANA name for dates; null: as the browser has it. */
export const timeZone = signal<string | null>(null);
const table = computed(() => TABLES[language.value]);

/** The texts of the language shown; read inside a component, it follows the switch. */
export function texts(): Messages {
  return table.value;
}

function known(tag: string | null | undefined): Language | null {
  const short = (tag ?? '').toLowerCase().split('-')[0];
  return short === 'en' || short === 'es' ? short : null;
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

function show(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
}

export function startLocale(): void {
  const asked = known(new URLSearchParams(location.search).get('lang'));
  const preferred = navigator.languages.map(known).find((tag) => tag !== null);
  const chosen = asked ?? known(stored()) ?? preferred ?? null;
  undecided = chosen === null;
  askedByAddress = asked !== null;
  show(chosen ?? 'en');
}

/** Neither the person nor the browser asked for a language that we have. */
let undecided = false;
/** The page's address names the language: nothing overrules it. */
let askedByAddress = false;

/** The site's language, where nobody asked for another. */
export function adoptSiteLanguage(tag: string): void {
  const chosen = known(tag);
  if (undecided && chosen !== null) show(chosen);
}

/** The language of the account that is signed in. */
export function adoptAccountLanguage(tag: string): void {
  const chosen = known(tag);
  if (!askedByAddress && chosen !== null && chosen !== language.peek()) chooseLanguage(chosen);
}

export function chooseLanguage(chosen: Language): void {
  undecided = false;
  show(chosen);
  try {
    localStorage.setItem(STORED_AS, chosen);
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}

export function formatDateTime(iso: string): string {
  return formatWith(iso, { dateStyle: 'long', timeStyle: 'short' });
}

export function formatDate(iso: string): string {
  return formatWith(iso, { dateStyle: 'long' });
}

function formatWith(
  iso: string,
  style: Intl.DateTimeFormatOptions & { dateStyle?: string; timeStyle?: string },
): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const zone = timeZone.value === null ? {} : { timeZone: timeZone.value };
  try {
    return new Intl.DateTimeFormat(language.value, { ...style, ...zone }).format(date);
  } catch {
    // An old browser may not know the zone.
    return new Intl.DateTimeFormat(language.value, style).format(date);
  }
}

/** `7.3 MB`: binary multiples with the names people know. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}
