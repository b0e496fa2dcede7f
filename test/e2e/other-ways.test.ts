/**
 * R65: the real product in Chromium. Who can't read on the site asks for a call on a phone, names a reader in Spanish at a
 * desk; the author is told, sees how to reach them, says that it is done; and the message can still be read.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 390, height: 844 } };
const DESK = { viewport: { width: 1280, height: 800 } };
let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});
after(async () => {
  await browser.close();
  await product.close();
});

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const visitor = (size: typeof PHONE): Promise<Visitor> =>
  newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...size });

/** The author's page of the message that a mail leads to, signed in by the mailed link. */
async function authorAt(url: string): Promise<Visitor> {
  const person = await visitor(DESK);
  const { page } = person;
  await page.goto(url);
  await page.getByLabel('Your work email address').fill(AUTHOR);
  await page.keyboard.press('Enter');
  await heading(page, 'Look at your mail').waitFor();
  await page.goto((await product.mail('staff-link', AUTHOR)).link ?? '');
  await button(page, 'Sign in').click();
  await page.getByRole('navigation').first().waitFor();
  await page.goto(url);
  return person;
}

async function noticeLink(to: string): Promise<string> {
  await product.send({ to, subject: 'send secure Your results' });
  return (await product.mail('notice', to)).link ?? '';
}

test('R65: asked to be called from a phone; the author calls and says so; it can still be read', async () => {
  const to = 'call-me@recipient.example';
  const link = await noticeLink(to);
  const reader = await visitor(PHONE);
  const { page } = reader;
  await page.goto(link);
  await page.getByText('Email has a risk').waitFor();
  await button(page, 'I want to get it another way').click();
  await heading(page, /How would you like/u).waitFor();
  await assertAccessible(page, 'other ways');
  await button(page, 'Call me').click();
  await page.getByLabel(/Your phone number/u).fill('+1 555 0199, after 5 pm');
  await assertAccessible(page, 'ask for a call');
  await button(page, 'Tell the sender').click();
  await heading(page, 'We have told the sender').waitFor();
  await assertAccessible(page, 'told');

  const mail = await product.mail('other-way', to);
  assert.equal(mail.to, AUTHOR);
  assert.match(mail.subject, /^Needs you: .* asks you to call$/u);
  assert.match(mail.text, /\+1 555 0199, after 5 pm/u);
  const url = /http:\/\/localhost:\d+\/messages\/\S+/u.exec(mail.text)?.[0] ?? '';
  const ann = await authorAt(url);
  await ann.page.getByText('+1 555 0199, after 5 pm').waitFor();
  await assertAccessible(ann.page, 'message page with a wish');
  await button(ann.page, /It is done/u).click();
  await ann.page.getByText('What they wrote is deleted.').waitFor();
  assert.equal(await ann.page.getByText('+1 555 0199').count(), 0);
  await ann.page.getByText(/asked to be called \(text 2026-11, done/u).waitFor();
  await ann.leave();

  await page.reload();
  await button(page, 'Send me the code').click();
  await heading(page, 'Type the code').waitFor();
  await product.mail('code', to);
  await reader.leave();
});

test('R65: somebody who reads it is named in Spanish at a desk; what was asked is shown again', async () => {
  const to = 'lectora@recipient.example';
  const link = await noticeLink(to);
  const reader = await visitor(DESK);
  const { page } = reader;
  await page.goto(`${link}?lang=es`);
  await page.getByText('El correo tiene un riesgo').waitFor();
  await button(page, 'Quiero recibirlo de otra forma').click();
  await button(page, 'Alguien me lo lee').click();
  await button(page, 'Decírselo a quien lo envió').click();
  await page.getByText('Escriba un nombre').waitFor();
  await assertAccessible(page, 'name missing, Spanish');
  await page.getByLabel('Nombre de esa persona').fill('Maria Lopez');
  await button(page, 'Decírselo a quien lo envió').click();
  await heading(page, 'Se lo hemos dicho a quien lo envió').waitFor();
  assert.match((await product.mail('other-way', to)).text, /Maria Lopez/u);
  await page.reload();
  await button(page, 'Usted pidió otra forma').click();
  await page.getByText(/quién debe leérselo/u).waitFor();
  await button(page, 'Quiero leerlo aquí').click();
  await button(page, 'Enviarme el código').waitFor();
  await reader.leave();
});
