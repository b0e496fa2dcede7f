/** Somebody doubts a mail and gives it to the real product: saved, copied with its hidden links, and a forged one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor, overflow } from './visitor.ts';

const TO = 'doubter@mail.test';

let browser: Browser;
let product: Product;
let notice: string;

before(async () => {
  [browser, product] = await Promise.all([
    launchBrowser(),
    startProduct({ toml: { organization: 'securityOfficer = "security@hospital.test"' } }),
  ]);
  await product.send({ to: TO, subject: 'send secure Results' });
  const { link } = await product.mail('notice', TO);
  notice = `Message-ID: <notice@hospital.test>\r\nFrom: send-secure@hospital.test\r\nTo: ${TO}\r\n\r\nRead it at ${link}\r\n`;
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

async function openPage(page: Page): Promise<void> {
  await page.goto(`${product.publicUrl}/check`);
  await page.getByRole('link', { name: 'Check the whole mail' }).click();
  await page.getByRole('heading', { name: 'Check a mail that looks wrong' }).waitFor();
}

test('a saved notice is ours; passed on, it is told so', async () => {
  const visitor = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = visitor;
  await openPage(page);
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'notice.eml', mimeType: 'message/rfc822', buffer: Buffer.from(notice) });
  await page.getByText('Chosen: notice.eml').waitFor();
  await page.getByRole('button', { name: 'Check the mail' }).click();
  await page.getByRole('heading', { name: 'Yes, this mail is from us' }).waitFor();
  await assertAccessible(page, 'a mail that is ours');
  await page.getByLabel('Address that got the mail').fill('friend@mail.test');
  await page.getByRole('button', { name: 'Check the mail' }).click();
  await page.getByRole('heading', { name: 'The mail is from us, but for somebody else' }).waitFor();
  await visitor.leave();
});

test('a fake is known by the links behind its words, and the officer is told', async () => {
  const visitor = await newVisitor(browser, {
    sites: [product.publicUrl],
    viewport: { width: 390, height: 800 },
    colorScheme: 'dark',
  });
  const { page } = visitor;
  await openPage(page);
  const words = page.getByLabel('The mail', { exact: true });
  await words.evaluate((box) => {
    const data = new DataTransfer();
    data.setData('text/html', '<p onclick="x()">Read <a href="https://evil.test/m/x">the message</a></p>');
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  });
  await words.fill('Secure message (7K4-2QF-9XM). Read the message');
  await page.getByRole('button', { name: 'Check the mail' }).click();
  await page.getByRole('heading', { name: 'No. This mail is not from us' }).waitFor();
  await page.getByText('Our security officer has been told').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'evil.test' }).waitFor();
  await assertAccessible(page, 'a fake');
  assert.equal(await overflow(page), 0);
  await visitor.leave();
  const mail = await product.mail('suspect-mail', 'security@hospital.test');
  assert.match(mail.text, /evil\[\.\]test/u);
});

test('what can’t be read is refused in words', async () => {
  const visitor = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = visitor;
  await openPage(page);
  await page.getByRole('button', { name: 'Check the mail' }).click();
  await page.getByText('Copy the mail into this box').waitFor();
  for (const [bytes, answer] of [
    [Buffer.alloc(300 * 1024, 'a'), 'This file is too large'],
    [Buffer.from('d0cf11e0a1b11ae10000', 'hex'), 'We can’t read this file'],
  ] as const) {
    await page.locator('input[type=file]').setInputFiles({ name: 'x.msg', mimeType: '', buffer: bytes });
    await page.getByRole('button', { name: 'Check the mail' }).click();
    await page.getByText(answer).waitFor();
    await page.getByRole('button', { name: 'Take it out' }).click();
  }
  await assertAccessible(page, 'no mail chosen');
  await visitor.leave();
});
