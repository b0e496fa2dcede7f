/**
 * R28: a recipient registers with a passkey and comes back with it, sets up a second step, and gets in with a code and a
 * recovery code. The real product in Chromium with its virtual authenticator; axe at each page.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';

import { addAuthenticator } from './authors.ts';
import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor } from './visitor.ts';

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true } as const;
const JANE = 'jane@outside.example';
const SAM = 'sam@outside.example';
const PASSWORD = 'seven quiet herons at dawn';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  await product.send({ to: JANE, subject: 'send secure: Results' });
  await product.send({ to: SAM, subject: 'send secure: Appointment' });
});
after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

async function proveMailbox(page: Page, address: string): Promise<void> {
  await page.goto((await product.mail('notice', address)).link ?? '');
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', address)).code ?? '');
}

test('R28: a passkey is made after the code, reads the message, and signs in again', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await addAuthenticator(page);
  await proveMailbox(page, JANE);
  await page.getByRole('heading', { name: 'How do you want to sign in next time?' }).waitFor();
  await assertAccessible(page, 'passkey or password');
  await button(page, 'Use fingerprint, face or PIN').click();
  await page.getByRole('heading', { name: 'Results' }).waitFor();
  const mail = await product.mail('account-change', JANE);
  assert.match(mail.text, /passkey/u);
  await button(page, 'Sign out').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // The browser may offer the passkey in the form before anybody presses the button.
  const arrived = page.getByRole('heading', { name: 'My messages' });
  await button(page, 'Use a passkey').or(arrived).first().waitFor();
  if (!(await arrived.isVisible())) {
    await button(page, 'Use a passkey')
      .click({ timeout: 5_000 })
      .catch(() => {});
  }
  await arrived.waitFor();
  await page.getByRole('link', { name: 'My account' }).click();
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
  await page.getByText(/^Added on .* Last used on/u).waitFor();
  await assertAccessible(page, 'the account with a passkey');
  await person.leave();
});

test('R28: an app is set up; its code, and a recovery code, are the second step', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await proveMailbox(page, SAM);
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.getByRole('heading', { name: 'Appointment' }).waitFor();
  await page.goto(`${product.publicUrl}/account`);
  await button(page, 'Turn on').click();
  const key = page.locator('code').first();
  await key.waitFor();
  await assertAccessible(page, 'setting up the app');
  const app = new TOTP({ secret: Secret.fromBase32(((await key.textContent()) ?? '').replaceAll(' ', '')) });
  await page.getByLabel('Code from the app').fill(app.generate());
  await button(page, 'Turn on').click();
  await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
  const codes = await page.locator('ul.codes li').allTextContents();
  assert.equal(codes.length, 10);
  await assertAccessible(page, 'the recovery codes');
  await button(page, 'I have kept them').click();
  await page.getByText('10 recovery codes are left.').waitFor();
  await button(page, 'Sign out').click();

  await givePassword(page);
  await assertAccessible(page, 'the second step');
  // The next step's code: the present one may have been used for the set-up.
  await page.getByLabel('Code from the app').fill(app.generate({ timestamp: Date.now() + 30_000 }));
  await page.getByLabel('Do not ask for it on this device for 30 days').check();
  await button(page, 'Go on').click();
  await page.getByRole('heading', { name: 'My messages' }).waitFor();
  await button(page, 'Sign out').click();
  await fillPassword(page);
  await page.getByRole('heading', { name: 'My messages' }).waitFor();

  const elsewhere = await newVisitor(browser, { sites: [product.publicUrl] });
  await elsewhere.page.goto(`${product.publicUrl}/sign-in`);
  await givePassword(elsewhere.page);
  await elsewhere.page.getByLabel('Code from the app').fill(codes[0] ?? '');
  await button(elsewhere.page, 'Go on').click();
  await elsewhere.page.getByRole('heading', { name: 'My messages' }).waitFor();
  await elsewhere.leave();
  await person.leave();
});

async function fillPassword(page: Page): Promise<void> {
  await page.getByLabel('Your email address').fill(SAM);
  await page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
  await button(page, 'Sign in').click();
}

async function givePassword(page: Page): Promise<void> {
  await fillPassword(page);
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
}
