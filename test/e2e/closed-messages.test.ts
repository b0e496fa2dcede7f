/**
 * R17, R27: the real product in Chromium. A recipient says by mistake that a message is not for them, asks for it, and its
 * author opens it by one click; a held message is answered on the staff pages; a message is taken back while it waits.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 390, height: 844 } };
let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([
    launchBrowser(),
    startProduct({ toml: { notice: 'undoWindow = 15' } }),
  ]);
});
after(async () => {
  await browser.close();
  await product.close();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const visitor = (): Promise<Visitor> =>
  newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...PHONE });

/** The author, signed in by the mailed link. */
async function author(): Promise<Visitor> {
  const person = await visitor();
  const { page } = person;
  await page.goto(`${product.consoleUrl}/waiting`);
  await page.getByLabel('Your work email address').fill(AUTHOR);
  await page.keyboard.press('Enter');
  await heading(page, 'Look at your mail').waitFor();
  await page.goto((await product.mail('staff-link', AUTHOR)).link ?? '');
  await button(page, 'Sign in').click();
  await heading(page, 'Waiting for you').waitFor();
  return person;
}

test('asked for by its recipient, granted by one click of its author, open again', async () => {
  const to = 'asker@recipient.example';
  await product.send({ to, subject: 'send secure Your results' });
  const { link } = await product.mail('notice', to);
  const reader = await visitor();
  await reader.page.goto(link ?? '');
  await button(reader.page, 'This is not for me').click();
  await button(reader.page, 'Yes, lock it').click();
  await heading(reader.page, /message is locked/u).waitFor();
  await reader.page.goto(link ?? '');
  await reader.page.getByLabel(/A few words/u).fill('It was for me after all.');
  await assertAccessible(reader.page, 'closed, to be asked for');
  await button(reader.page, 'Ask to read it').click();
  await reader.page.getByRole('heading', { name: 'We have asked for you' }).waitFor();
  await assertAccessible(reader.page, 'asked for');
  assert.equal((await product.mail('asked-again', to)).to, AUTHOR);

  const ann = await author();
  await ann.page.getByText('It was for me after all.').waitFor();
  await assertAccessible(ann.page, 'waiting, a request');
  await button(ann.page, /Unlock it/u).click();
  await ann.page.getByText('It is open again.').waitFor();
  await product.mail('granted', to);
  await ann.leave();

  await reader.page.reload();
  await button(reader.page, 'Send me the code').waitFor();
  await reader.leave();
});

test('a slip of the code is answered on the page: as it is, with what that means said first', async () => {
  const to = 'slip@recipient.example';
  await product.send({ to, subject: 'sned secure: Canteen' });
  await product.mail('held', to);
  const ann = await author();
  const { page } = ann;
  await page.getByText(to).first().waitFor();
  await page.getByText('I did not mean it to be secured').click();
  await assertAccessible(page, 'waiting, a held message');
  await button(page, /Send it as it is/u).click();
  await page.getByText('on its way as an ordinary email').waitFor();
  await product.mail('relay', to);
  await ann.leave();
});

test('taken back while it waits: the page says to whom nothing went', async () => {
  const to = 'undone@recipient.example';
  await product.send({ to, subject: 'send secure Not yet' });
  const secured = await product.mail('secured', to);
  const url = /http:\/\/localhost:\d+\/undo\/[\w-]+/u.exec(secured.text)?.[0] ?? '';
  const ann = await visitor();
  await ann.page.goto(url);
  await button(ann.page, /Undo/u).click();
  await heading(ann.page, 'Taken back').waitFor();
  await ann.page.getByText(to).waitFor();
  await assertAccessible(ann.page, 'taken back');
  await ann.page.goto(url);
  await heading(ann.page, /taken back any more/u).waitFor();
  await ann.leave();
});
