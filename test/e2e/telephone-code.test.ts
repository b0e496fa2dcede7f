/**
 * R17: a message that its author opens by telephone, with the real product in Chromium: no code yet, a wrong one, the
 * right one; a passphrase that both agreed on, typed as people type it; nothing is read before.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { signedInAuthor } from './authors.ts';
import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { button, PHONE, register, title } from './recipients.ts';
import { newVisitor, type Visitor } from './visitor.ts';

let browser: Browser;
let product: Product;
let ann: Visitor;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  ann = await signedInAuthor(browser, product, '/messages');
});
after(async () => {
  await ann.leave();
  await Promise.all([browser.close(), product.close()]);
});

/** A message that asks for a code, with its recipient at the step that asks for it. */
async function arrive(to: string, subject: string): Promise<Visitor> {
  await product.send({ to, subject: `send secure verify ${subject}` });
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  await register(person.page, product, to);
  await title(person.page, 'You need a code by telephone').waitFor();
  return person;
}

/** The author's page of the message. */
async function openAsAuthor(subject: string): Promise<Page> {
  const { page } = ann;
  await page.goto(`${product.consoleUrl}/messages`);
  await page.getByRole('rowheader').getByRole('link', { name: subject }).click();
  await page.getByRole('heading', { name: 'Code by telephone' }).waitFor();
  return page;
}

async function isOpened(to: string): Promise<boolean> {
  return (await product.mails()).some(({ kind, text }) => kind === 'opened' && text.includes(to));
}

test('a code: none yet, wrong, right; read out from the author’s page', async () => {
  const to = 'caller@outside.example';
  const reader = await arrive(to, 'Biopsy');
  const { page } = reader;
  await page.getByText('There is no code yet.').waitFor();
  await lookAt(page, 'telephone-none');
  const desk = await openAsAuthor('Biopsy');
  await lookAt(desk, 'telephone-author-none');
  await button(desk, `Make a code: ${to}`).click();
  const digits = desk.locator('.telephone-code');
  await digits.waitFor();
  await lookAt(desk, 'telephone-author-code');
  const code = (await digits.innerText()).trim();
  assert.match(code, /^\d{4} \d{4}$/u);

  await button(page, 'I have a code now').click();
  const field = page.getByLabel('Code from the call');
  await field.fill(code === '1111 1111' ? '2222 2222' : '1111 1111');
  await button(page, 'Open the message').click();
  await page.getByText('You have 4 tries left.').waitFor();
  await lookAt(page, 'telephone-wrong');
  assert.equal(await page.getByText('Hello Jane.').count(), 0);
  assert.equal(await isOpened(to), false, 'nothing was opened before the code');
  await field.fill(code);
  await page.keyboard.press('Enter');
  await page.getByText('Hello Jane.').waitFor();
  assert.equal((await product.mail('opened', to)).to, AUTHOR);
  await page.goto(`${product.publicUrl}/messages`);
  await page.locator('.messages a').click();
  await page.getByText('Hello Jane.').waitFor();
  await reader.leave();
});

test('a passphrase: agreed on the author’s page, typed in other letters', async () => {
  const to = 'speaker@outside.example';
  await product.send({ to, subject: 'send secure verify Second opinion' });
  await product.mail('notice', to);
  const desk = await openAsAuthor('Second opinion');
  await desk.getByText('Agree on a passphrase').click();
  await desk.getByLabel('Passphrase that you agreed on').fill('Blue  heron 42');
  await desk.keyboard.press('Enter');
  await desk.getByText('They open it with the passphrase').waitFor();
  await lookAt(desk, 'telephone-author-passphrase');
  const reader = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = reader;
  await register(page, product, to);
  await title(page, 'You need a passphrase').waitFor();
  await page.getByLabel('Passphrase that you agreed on').fill('blue heron42');
  await lookAt(page, 'telephone-passphrase');
  await button(page, 'Open the message').click();
  await page.getByText('Hello Jane.').waitFor();
  await reader.leave();
});
