/**
 * Pictures of every page and state, at phone and desk width, light and dark, into `test/output/look/`. For people who
 * change the pages: `node test/e2e/look.ts [part of a name]`.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { launchBrowser } from './browser.ts';
import { startMockPortal } from './mock-portal.ts';
import { SCENES } from './scenes.ts';

const OUTPUT = fileURLToPath(new URL('../output/look/', import.meta.url));
const WIDTHS = [360, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;

const wanted = process.argv[2] ?? '';
await mkdir(OUTPUT, { recursive: true });
const portal = await startMockPortal();
const browser = await launchBrowser();
try {
  for (const scene of SCENES.filter(({ name }) => name.includes(wanted))) {
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        portal.reset();
        const context = await browser.newContext({
          viewport: { width, height: width < 600 ? 720 : 800 },
          colorScheme,
          locale: scene.locale ?? 'en-US',
          timezoneId: 'America/Chicago',
        });
        const page = await context.newPage();
        page.on('pageerror', (error) => console.error(`${scene.name}: ${error.message}`));
        page.on('console', (message) => {
          if (message.type() === 'error') console.error(`${scene.name}: ${message.text()}`);
        });
        await scene.show({ page, portal });
        await page.screenshot({
          path: path.join(OUTPUT, `${scene.name}-${width}-${colorScheme}.png`),
          fullPage: scene.viewportOnly !== true,
        });
        await context.close();
      }
    }
    console.log(scene.name);
  }
} finally {
  await browser.close();
  await portal.close();
}
