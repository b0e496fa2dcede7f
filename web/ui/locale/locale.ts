/**
 * Which language is shown: `?lang=`, else what was chosen here before, else the browser's, else the site's. The server
 * decides so before anything is shown (`portal/languages.ts`) and says it in the page's `lang`; the page names the one
 * table of texts that is needed, so that it comes with the rest. The choice is kept in a cookie, for the server to see.
 */
import { batch, signal } from '@preact/signals';
import type { Messages } from './en.ts';

export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: async () => (await import('./en.ts')).en,
  es: async () => (await import('./es.ts')).es,
};
const COOKIE = 'language';
const YEAR_SECONDS = 31_536_000;

export const language = signal<Language>('en');
/** IANA name for dates; null: as the browser has it. */
export const timeZone = signal<string | null>(null);
const table = signal<Messages | null>(null);

/** The texts of the language shown; read inside a component, it follows the switch. */
export function texts(): Messages {
  if (table.value === null) throw new Error('a page is shown before its texts');
  return table.value;
}

function known(tag: string | null | undefined): Language | null {
  const short = (tag ?? '').toLowerCase().split('-')[0];
  return short === 'en' || short === 'es' ? short : null;
}

function kept(): string | null {
  return document.cookie.split('; ').find((pair) => pair.startsWith(`${COOKIE}=`)) ?? null;
}

/** What is shown stays until the texts are there; of several wishes the last one counts. */
async function show(chosen: Language): Promise<void> {
  wanted = chosen;
  const loaded = await LOADERS[chosen]();
  if (wanted !== chosen) return;
  batch(() => {
    table.value = loaded;
    language.value = chosen;
  });
  document.documentElement.lang = chosen;
}

/** Before anything is shown; rejects where the texts don't come. */
export async function startLocale(): Promise<void> {
  askedByAddress = known(new URLSearchParams(location.search).get('lang')) !== null;
  undecided = !askedByAddress && kept() === null && navigator.languages.every((tag) => known(tag) === null);
  await show(known(document.documentElement.lang) ?? 'en');
}

let wanted: Language = 'en';

/** Neither the person nor the browser asked for a language that we have. */
let undecided = false;
/** The page's address names the language: nothing overrules it. */
let askedByAddress = false;

/** The site's language, where nobody asked for another. */
export function adoptSiteLanguage(tag: string): void {
  const chosen = known(tag);
  if (undecided && chosen !== null && chosen !== wanted) showWhenLoaded(chosen);
}

/** The language of the account that is signed in. */
export function adoptAccountLanguage(tag: string): void {
  const chosen = known(tag);
  if (!askedByAddress && chosen !== null && chosen !== wanted) chooseLanguage(chosen);
}

export function chooseLanguage(chosen: Language): void {
  undecided = false;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${COOKIE}=${chosen}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  showWhenLoaded(chosen);
}

/** Without a connection the page stays as it is; the next one has the language that was chosen. */
function showWhenLoaded(chosen: Language): void {
  show(chosen).catch(() => {
    wanted = language.peek();
  });
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
