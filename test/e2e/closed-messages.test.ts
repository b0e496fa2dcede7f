/**
 * R17, R27: the real product in Chromium. A recipient says by mistake that a message is not for them, asks for it, and its
 * author opens it by one click; a held message is answered on the staff pages.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { signedInAuthor } from './authors.ts';
import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { button, PHONE, register, title } from './recipients.ts';
import { newVisitor, type Visitor } from './visitor.ts';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});
after(async () => {
  await browser.close();
  await product.close();
});

const visitor = (): Promise<Visitor> =>
  newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...PHONE });
const author = (): Promise<Visitor> => signedInAuthor(browser, product, '/waiting', PHONE);

test('asked for by its recipient, granted by one click of its author, open again', async () => {
  const to = 'asker@recipient.example';
  await product.send({ to, subject: 'send secure Your results' });
  const { link } = await product.mail('notice', to);
  const reader = await visitor();
  await reader.page.goto(link ?? '');
  await button(reader.page, 'This is not for me').click();
  await button(reader.page, 'Yes, lock it').click();
  await title(reader.page, /message is locked/u).waitFor();
  await reader.page.goto(link ?? '');
  await reader.page.getByLabel(/A few words/u).fill('It was for me after all.');
  await lookAt(reader.page, 'closed-ask');
  await button(reader.page, 'Ask to read it').click();
  await reader.page.getByRole('heading', { name: 'We have asked for you' }).waitFor();
  await lookAt(reader.page, 'closed-asked');
  assert.equal((await product.mail('asked-again', to)).to, AUTHOR);

  const ann = await author();
  await ann.page.getByText('It was for me after all.').waitFor();
  await lookAt(ann.page, 'waiting-request');
  await button(ann.page, /Unlock it/u).click();
  await ann.page.getByText('It is open again.').waitFor();
  await product.mail('granted', to);
  await ann.leave();

  await register(reader.page, product, to);
  await reader.page.getByText('Hello Jane.').waitFor();
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
  await lookAt(page, 'waiting-held');
  await button(page, /Send it as it is/u).click();
  await page.getByText('on its way as an ordinary email').waitFor();
  await product.mail('relay', to);
  await ann.leave();
});
