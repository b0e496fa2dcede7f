/** W20: hostile HTML written into the reader's frame in a real browser: no script runs, no request leaves. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { securityHeaders } from '#src/http/security-headers.ts';

import { launchBrowser } from './browser.ts';
import { HEAVY_HTML, HOSTILE_HTML } from './hostile-html.ts';
import { startMockPortal, type MockPortal } from './mock-portal.ts';
import { eventually } from '#test/support/eventually.ts';

/** The functions of the probe as the page's global object has them. */
interface ProbeGlobal {
  readonly probe: {
    writeSanitized(vectors: readonly string[]): Promise<unknown[]>;
    writeUnsanitized(vectors: readonly string[]): Promise<void>;
    letLoose(vectors: readonly string[]): Promise<void>;
    showOrdinaryMail(html: string): Promise<Record<string, unknown>>;
  };
}

let browser: Browser;
let portal: MockPortal;
let bundle: string;

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

before(async () => {
  [browser, portal, bundle] = await Promise.all([launchBrowser(), startMockPortal(), bundleProbe()]);
});

after(async () => {
  await browser.close();
  await portal.close();
});

interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses asked for, our own aside. */
  readonly left: string[];
  /** What ran or opened. */
  readonly hits: string[];
}

/** A page of our origin whose own script is the probe, and a record of what leaves it. */
async function openProbe(headers: Readonly<Record<string, string>>): Promise<Watched> {
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
      if (url.origin === portal.url && url.pathname === '/frame') return route.continue();
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
  await page.goto(`${portal.url}/probe`);
  return { page, context, left, hits };
}

test('W20: nothing runs and nothing leaves', async () => {
  const { page, context, hits, left } = await openProbe(securityHeaders({ https: false }));
  const found = await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeSanitized(vectors),
    HOSTILE_HTML,
  );
  assert.deepEqual(found, []);
  assert.deepEqual(hits, []);
  assert.deepEqual(left, []);
  await context.close();
});

for (const [what, make] of Object.entries(HEAVY_HTML))
  test(`S88: ${what} are shown, or left out, in a moment`, async (t) => {
    const { page, context, left } = await openProbe(securityHeaders({ https: false }));
    const started = performance.now();
    const found = await page.evaluate(
      (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeSanitized(vectors),
      [make()],
    );
    const tookMs = performance.now() - started;
    assert.deepEqual(found, []);
    assert.deepEqual(left, []);
    t.diagnostic(`${Math.round(tookMs)} ms`);
    // Two seconds on a machine of its own.
    assert.ok(tookMs < 15_000, `${tookMs} ms`);
    await context.close();
  });

test('the vectors are live: without us they run and leave', async () => {
  const { page, context, hits, left } = await openProbe({});
  await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.letLoose(vectors),
    // These two would take the whole probe elsewhere.
    HOSTILE_HTML.filter((html) => !/http-equiv|<base/i.test(html)),
  );
  await eventually(
    'scripts to run and requests to leave',
    () => hits.length >= 10 && new Set(left).size >= 25,
  );
  assert.ok(hits.length >= 10, `${hits.length} scripts ran`);
  assert.ok(new Set(left).size >= 25, `${new Set(left).size} requests left`);
  await context.close();
});

test('the frame’s own policy alone lets nothing out either', async () => {
  const { page, context, hits, left } = await openProbe({});
  await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeUnsanitized(vectors),
    HOSTILE_HTML.filter((html) => !html.includes('refresh')),
  );
  assert.deepEqual(hits, []);
  assert.deepEqual(left, []);
  await context.close();
});

const ORDINARY_MAIL = `<style>p{color:rgb(1,2,3)}</style><body bgcolor="#ffeedd"><p id=p style="margin-left:7px">x</p>
<a id=a href="https://evil.test/x">www.bank.example</a> <a id=b href="https://good.example/y">good.example</a>
<a id=c href="/api/session">own</a> <a id=d href="#p">down</a> <a id=e href="mailto:a@b.example">mail</a>
<img id=i src="cid:pic%40x"> <img id=r src="https://leak.test/x">`;

test('links say where they lead and open apart; looks and inline pictures stay', async () => {
  const { page, context } = await openProbe(securityHeaders({ https: false }));
  const seen = await page.evaluate(
    (html) => (globalThis as unknown as ProbeGlobal).probe.showOrdinaryMail(html),
    ORDINARY_MAIL,
  );
  assert.deepEqual(seen, {
    colour: 'rgb(1, 2, 3)',
    margin: '7px',
    ground: '#ffeedd',
    a: ['www.bank.example (evil.test)', '_blank', 'noopener noreferrer', 'https://evil.test/x'],
    b: 'good.example',
    c: null,
    d: ['#p', null],
    e: 'mailto:a@b.example',
    images: ['pic@x'],
    remote: true,
    remoteSource: null,
  });
  await context.close();
});
