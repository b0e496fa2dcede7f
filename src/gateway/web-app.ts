/** The built browser code, as the portal serves it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errorCode } from '#src/base/coded-error.ts';
import type { WebApp } from '#src/portal/portal-dependencies.ts';

/** Null where nothing was built: the portal then has its API and no pages. */
export async function readWebApp(folder: string): Promise<WebApp | null> {
  try {
    return { html: await readFile(join(folder, 'index.html')), assetsFolder: join(folder, 'assets') };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
