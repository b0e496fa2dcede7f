/** The reader's code is not part of a first visit's download; it is fetched while the person still types. */

import type { PageModule } from './parts/page-module.ts';

export async function loadMessagePage(): Promise<PageModule> {
  return import('../reader/message-page.tsx');
}

/** A failure shows when the code is really needed. */
export function preloadReader(): void {
  loadMessagePage().catch(() => {});
}
