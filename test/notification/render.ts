/**
 * Pictures of our mails, to be looked at: `node test/notification/render.ts [name …]` writes each HTML part at 360
 * and 800 pixels, light and dark, into test/output/mails/.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import PostalMime from 'postal-mime';

import { fixedMails } from './fixed-mails.ts';

const output = fileURLToPath(new URL('../output/mails/', import.meta.url));
// The package reuses whatever browser it finds unpacked in the temporary folder.
const temporary = mkdtempSync(join(tmpdir(), 'mail-pictures-'));
process.env['TMPDIR'] = temporary;
const { default: chromium } = await import('@sparticuz/chromium');
const { chromium: playwright } = await import('playwright-core');

mkdirSync(output, { recursive: true });
const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args: [
    ...chromium.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote'),
    '--no-sandbox',
  ],
  headless: true,
});
try {
  const wanted = process.argv.slice(2);
  for (const [name, render] of Object.entries(fixedMails)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { html } = await PostalMime.parse(render().bytes);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [360, 800]) {
        const page = await browser.newPage({ viewport: { width, height: 640 }, colorScheme });
        await page.setContent(html ?? '');
        await page.screenshot({ path: join(output, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        await page.close();
      }
    }
    console.log(name);
  }
} finally {
  await browser.close();
  rmSync(temporary, { recursive: true, force: true });
}
