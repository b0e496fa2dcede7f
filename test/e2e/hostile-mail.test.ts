/**
 * W20: hostile HTML through the real product: SMTP, sealing, the reader in a browser. Nothing runs, nothing is asked for,
 * nothing leads away.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { HOSTILE_HTML } from './hostile-html.ts';
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

/** Those that leave what follows them alone, and those that would swallow the rest of a mail. */
async function splitVectors(page: Page): Promise<{ ending: string[]; swallowing: string[] }> {
  // Our own pages forbid parsing.
  await page.goto('about:blank');
  return page.evaluate(`(() => {
    const ending = [], swallowing = [];
    for (const vector of ${JSON.stringify(HOSTILE_HTML)}) {
      const whole = '<p>x</p>' + vector + '<p id=the-end>';
      const parsed = new DOMParser().parseFromString(whole, 'text/html');
      const leaves = parsed.getElementById('the-end')?.parentElement === parsed.body;
      (leaves ? ending : swallowing).push(vector);
    }
    return { ending, swallowing };
  })()`) as Promise<{ ending: string[]; swallowing: string[] }>;
}

test('W20: 400 pieces of hostile HTML in mails, read one after the other', async (t) => {
  const { page } = reader.person;
  const { ending, swallowing } = await splitVectors(page);
  t.diagnostic(`${ending.length} that end, ${swallowing.length} that don’t`);
  assert.ok(ending.length >= 350 && ending.length + swallowing.length >= 400);
  // In a mail, one that swallows what follows stands last.
  const each = Math.ceil(ending.length / swallowing.length);
  const mails = swallowing.map((last, position) => [
    ...ending.slice(position * each, (position + 1) * each),
    last,
  ]);
  assert.equal(mails.flat().length, HOSTILE_HTML.length);
  await page.goto(`${reader.product.publicUrl}/messages`);
  for (const [position, vectors] of mails.entries()) {
    const html = `<html><body><p>Mail ${position} begins.</p>${vectors.join('\n')}</body></html>`;
    const body = { type: 'text/html; charset=utf-8', octets: Buffer.from(html.toWellFormed()) };
    await reader.product.send({ to: ADDRESS, mail: mailWith(`send secure: page ${position}`, [body]) });
  }
  const { publicUrl } = reader.product;
  await page.goto(`${publicUrl}/messages`);
  const links = page.locator('.messages a');
  await links.first().waitFor();
  for (let before = 0; (before = await links.count()) <= mails.length;) {
    await page.getByRole('button', { name: 'Show older messages' }).click();
    await links.nth(before).waitFor();
  }
  const newest = (await links.all()).slice(0, mails.length);
  const paths = await Promise.all(newest.map((link) => link.getAttribute('href')));
  for (const path of paths) {
    await page.goto(publicUrl + (path ?? ''));
    const shown = page.frameLocator('iframe.mail-frame');
    await shown.getByText(/^Mail \d+ begins\.$/u).waitFor();
    assert.equal(await shown.locator('script, iframe, object, embed, form, link, meta, base').count(), 0);
    assert.equal(page.url(), publicUrl + (path ?? ''), 'nothing led away');
  }
});

test('nothing of all this ran, opened a dialog or asked for anything', async () => {
  await reader.leave();
});
