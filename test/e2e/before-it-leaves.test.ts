/**
 * The real product in Chromium, with mail that has not left yet: taken back by its author while it waits, and over a limit
 * of its author, decided by security officers, by two where it would leave as ordinary mail; then what became of it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser } from 'playwright-core';

import { invitedOfficer, signedInAuthor } from './authors.ts';
import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';
import { startProduct, type Product } from './product.ts';
import { button, PHONE, title } from './recipients.ts';

const FIRST = { address: 'olivia.reyes@hospital.test', role: 'security-officer' };
const SECOND = { address: 'sam.okafor@hospital.test', role: 'security-officer' };

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([
    launchBrowser(),
    startProduct({
      toml: {
        organization: 'securityOfficer = "security@hospital.test"',
        limits: 'authorRecipientsPerHour = 2',
        notice: 'undoWindow = 600',
      },
    }),
  ]);
});
after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

test('taken back while it waits: the page says to whom nothing went', async () => {
  const to = 'undone@recipient.example';
  await product.send({ to, subject: 'send secure Not yet' });
  const secured = await product.mail('secured', to);
  const url = /http:\/\/localhost:\d+\/undo\/[\w-]+/u.exec(secured.text)?.[0] ?? '';
  const message = /http:\/\/localhost:\d+(\/messages\/[\w-]+)/u.exec(secured.text)?.[1] ?? '';
  const ann = await signedInAuthor(browser, product, message, PHONE);
  await ann.page.getByText(/you can take it back/u).waitFor();
  await lookAt(ann.page, 'message-that-waits');
  await ann.page.getByRole('link', { name: 'Take it back' }).click();
  assert.equal(ann.page.url(), url);
  await button(ann.page, /Undo/u).waitFor();
  await lookAt(ann.page, 'undo');
  await button(ann.page, /Undo/u).click();
  await title(ann.page, 'Taken back').waitFor();
  await ann.page.getByText(to).waitFor();
  await lookAt(ann.page, 'undone');
  await ann.page.goto(url);
  await title(ann.page, /taken back any more/u).waitFor();
  await lookAt(ann.page, 'undo-late');
  await ann.page.getByRole('link', { name: 'Show the message' }).click();
  await title(ann.page, 'Not yet').waitFor();
  assert.equal(await ann.page.getByText(/you can take it back/u).count(), 0);
  await ann.leave();
});

test('over a limit: an officer reads who waits, one stops it, two let ordinary mail go', async () => {
  const many = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `${name}@outside.example`);
  await product.send({ to: many[0] ?? '', also: many.slice(1), subject: 'Canteen' });
  await product.send({
    to: 'a-very-long-local-part-of-a-mail-address@university-hospital.regional.example',
    also: ['seven@outside.example'],
    subject: 'send secure: Results',
  });
  await product.mail('held', 'seven@outside.example', ({ to }) => to.startsWith('security@'));
  const olivia = await invitedOfficer(browser, product, FIRST);
  const { page } = olivia;
  await page.goto(`${product.consoleUrl}/administration/holds`);
  await page.getByText('6 recipients').waitFor();
  await page.getByText('2 recipients').waitFor();
  await lookAt(page, 'holds');
  const secured = page.locator('section.card', { hasText: '2 recipients' });
  await secured.getByLabel('Why? What did the author say?').fill('She does not know this mail.');
  await secured.getByRole('button', { name: 'Stop it' }).click();
  await page.getByText('Stopped. Nothing was sent').waitFor();
  await page.getByLabel('Why? What did the author say?').fill('The menu for everybody.');
  await button(page, 'Ask a second officer to let it out').click();
  await title(page, /./u).waitFor();
  await lookAt(page, 'hold-asked');
  const asked = page.url();

  const sam = await invitedOfficer(browser, product, SECOND);
  await sam.page.goto(asked);
  await lookAt(sam.page, 'hold-approve');
  await button(sam.page, /Approve/u).click();
  await sam.page.getByText('Approved.').waitFor();
  for (const address of many) await product.mail('relay', address);
  await page.goto(`${product.consoleUrl}/administration/holds`);
  await page.getByText('Nothing waits.').waitFor();
  await lookAt(page, 'holds-none');
  await Promise.all([olivia.leave(), sam.leave()]);
});
