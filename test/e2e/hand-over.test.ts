/**
 * The real product in Chromium: the help desk reads a code out to somebody whom no code mail reaches, and starts a new
 * password; the person types the code on a phone, in English and Spanish, and follows the mail.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const WORKER = 'hanna.desk@hospital.test';
const PASSWORD = 'vier Pferde traben leise heim';
const PHONE = { viewport: { width: 390, height: 844 } };
const DESK = { viewport: { width: 1280, height: 800 } };
let browser: Browser;
let product: Product;
let worker: Visitor;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  worker = await visitor(DESK);
  const cdp = await worker.page.context().newCDPSession(worker.page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const invited = await product.run('admin', 'invite', WORKER, '--json');
  await worker.page.goto((JSON.parse(invited) as { url: string }).url);
  await button(worker.page, 'Register a passkey').click();
  await heading(worker.page, 'My account').waitFor();
});
after(async () => {
  await browser.close();
  await product.close();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const visitor = (size: typeof PHONE): Promise<Visitor> =>
  newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...size });

async function lookUp(address: string): Promise<Page> {
  const { page } = worker;
  await page.goto(`${product.consoleUrl}/help-desk`);
  await page.getByLabel('Email address of the person').fill(address);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  return page;
}

/** The digits that the worker reads out. */
async function codeFor(address: string): Promise<string> {
  const page = await lookUp(address);
  await page.getByText('Mail does not reach them?').click();
  await page.getByLabel('How did you check who it is?').fill('Called back on the number in the file');
  await button(page, 'Make a code').click();
  await page.getByRole('heading', { name: 'Read this code out now' }).waitFor();
  await assertAccessible(page, 'hand-over code');
  return (await page.locator('.telephone-code').innerText()).replace(/\D/gu, '');
}

async function noticeLink(to: string): Promise<string> {
  await product.send({ to, subject: 'send secure Your results' });
  return (await product.mail('notice', to)).link ?? '';
}

async function choosePassword(page: Page, label: string, submit: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(PASSWORD);
  await button(page, submit).click();
}

test('whom no code reaches types the code of the help desk on a phone, and reads', async () => {
  const to = 'no-code@recipient.example';
  const link = await noticeLink(to);
  const digits = await codeFor(to);
  assert.match(digits, /^\d{8}$/u);
  assert.match((await product.mail('account-change', to)).text, /gave a code by telephone/u);
  const reader = await visitor(PHONE);
  const { page } = reader;
  await page.goto(link);
  await button(page, 'Send me the code').click();
  await button(page, 'I got a code by telephone').click();
  await heading(page, 'Type the code from the telephone').waitFor();
  await page.getByLabel('Code from the telephone').fill(digits.slice(0, 4));
  await button(page, 'Go on').click();
  await page.getByText('The code has 8 digits').waitFor();
  await assertAccessible(page, 'code by telephone');
  await page.getByLabel('Code from the telephone').fill(`${digits.slice(0, 4)} ${digits.slice(4)}`);
  await heading(page, 'Choose a password').waitFor();
  await choosePassword(page, 'New password', 'Save and read');
  await page.getByText('Your results').first().waitFor();
  await reader.leave();

  const desk = await lookUp(to);
  await button(desk, 'Mail them the way to a new password').click();
  await desk.getByText('The mail is on its way').waitFor();
  await assertAccessible(desk, 'reset started');
  const mail = await product.mail('account-change', to, ({ text }) => text.includes('Our help desk sends'));
  const back = await visitor(PHONE);
  await back.page.goto(/http:\/\/localhost:\d+\/m\/\S+/u.exec(mail.text)?.[0] ?? '');
  await heading(back.page, 'Set a new password').waitFor();
  await assertAccessible(back.page, 'reset from the mail');
  await button(back.page, 'Send me the code').click();
  await heading(back.page, 'Type the code').waitFor();
  await back.leave();
});

test('without any mail of ours: at /join in Spanish, by address and the code', async () => {
  const to = 'sin-correo@recipient.example';
  await noticeLink(to);
  const digits = await codeFor(to);
  const reader = await visitor(DESK);
  const { page } = reader;
  await page.goto(`${product.publicUrl}/join?lang=es`);
  await page.getByRole('textbox').fill(to);
  await page.locator('form button').click();
  await button(page, 'Me dieron un código por teléfono').click();
  await page.getByLabel('Código del teléfono').fill(digits);
  await page.locator('input[autocomplete="new-password"]').fill(PASSWORD);
  await assertAccessible(page, 'joined by telephone, Spanish');
  await page.locator('form button[type=submit]').last().click();
  await page.waitForURL(/\/messages/u);
  await page.getByText('Your results').first().waitFor();
  await reader.leave();
});
