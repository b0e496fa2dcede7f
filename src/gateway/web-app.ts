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
    const [en, es] = await Promise.all(['en.html', 'es.html'].map((name) => readFile(join(folder, name))));
    return en === undefined || es === undefined
      ? null
      : { pages: { en, es }, assetsFolder: join(folder, 'assets') };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The scripts of the staff pages and their paths; null where nothing was built: then there are no passkeys. */
export async function readConsoleWeb(folder: string): Promise<ConsoleWeb | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    const names = [scriptOf(manifest, 'passkeys'), scriptOf(manifest, 'administration')];
    const built = await loadStaticAssets(join(folder, 'assets'));
    const assets = new Map([...built].filter(([name]) => names.includes(name)));
    const [passkeys, administration] = names;
    if (passkeys == null || administration == null || assets.size !== names.length) return null;
    return {
      passkeyScript: `/assets/${passkeys}`,
      administrationScript: `/assets/${administration}`,
      assets,
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function scriptOf(manifest: unknown, name: string): string | null {
  if (typeof manifest !== 'object' || manifest === null) return null;
  const path: unknown = Object.entries(manifest).find(([key]) => key === name)?.[1];
  return typeof path === 'string' ? basename(path) : null;
}
