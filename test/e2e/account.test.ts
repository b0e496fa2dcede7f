/** A recipient's account with the real product: two addresses, larger letters, sessions, password, the end. Axe, phone and desk. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;
const JANE = 'jane@outside.example';
const WORK = 'jane.doe@office.example';
const PASSWORD = 'seven quiet herons at dawn';
const NEW_PASSWORD = 'nine loud geese at dusk';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  await product.send({ to: JANE, subject: 'send secure: To the first address' });
  await product.send({ to: WORK, subject: 'send secure: To the second address' });
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

async function register(person: Visitor): Promise<void> {
  const { page } = person;
  await page.goto((await product.mail('notice', JANE)).link ?? '');
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', JANE)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.getByRole('heading', { name: /To the first address/u }).waitFor();
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Your email address').fill(JANE);
  await page.getByLabel('Your password').fill(password);
  await button(page, 'Sign in').click();
}

/** Pictures for people, where somebody wants them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ACCOUNT_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 780 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

test('from the list of messages to the account: a second address, and its messages in the list', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await register(person);
  await page.getByRole('link', { name: 'My messages' }).click();
  await page.getByRole('link', { name: 'My account' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await assertAccessible(page, 'the account');
  await picture(page, 'account');
  await page.getByLabel('Another address of yours').fill(WORK);
  await button(page, 'Add this address').click();
  await page.getByText(`We sent a code with 6 digits to ${WORK}`).waitFor();
  await assertAccessible(page, 'the account, waiting for a code');
  await picture(page, 'account-code');
  const code = await product.mail('code', WORK, ({ text }) => text.includes('add this address'));
  await page.getByLabel('Code from the mail').fill(code.code ?? '');
  await button(page, 'Confirm').click();
  await page.getByText(`${WORK} was added.`).waitFor();
  await button(page, `Remove ${JANE}`).click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'the question before an address is removed');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Back to my messages' }).click();
  await page.getByText('To the second address').waitFor();
  await page.getByText('To the first address').waitFor();
  await person.leave();
});

test('language, time zone and larger letters hold on every device, without a jump', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = person;
  await page.goto(`${product.publicUrl}/sign-in`);
  await signIn(page, PASSWORD);
  await page.getByText('You last signed in on').waitFor();
  await page.goto(`${product.publicUrl}/account`);
  await page.getByLabel('Time zone for dates').selectOption('Pacific/Honolulu');
  await page.getByLabel('Size of letters').selectOption('larger');
  await page.getByLabel('Language of pages and mails').selectOption('es');
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Mi cuenta' }).waitFor();
  await page.getByText('Guardado.').waitFor();
  await assertAccessible(page, 'the account, Spanish and larger');
  await picture(page, 'account-es-larger');
  await page.goto(`${product.publicUrl}/`);
  assert.equal(await page.evaluate("document.documentElement.classList.contains('larger')"), true);
  await person.leave();

  const phone = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  await phone.page.goto(`${product.publicUrl}/sign-in`);
  await signIn(phone.page, PASSWORD);
  await phone.page.getByRole('heading', { name: 'Mis mensajes' }).waitFor();
  assert.equal(await phone.page.evaluate("document.documentElement.classList.contains('larger')"), true);
  await assertAccessible(phone.page, 'the list, Spanish and larger');
  await picture(phone.page, 'list-es-larger');
  await phone.page.goto(`${product.publicUrl}/account?lang=en`);
  await phone.page.getByLabel('Size of letters').selectOption('normal');
  await phone.page.getByLabel('Language of pages and mails').selectOption('en');
  await button(phone.page, 'Save').click();
  await phone.page.getByText('Saved.').waitFor();
  await phone.leave();
});

test('a new password, all sessions ended, and the account deleted', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = person;
  await page.goto(`${product.publicUrl}/sign-in`);
  await signIn(page, PASSWORD);
  await page.getByRole('link', { name: 'My account' }).click();
  await page.getByLabel('The password you have now').fill('not this one at all');
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await button(page, 'Change the password').click();
  await page.getByText('That is not your password.').waitFor();
  await page.getByLabel('The password you have now').fill(PASSWORD);
  await button(page, 'Change the password').click();
  await page.getByText('Your password was changed.').waitFor();
  assert.match((await product.mail('account-change', WORK)).subject, /password was changed/u);
  await button(page, 'Sign out everywhere').click();
  await page.getByText('You are signed out.').waitFor();
  await signIn(page, NEW_PASSWORD);
  await page.getByRole('link', { name: 'My account' }).click();
  await button(page, 'Delete my account').click();
  await page.getByRole('dialog', { name: 'Delete your account?' }).waitFor();
  await assertAccessible(page, 'the question before the account is deleted');
  await picture(page, 'account-delete');
  await button(page, 'Yes, delete it').click();
  await page.getByText('You are signed out.').waitFor();
  await signIn(page, NEW_PASSWORD);
  await page.getByText('That did not match.').waitFor();
  for (const address of [JANE, WORK]) {
    const told = await product.mail('account-change', address, ({ subject }) => /deleted/u.test(subject));
    assert.equal(told.to, address);
  }
  await person.leave();
});
