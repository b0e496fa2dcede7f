/** What the site is called and whom to call; asked once. */
import { signal } from '@preact/signals';
import { call } from './api.ts';
import type { Site } from './api-types.ts';

export const site = signal<Site | null>(null);

export async function loadSite(): Promise<void> {
  site.value ??= await call<Site>('GET', '/api/site');
}
