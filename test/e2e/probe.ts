/**
 * The reader's sanitiser inside a page of our origin, with nothing else of the site: bundled by itself, written into
 * frames of the real `/frame` route, with a record of what ran and what left.
 */
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { startMockPortal } from './mock-portal.ts';

/** The functions of the probe as the page's global object has them. */
export interface ProbeGlobal {
  readonly probe: {
    writeSanitized(vectors: readonly string[]): Promise<unknown[]>;
    writeUnsanitized(vectors: readonly string[]): Promise<void>;
    letLoose(vectors: readonly string[]): Promise<void>;
    showOrdinaryMail(html: string): Promise<Record<string, unknown>>;
  };
}

export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses asked for, our own aside. */
  readonly left: string[];
  /** What ran or opened. */
  readonly hits: string[];
}

export interface ProbeBench {
  /** A page of our origin whose own script is the probe, and a record of what leaves it. */
  open(headers: Readonly<Record<string, string>>): Promise<Watched>;
  close(): Promise<void>;
}

export async function openProbeBench(): Promise<ProbeBench> {
  const [browser, portal, bundle] = await Promise.all([launchBrowser(), startMockPortal(), bundleProbe()]);
  return {
    open: (headers) => openProbe(browser, portal.url, bundle, headers),
    async close() {
      await browser.close();
      await portal.close();
    },
  };
}

async function bundleProbe(): Promise<string> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL('../../web/reader/sanitize.probe.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'probe',
  });
  return built.outputFiles[0]?.text ?? '';
}

async function openProbe(
  browser: Browser,
  siteUrl: string,
  bundle: string,
  headers: Readonly<Record<string, string>>,
): Promise<Watched> {
  const context = await browser.newContext();
  const left: string[] = [];
  const hits: string[] = [];
  await context.route(
    () => true,
    async (route) => {
      const url = new URL(route.request().url());
      if (url.pathname === '/probe.js')
        return route.fulfill({ contentType: 'text/javascript', body: bundle });
      if (url.pathname === '/probe') {
        const body = '<!doctype html><title>probe</title><body><script src=/probe.js></script>';
        return route.fulfill({ contentType: 'text/html', headers, body });
      }
      if (url.origin === siteUrl && url.pathname === '/frame') return route.continue();
      if (url.protocol === 'http:' || url.protocol === 'https:') left.push(url.href);
      return route.abort();
    },
  );
  const page = await context.newPage();
  await page.exposeFunction('__hit', () => void hits.push('script'));
  page.on('dialog', (dialog) => {
    hits.push('dialog');
    dialog.dismiss().catch(() => {});
  });
  page.on('popup', () => hits.push('popup'));
  await page.goto(`${siteUrl}/probe`);
  return { page, context, left, hits };
}
