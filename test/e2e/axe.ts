/** What every page must pass: axe's rules up to WCAG 2.2 AA in both themes, and no sideways scrolling at any width. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';

import { overflow } from './visitor.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const WIDTHS = [360, 1280] as const;
/** Everything in the light theme; the dark one changes nothing but colours. */
const RULES = {
  light: { runOnly: { type: 'tag', values: TAGS }, iframes: false },
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }, iframes: false },
} as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
}

/** Leaves the page at the last width, light. `what` names the state in a failure. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 740 });
    const wider = await overflow(page);
    if (wider > 0) found.push(`${what}: ${wider} px wider than ${width}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const { id, nodes } of await violations(page, colorScheme)) {
        for (const { target, failureSummary } of nodes)
          found.push(`${what}, ${width} px, ${colorScheme}: ${id} ${String(target)} ${failureSummary}`);
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  assert.deepEqual(found, []);
}

/** The frame with the mail's own HTML is somebody else's page: colours in it are its author's. */
async function violations(page: Page, scheme: 'light' | 'dark'): Promise<readonly Violation[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(AXE);
  const result = (await page.evaluate(`axe.run(${JSON.stringify(RULES[scheme])})`)) as {
    violations: readonly Violation[];
  };
  return result.violations;
}
