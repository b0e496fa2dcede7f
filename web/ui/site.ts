/**
 * What the site is called, whom to call and how it looks; asked once. Of several hospitals it is the one that a link's
 * message came from, or the one that the address names.
 */
import { signal } from '@preact/signals';
import { call } from './api.ts';
import type { Site, ThemeColours } from './api-types.ts';
import { adoptSiteLanguage } from './locale/locale.ts';
import { match } from './router.ts';

export const site = signal<Site | null>(null);

export async function loadSite(): Promise<void> {
  if (site.peek() !== null) return;
  const found = await askForSite();
  adoptSiteLanguage(found.defaultLanguage);
  paint(found);
  site.value = found;
}

const LENGTH_ALONE = 15;

/** In characters, as the organisation wants it. */
export function minPasswordLength(): number {
  return site.value?.minPasswordLength ?? LENGTH_ALONE;
}

async function askForSite(): Promise<Site> {
  const token = match('/m/:token', location.pathname)?.['token'];
  const named = new URLSearchParams(location.search).get('site');
  const whole = named === null ? '/api/site' : `/api/site?site=${encodeURIComponent(named.slice(0, 30))}`;
  if (token === undefined) return call<Site>('GET', whole);
  // A link that is not known has no site of its own.
  return call<Site>('GET', `/api/links/${encodeURIComponent(token)}/site`).catch(() =>
    call<Site>('GET', whole),
  );
}

const PROPERTIES: readonly (readonly [keyof ThemeColours, string])[] = [
  ['accent', 'accent'],
  ['accentStrong', 'accent-strong'],
  ['onAccent', 'on-accent'],
  ['tint', 'tint'],
];

/** For both themes; which one shows is the style sheet's to say. */
function paint({ colours }: Site): void {
  if (colours == null) return;
  for (const theme of ['light', 'dark'] as const) {
    for (const [key, property] of PROPERTIES)
      document.documentElement.style.setProperty(`--site-${theme}-${property}`, colours[theme][key]);
  }
}
