/** W29: every page and state by axe (WCAG 2.2 AA), light and dark, phone and desk, and at 320 px without sideways scrolling. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { startMockPortal, type MockPortal } from './mock-portal.ts';
import { SCENES } from './scenes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [320, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;

let browser: Browser;
let portal: MockPortal;

before(async () => {
  [browser, portal] = await Promise.all([launchBrowser(), startMockPortal()]);
});

after(async () => {
  await browser.close();
  await portal.close();
});

interface AxeGlobal {
  readonly axe: {
    run(
      options: object,
    ): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary: string }[] }[] }>;
  };
}

/** Everything in the light theme; colours change nothing else, so the dark one is asked for contrast alone. */
const RULES = {
  light: { runOnly: { type: 'tag', values: TAGS }, iframes: false },
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }, iframes: false },
} as const;

async function violations(page: Page, scheme: 'light' | 'dark'): Promise<string[]> {
  const found = await page.evaluate(
    (options) => (globalThis as unknown as AxeGlobal).axe.run(options),
    RULES[scheme],
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary}`),
  );
}

interface Box {
  readonly what: string;
  readonly height: number;
}

/** Controls lower than 44 px; links in running text are excepted (WCAG 2.2 section 2.5.8). */
async function smallTargets(page: Page): Promise<Box[]> {
  const controls = page.locator('button, input:not(.unseen), summary, a.button, nav a, footer a, .item');
  const boxes: Box[] = [];
  for (const control of await controls.all()) {
    if (!(await control.isVisible())) continue;
    const box = await control.boundingBox();
    if (box !== null && box.height < 44) boxes.push({ what: await control.innerText(), height: box.height });
  }
  return boxes;
}

/** By how many pixels the page is wider than its window. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  ) as Promise<number>;
}

for (const scene of SCENES) {
  test(`W29: ${scene.name}`, async () => {
    portal.reset();
    const context = await browser.newContext({
      viewport: { width: WIDTHS[0], height: 640 },
      locale: scene.locale ?? 'en-US',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      // Refusals of the portal are part of the scenes; everything else, a broken policy above all, is not.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        errors.push(message.text());
    });
    await page.addInitScript(AXE);
    await scene.show({ page, portal });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 640 });
      assert.ok((await overflow(page)) <= 0, `wider than ${width} px`);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        assert.deepEqual(await violations(page, colorScheme), [], `${width} px, ${colorScheme}`);
      }
    }
    assert.deepEqual(await smallTargets(page), []);
    assert.deepEqual(errors, []);
    await context.close();
  });
}
