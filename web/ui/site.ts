/** What the site is called and whom to call; asked once. */
import { signal } from '@preact/signals';
import { call } from './api.ts';
import type { Site } from './api-types.ts';
import { adoptSiteLanguage } from './locale/locale.ts';

export const site = signal<Site | null>(null);

export async function loadSite(): Promise<void> {
  if (site.peek() !== null) return;
  const found = await call<Site>('GET', '/api/site');
  adoptSiteLanguage(found.defaultLanguage);
  site.value = found;
}

const LENGTH_ALONE = 15;

/** In characters, as the organisation wants it. */
export function minPasswordLength(): number {
  return site.value?.minPasswordLength ?? LENGTH_ALONE;
}
