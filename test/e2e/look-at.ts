/**
 * A state of a page as tests of pages look at it: by axe in both themes and at both widths, at 400 % zoom, and with larger
 * letters. With `LOOK=1` it leaves pictures for people in `test/output/look/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { overflow } from './visitor.ts';

const FOLDER = fileURLToPath(new URL('../output/look/', import.meta.url));
const PICTURE_WIDTHS = [390, 1280] as const;
const HEIGHT = 800;

/** Leaves the page as wide as it was. `name` names the state in a failure and the picture's file. */
export async function lookAt(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  await assertAccessible(page, name);
  await assertReflows(page, name);
  if (process.env['LOOK'] !== undefined) await takePictures(page, name);
  if (before !== null) await page.setViewportSize(before);
}

/** WCAG 2.2, 1.4.10: a window of 1280 by 1024 at 400 % is 320 by 256, and nothing may need scrolling sideways. */
async function assertReflows(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 320, height: 256 });
  for (const letters of ['', 'larger']) {
    // As the setting of the account does it.
    const before = (await page.evaluate('document.documentElement.className')) as string;
    await page.evaluate(`document.documentElement.className += ' ${letters}'`);
    const wider = await overflow(page);
    await page.evaluate(`document.documentElement.className = ${JSON.stringify(before)}`);
    assert.ok(wider <= 0, `${name}, 320 px, ${letters || 'usual'} letters: ${wider} px too wide`);
  }
}

async function takePictures(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const width of PICTURE_WIDTHS)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
