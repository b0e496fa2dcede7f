/**
 * What a message looks like on paper: who wrote it to whom and when, all of its text over as many pages as it takes, none of
 * the controls, dark letters on white whatever the theme. Read back from the PDF that Chromium prints.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Browser, Page } from 'playwright-core';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';

import { eventually } from '#test/support/eventually.ts';

import { launchBrowser } from './browser.ts';
import type { MockMail } from './mock-mail.ts';
import { HTML_MAIL, TEXT_MAIL } from './mock-mails.ts';
import { startMockPortal, type MockPortal } from './mock-portal.ts';

const LINES = Array.from({ length: 160 }, (_, at) => `Finding ${at + 1} of the long report`);
const PAPERS = ['A4', 'Letter'] as const;
/** What is for the screen alone. */
const CONTROLS = [
  'Print',
  'More details',
  'Save',
  'View',
  'Keep a copy',
  'All messages',
  'Sign out',
  'Español',
];

let browser: Browser;
let portal: MockPortal;

before(async () => {
  await ensureDebianPackages(['poppler-utils']);
  [browser, portal] = await Promise.all([launchBrowser(), startMockPortal()]);
  const row = (line: string): string =>
    `<tr><td>${line}</td><td>A remark that is long enough to be broken where paper is narrower than a screen</td></tr>`;
  const html = `<h2>Report</h2><table border="1">${LINES.map(row).join('')}</table><p>The last words.</p>`;
  portal.addMail(longMail('long-html', 'html', 'text/html', html));
  portal.addMail(longMail('long-text', 'text', 'text/plain', `${LINES.join('\n')}\nThe last words.`));
});
after(async () => {
  await Promise.all([browser.close(), portal.close()]);
});

function longMail(id: string, role: 'html' | 'text', mediaType: string, text: string): MockMail {
  return {
    id,
    author: TEXT_MAIL.author,
    subject: 'The long report about everything that was found',
    sentAt: TEXT_MAIL.sentAt,
    to: 'Margaret Olsen <margaret.olsen@mail.example>, Ben Olsen <ben.olsen@mail.example>',
    parts: [
      { mediaType, role, charset: 'utf-8', bytes: Buffer.from(text) },
      { mediaType: 'text/plain', role: 'attachment', name: 'numbers.txt', bytes: Buffer.from('1 2 3') },
    ],
  };
}

async function openMessage(id: string, colorScheme: 'light' | 'dark'): Promise<Page> {
  portal.reset();
  portal.state.signedIn = true;
  const context = await browser.newContext({
    colorScheme,
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
  });
  const page = await context.newPage();
  await page.goto(`${portal.url}/messages/${id}`);
  const frame = page.frameLocator('iframe.mail-frame');
  await (
    id === 'long-html' ? frame.getByText('The last words.') : page.getByText('The last words.')
  ).waitFor();
  await page.getByText('numbers.txt').first().waitFor();
  await page.waitForLoadState('networkidle');
  return page;
}

interface Printed {
  readonly pages: number;
  readonly text: string;
}

async function print(page: Page, format: (typeof PAPERS)[number], name: string): Promise<Printed> {
  const pdf = await page.pdf({ format });
  if (process.env['LOOK'] !== undefined) keepForPeople(pdf, name);
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-print-'));
  try {
    const file = join(folder, 'message.pdf');
    await writeFile(file, pdf);
    const run = promisify(execFile);
    const { stdout: text } = await run('pdftotext', ['-layout', file, '-']);
    const { stdout: facts } = await run('pdfinfo', [file]);
    return { text, pages: Number(/^Pages:\s+(\d+)/mu.exec(facts)?.[1] ?? 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function keepForPeople(pdf: Buffer, name: string): void {
  const folder = fileURLToPath(new URL('../output/look/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.pdf`), pdf);
}

for (const [id, colorScheme] of [
  ['long-html', 'light'],
  ['long-html', 'dark'],
  ['long-text', 'dark'],
] as const) {
  test(`on paper: ${id}, ${colorScheme}`, async () => {
    const page = await openMessage(id, colorScheme);
    for (const format of PAPERS) {
      const { text, pages } = await print(page, format, `print-${id}-${colorScheme}-${format}`);
      const flat = text.replaceAll(/\s+/gu, ' ');
      assert.ok(pages >= 3 && pages <= 30, `${pages} pages`);
      for (const [at] of LINES.entries()) assert.match(flat, new RegExp(`\\bFinding ${at + 1}\\b`, 'u'));
      assert.ok(flat.includes('The last words.'), 'the end is there');
      for (const expected of [
        'The long report about everything that was found',
        TEXT_MAIL.author.address,
        'ben.olsen@mail.example',
        'margaret.olsen@mail.example',
        '2026',
        'numbers.txt',
      ])
        assert.ok(flat.includes(expected), `${expected} is on paper`);
      for (const control of CONTROLS) assert.ok(!flat.includes(control), `${control} is for the screen`);
    }
    await page.emulateMedia({ media: 'print', colorScheme });
    const colours = (await page.evaluate(`(() => {
      const style = getComputedStyle(document.querySelector('h1'));
      return [style.color, getComputedStyle(document.body).backgroundColor];
    })()`)) as string[];
    assert.deepEqual(colours, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
    await page.context().close();
  });
}

test('pictures of the mail are on paper too', async () => {
  portal.reset();
  portal.state.signedIn = true;
  const page = await browser.newPage();
  await page.goto(`${portal.url}/messages/${HTML_MAIL.id}`);
  const copied = page.locator('.on-paper img[src^="blob:"]').first();
  await copied.waitFor({ state: 'attached' });
  assert.equal(await copied.isVisible(), false, 'not twice on the screen');
  await eventually('the picture is there', () =>
    copied.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
  );
  await page.emulateMedia({ media: 'print' });
  assert.equal(await copied.isVisible(), true);
  assert.equal(await page.locator('iframe.mail-frame').isVisible(), false);
  await page.close();
});
