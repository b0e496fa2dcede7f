/** Copies of several messages in one zip, from the list: what is in it, what is recorded, what can't be had. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { ADDRESS, mailWith, registerReader, type Reader } from './stranger.ts';

let browser: Browser;
let reader: Reader;

before(async () => {
  browser = await launchBrowser();
  reader = await registerReader(browser);
});

after(async () => {
  await browser.close();
  await reader.product.close();
});

const button = (name: string | RegExp) => reader.person.page.getByRole('button', { name });

async function send(subject: string, file: string): Promise<void> {
  const mail = mailWith(`send secure: ${subject}`, [
    { type: 'text/plain', octets: Buffer.from('See the file.') },
    { type: 'application/octet-stream', name: 'values.dat', octets: Buffer.from(file) },
    { type: 'application/octet-stream', name: 'VALUES.dat', octets: Buffer.from(`${file} again`) },
  ]);
  await reader.product.send({ to: ADDRESS, mail });
}

/** Saves with this button, and what the zip holds. */
async function saveZip(name: string): Promise<Record<string, string>> {
  const saving = reader.person.page.waitForEvent('download');
  await button(name).click();
  const packed = unzipSync(await readFile(await (await saving).path()));
  return Object.fromEntries(
    Object.entries(packed).map(([path, octets]) => [path, Buffer.from(octets).toString('latin1')]),
  );
}

async function look(name: string): Promise<void> {
  const { page } = reader.person;
  await assertAccessible(page, name);
  if (process.env['LOOK'] === undefined) return;
  const folder = fileURLToPath(new URL('../output/look/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const width of [390, 1280])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
}

test('several messages become one zip with a folder for each, and each is recorded', async () => {
  const { page } = reader.person;
  await send('Results', 'first');
  await send('Results', 'second');
  await page.goto(`${reader.product.publicUrl}/messages`);
  await button('Keep copies').click();
  await page.getByRole('heading', { name: 'Keep copies of your messages' }).waitFor();
  await page.getByText('it then counts as read').waitFor();
  await button(/^Save$/u).click();
  await page.getByText('Choose at least one message.').waitFor();
  for (const box of (await page.getByRole('checkbox', { name: /Results/u }).all()).slice(0, 2))
    await box.check();
  await look('keep-several');
  const files = await saveZip('Save 2 messages');
  const names = Object.keys(files).toSorted();
  const day = /^\d{4}-\d\d-\d\d send secure_ Results(?: \(2\))?\//u;
  assert.equal(names.length, 6, names.join('\n'));
  for (const name of names) assert.match(name, day);
  assert.equal(new Set(names.map((name) => name.split('/')[0])).size, 2);
  assert.deepEqual(
    names
      .filter((name) => name.endsWith('.dat'))
      .map((name) => files[name])
      .toSorted(),
    ['first', 'first again', 'second', 'second again'],
  );
  assert.equal(names.filter((name) => name.endsWith('.eml') && files[name]?.includes('Subject:')).length, 2);
  await page.getByText(/messages\.zip/u).waitFor();
  // The author of both is told that they were opened.
  const opened = async () => (await reader.product.mails()).filter(({ kind }) => kind === 'opened').length;
  assert.ok((await opened()) >= 2, `${await opened()} receipts`);
});

test('what was locked meanwhile is left out and counted, the others are saved', async () => {
  const { page } = reader.person;
  let refused = 0;
  await page.route('**/api/messages/*/open', async (route) => {
    refused += 1;
    if (refused > 1) return route.continue();
    const body = JSON.stringify({ code: 'locked', message: 'locked' });
    return route.fulfill({ status: 403, contentType: 'application/json', body });
  });
  await page.goto(`${reader.product.publicUrl}/messages`);
  await button('Keep copies').click();
  await button('Choose all').click();
  const files = await saveZip('Save 3 messages');
  assert.equal(new Set(Object.keys(files).map((name) => name.split('/')[0])).size, 2);
  await page.getByText('One message could not be saved.').waitFor();
  await button('Close').click();
  assert.equal(await page.getByRole('checkbox').count(), 0);
  await page.unroute('**/api/messages/*/open');
});

test('nothing else happened', async () => {
  await reader.leave();
});
