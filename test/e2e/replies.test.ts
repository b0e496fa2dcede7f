/** Answering on the site with the real product: words that survive signing out, a reply that arrives, keyboard and axe. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { eventually } from '#test/support/eventually.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;
const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';
const PASSWORD = 'seven quiet herons at dawn';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  await product.send({
    to: JANE,
    mail: [
      `From: "Dr. Ann Lee" <${AUTHOR}>`,
      `To: "Jane Doe" <${JANE}>`,
      `Cc: ${OMAR}`,
      'Subject: send secure: Your results',
      'Message-ID: <results@hospital.test>',
      '',
      'All is well.',
      '',
    ].join('\r\n'),
  });
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const words = (page: Page) => page.getByLabel('Your reply');

async function read(person: Visitor): Promise<void> {
  const { page } = person;
  await page.goto((await product.mail('notice', JANE)).link ?? '');
}

test('half a reply on a phone waits through signing out, and then arrives', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await read(person);
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', JANE)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await page.getByText('All is well.').waitFor();
  await button(page, 'Reply to all').waitFor();
  await button(page, /^Reply$/u).click();
  await page.getByRole('heading', { name: 'Reply to Dr. Ann Lee' }).waitFor();
  await assertAccessible(page, 'a reply');
  await button(page, /^Send$/u).click();
  await page.getByText('Write something first.').waitFor();
  await words(page).fill('Thank you. One more question');
  await page.getByText('Your text is kept.').waitFor();
  await button(page, 'Sign out').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await person.leave();

  const again = await newVisitor(browser, { sites: [product.publicUrl] });
  await read(again);
  await again.page.getByLabel('Your password').fill(PASSWORD);
  await button(again.page, 'Read the message').click();
  await button(again.page, /^Reply$/u).click();
  await words(again.page).waitFor();
  assert.equal(await words(again.page).inputValue(), 'Thank you. One more question');
  await words(again.page).fill('Thank you. One more question: may I <b>eat</b>?');
  await button(again.page, /^Send$/u).click();
  await again.page.getByText('Your reply to Dr. Ann Lee was sent.').waitFor();
  const reply = await product.mail('relay', AUTHOR);
  assert.match(reply.subject, /^Re: send secure: Your results$/u);
  await again.page.goto(`${product.publicUrl}/messages`);
  await again.page.getByText(/^Your reply:/u).waitFor();
  await assertAccessible(again.page, 'the list with a reply');
  await again.page.getByText('Your reply:').click();
  await again.page.getByText('may I <b>eat</b>?').waitFor();
  assert.equal(await button(again.page, /^Reply$/u).count(), 0, 'nobody answers themselves');
  await again.leave();
});

test('by keyboard alone: open, write, think again, throw away', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl] });
  const { page } = person;
  await read(person);
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('All is well.').waitFor();
  await button(page, 'Reply to all').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Reply to Dr. Ann Lee and the others' }).waitFor();
  await eventually('the field has the focus', () =>
    words(page).evaluate((field) => field === field.ownerDocument.activeElement),
  );
  await page.keyboard.type('No, wait.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Throw your reply away?' });
  await dialog.waitFor();
  await assertAccessible(page, 'the question before a reply is thrown away');
  await page.keyboard.press('Enter');
  await button(page, 'Reply to all').waitFor();
  await button(page, /^Reply$/u).click();
  await words(page).waitFor();
  assert.equal(await words(page).inputValue(), '');
  await person.leave();
});
