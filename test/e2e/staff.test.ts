/**
 * R53, R62: staff on the real product in Chromium with its virtual authenticator: the invited administrator, signing in
 * with a passkey and by mailed link, the account page; by keyboard, at phone and desktop width, in both themes.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { addAuthenticator } from './authors.ts';
import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';

const OFFICER = 'olivia.reyes@hospital.test';
let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});
after(async () => {
  await browser.close();
  await product.close();
});

async function visitor(): Promise<{ page: Page; broken: string[]; leave(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const broken: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') broken.push(message.text());
  });
  page.on('pageerror', (error) => broken.push(error.message));
  return { page, broken, leave: () => context.close() };
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** Goes on with Tab until this control has the focus, and presses Enter. */
async function pressByKeyboard(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    if (focused === name) return page.keyboard.press('Enter');
  }
  assert.fail(`no way to "${name}" by keyboard`);
}

test('R62: the first administrator comes in by invitation and back with the passkey', async () => {
  const { url } = JSON.parse(await product.run('admin', 'invite', OFFICER, '--json')) as { url: string };
  const { page, broken, leave } = await visitor();
  await addAuthenticator(page);
  await page.goto(url);
  await heading(page, 'Your invitation').waitFor();
  await assertAccessible(page, 'invitation');
  await button(page, 'Register a passkey').click();
  await heading(page, 'My account').waitFor();
  await assertAccessible(page, 'account');
  await page.getByLabel('A name for it, such as the device').fill('This laptop');
  await page.goto(`${product.consoleUrl}/`);
  await page.getByText('You are signed in as sender and administrator.').waitFor();
  await assertAccessible(page, 'start page of an administrator');
  await button(page, 'Sign out').click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await heading(page, 'Sign in').waitFor();
  await assertAccessible(page, 'sign in');
  await pressByKeyboard(page, 'Sign in with a passkey');
  await page.getByText('You are signed in as sender and administrator.').waitFor();
  const listed = await product.run('admin', 'list');
  assert.match(listed, /olivia\.reyes@hospital\.test: administrator \(host\)/u);
  await page.goto(url);
  await page.getByText('can not be used any more').waitFor();
  await assertAccessible(page, 'used invitation');
  assert.deepEqual(
    broken.filter((text) => !text.includes('410')),
    [],
  );
  await product.run('admin', 'revoke', OFFICER);
  await page.goto(`${product.consoleUrl}/account`);
  await heading(page, 'Sign in').waitFor();
  await leave();
});

test('R53: a sender signs in by mailed link, adds a shared mailbox, signs out everywhere', async () => {
  const { page, broken, leave } = await visitor();
  await page.goto(`${product.consoleUrl}/account`);
  await page.getByLabel('Your work email address').fill('ann.lee@hospital.test');
  await page.keyboard.press('Enter');
  await heading(page, 'Look at your mail').waitFor();
  await assertAccessible(page, 'link sent');
  const mail = await product.mail('staff-link', 'ann.lee@hospital.test');
  await page.goto(mail.link ?? '');
  await heading(page, 'Sign in?').waitFor();
  await assertAccessible(page, 'link');
  await button(page, 'Sign in').click();
  await heading(page, 'My account').waitFor();
  await page.getByLabel('Add an address').fill('front.desk@hospital.test');
  await button(page, 'Mail a link there').click();
  await heading(page, 'Look at your mail').waitFor();
  const proof = await product.mail('staff-link', 'front.desk@hospital.test');
  await page.goto(proof.link ?? '');
  await heading(page, 'Add this address?').waitFor();
  await assertAccessible(page, 'add an address');
  await button(page, 'I share it with others').click();
  await page.getByText('shared mailbox', { exact: true }).waitFor();
  await assertAccessible(page, 'account with addresses');
  await pressByKeyboard(page, 'Sign out everywhere');
  await heading(page, 'Sign in').waitFor();
  await page.goto(mail.link ?? '');
  await page.getByText('does not work any more').waitFor();
  await assertAccessible(page, 'used link');
  assert.deepEqual(
    broken.filter((text) => !text.includes('410')),
    [],
  );
  await leave();
});

test('a passkey that is not known is told in words', async () => {
  const { page, leave } = await visitor();
  await addAuthenticator(page);
  await page.goto(`${product.consoleUrl}/sign-in`);
  await page.evaluate(() => {
    navigator.credentials.get = () => Promise.reject(new DOMException('declined', 'NotAllowedError'));
  });
  await button(page, 'Sign in with a passkey').click();
  await page.getByRole('alert').getByText('That did not work').waitFor();
  await assertAccessible(page, 'passkey failed');
  await leave();
});
