/** The built browser code, as portal and staff pages serve it. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { errorCode } from '#src/base/coded-error.ts';
import type { ConsoleOptions } from '#src/console/console.ts';
import { loadStaticAssets } from '#src/http/static-assets.ts';
import type { WebApp } from '#src/portal/portal-dependencies.ts';

type ConsoleWeb = NonNullable<ConsoleOptions['web']>;

/** Null where nothing was built: the portal then has its API and no pages. */
export async function readWebApp(folder: string): Promise<WebApp | null> {
  try {
    return { html: await readFile(join(folder, 'index.html')), assetsFolder: join(folder, 'assets') };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The script of the staff pages and its path; null where nothing was built: then there are no passkeys. */
export async function readConsoleWeb(folder: string): Promise<ConsoleWeb | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    const script =
      typeof manifest === 'object' && manifest !== null && 'passkeys' in manifest ? manifest.passkeys : null;
    if (typeof script !== 'string') return null;
    const name = basename(script);
    const asset = (await loadStaticAssets(join(folder, 'assets'))).get(name);
    return asset === undefined
      ? null
      : { passkeyScript: `/assets/${name}`, assets: new Map([[name, asset]]) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
