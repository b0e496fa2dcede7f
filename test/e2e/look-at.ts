/**
 * A state of a page as every test of pages looks at it: by axe in both themes and at both widths. With `LOOK=1` it leaves
 * pictures for people in `test/output/look/`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';

const FOLDER = fileURLToPath(new URL('../output/look/', import.meta.url));
const PICTURE_WIDTHS = [390, 1280] as const;
const HEIGHT = 800;

/** Leaves the page as wide as it was. `name` names the state in a failure and the picture's file. */
export async function lookAt(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  await assertAccessible(page, name);
  if (process.env['LOOK'] !== undefined) await takePictures(page, name);
  if (before !== null) await page.setViewportSize(before);
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
