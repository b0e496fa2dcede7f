/**
 * Mails of strangers through the real product: an attachment that says it is harmless is saved or shown as text, and a
 * mail of ten megabytes shows its text after a few kilobytes.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import type { Browser, Response } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { ADDRESS, mailWith, registerReader, type Reader } from './stranger.ts';

let browser: Browser;
/** Signed in once; every message of the file is for the same account. */
let reader: Reader;

before(async () => {
  browser = await launchBrowser();
  reader = await registerReader(browser);
});

after(async () => {
  await browser.close();
  await reader.product.close();
});

test('W22: an attachment that says it is harmless is only ever saved or shown as text or picture', async () => {
  const page = await reader.open(
    mailWith('send secure: kinds', [
      { type: 'text/plain', octets: Buffer.from('see the files') },
      { type: 'text/html', name: 'page.html', octets: Buffer.from('<script>__hit()</script>') },
      {
        type: 'image/svg+xml',
        name: 'drawing.svg',
        octets: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="__hit()"/>'),
      },
      { type: 'text/plain', name: 'notes.txt', octets: Buffer.from('<script>__hit()</script>') },
    ]),
    'kinds',
  );
  assert.equal(await page.getByRole('button', { name: 'View page.html' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'View drawing.svg' }).count(), 0);
  await page.getByRole('button', { name: 'View notes.txt' }).click();
  const viewed = page.getByRole('dialog');
  assert.equal(await viewed.locator('pre').innerText(), '<script>__hit()</script>');
  await viewed.getByRole('button', { name: 'Close' }).click();
});

test('a 10 MB message shows its text after a few kilobytes; the attachment comes when asked for', async (t) => {
  const attachment = randomBytes(7_000_000);
  const mail = mailWith('send secure: large', [
    { type: 'text/plain; charset=utf-8', octets: Buffer.from('Here are the pictures.') },
    { type: 'application/zip', name: 'pictures.zip', octets: attachment },
  ]);
  const { product, person } = reader;
  await product.send({ to: ADDRESS, mail });
  const { page } = person;
  await page.goto(`${product.publicUrl}/messages`);
  const path = await page.locator('.messages a').first().getAttribute('href');
  await page.goto('about:blank');

  // A first look from an empty cache, the page's own files included.
  const devtools = await person.context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.clearBrowserCache');
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  const asked: string[] = [];
  const note = (response: Response) => asked.push(new URL(response.url()).pathname);
  page.on('response', note);
  await page.goto(product.publicUrl + (path ?? ''));
  await page.getByText('Here are the pictures.').waitFor();
  const [bytesToText, requests] = [bytes, [...asked]];
  t.diagnostic(`${bytesToText} bytes in ${requests.length} requests before the text`);
  assert.ok(bytesToText > 10_000 && bytesToText < 150 * 1024, `${bytesToText} bytes`);
  const streams = requests.flatMap((name) => /\/streams\/(\w+)/u.exec(name)?.[1] ?? []);
  // Index and text came along with the key.
  assert.deepEqual(streams, [], requests.join('\n'));

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save pictures.zip' }).click();
  assert.ok((await readFile(await (await saving).path())).equals(attachment));
  assert.ok(asked.some((name) => name.includes('/streams/content/')));
  page.off('response', note);
});

test('nothing of all this ran, opened a dialog or asked another site', async () => {
  await reader.leave();
});
