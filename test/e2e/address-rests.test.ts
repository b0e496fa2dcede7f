/** After a reset by mail through one address, the other one is confirmed again on the account page (W06). */
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor } from './visitor.ts';

const FIRST = 'rita@outside.example';
const SECOND = 'rita@second.example';
const PASSWORD = 'seven quiet herons at dawn';
const NEW_PASSWORD = 'nine loud geese at dusk';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  await product.send({ to: FIRST, subject: 'send secure: Results' });
});
after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('the box says why, and a code confirms the address', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = person;
  const link = (await product.mail('notice', FIRST)).link ?? '';
  await page.goto(link);
  await button(page, 'Send me the code').click();
  const registered = await product.mail('code', FIRST);
  await page.getByLabel('Code from the mail').fill(registered.code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.getByRole('heading', { name: 'Results' }).waitFor();
  await page.goto(`${product.publicUrl}/account`);
  await page.getByLabel('Another address of yours').fill(SECOND);
  await button(page, 'Add this address').click();
  const added = await product.mail('code', SECOND);
  await page.getByLabel('Code from the mail').fill(added.code ?? '');
  await button(page, 'Confirm').click();
  await page.getByText(`${SECOND} was added.`).waitFor();
  await button(page, 'Sign out').click();

  await page.getByLabel('Your email address').fill(FIRST);
  await button(page, 'Forgot your password?').click();
  await button(page, 'Send me the code').click();
  const reset = await product.mail('code', FIRST, ({ code }) => code !== registered.code);
  await page.getByLabel('Code from the mail').fill(reset.code ?? '');
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await button(page, 'Save the new password').click();
  await page.getByRole('heading', { name: 'My messages' }).waitFor();
  await page.goto(`${product.publicUrl}/account`);
  await page.getByText('You set a new password through another address.').waitFor();
  await assertAccessible(page, 'an address that rests');
  const picture = process.env['LOOK_FOLDER'];
  if (picture !== undefined) await page.screenshot({ path: `${picture}/address-rests.png` });
  await button(page, `Confirm ${SECOND}`).click();
  const again = await product.mail('code', SECOND, ({ code }) => code !== added.code);
  await page.getByLabel('Code from the mail').fill(again.code ?? '');
  await button(page, 'Confirm').click();
  await page.getByText(`${SECOND} is confirmed.`).waitFor();
  await person.leave();
});
