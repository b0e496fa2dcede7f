/**
 * Others who read, with the real product in Chromium: invited from the account, joined, ended; a forwarded notice whose
 * holder asks; a shared address; pages closed on the way. Axe, phone and desk; by keyboard where somebody is let in.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { eventually } from '#test/support/eventually.ts';

import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { button, PASSWORD, PHONE, register, section, signIn, title } from './recipients.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const JANE = 'jane@outside.example';
const TOM = 'tom@home.example';
const RUTH = 'ruth.adler@outside.example';
const BEN = 'ben@friends.example';
const OFFICE = 'front.desk@law.example';
const CLERK = 'a-clerk-with-a-long-name@law.example';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});
after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const visitor = (options: object = PHONE): Promise<Visitor> =>
  newVisitor(browser, { sites: [product.publicUrl], ...options });

/** The address on our site that the newest mail of this kind leads to. */
async function linkOf(kind: string, to: string, says: RegExp): Promise<string> {
  const { text } = await product.mail(kind, to, (mail) => mail.to === to && says.test(mail.subject));
  const found = /http:\/\/localhost:\d+\/\S*/u.exec(text)?.[0];
  assert.ok(found, text);
  return found;
}

const codeFor = async (address: string): Promise<string> => (await product.mail('code', address)).code ?? '';

async function giveAccess(page: Page, reader: string, howLong: string): Promise<void> {
  await page.getByLabel('Address of the person').fill(reader);
  await page.getByLabel('For how long').selectOption({ label: howLong });
  await page.getByLabel('For how long').press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText(`${reader} may read now.`).waitFor();
}

/** Gets through `/join` from its first field to what comes after the password. */
async function join(page: Page, address: string): Promise<void> {
  await page.getByLabel('Your own email address').fill(address);
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill(await codeFor(address));
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and go on').click();
}

test('invited from the account, joined, read and told, ended', async () => {
  await product.send({ to: JANE, subject: 'send secure: For the family' });
  const jane = await visitor();
  await register(jane.page, product, JANE);
  await jane.page.goto(`${product.publicUrl}/account`);
  const readers = section(jane.page, 'Who else may read');
  await jane.page.getByLabel('Address of the person').fill('nobody');
  await button(jane.page, 'Let them read').click();
  await readers.getByText('That is not an email address.').waitFor();
  await giveAccess(jane.page, TOM, '30 days');
  await button(jane.page, `End: ${TOM}`).waitFor();
  await readers.scrollIntoViewIfNeeded();
  await lookAt(jane.page, 'access-given');
  await linkOf('access', JANE, /may now read/u);

  await product.send({ to: JANE, subject: 'send secure: Read by the family first' });
  const tom = await visitor();
  const invitation = await linkOf('access', TOM, /You may read/u);
  await tom.page.goto(invitation);
  await title(tom.page, 'Make your own account').waitFor();
  await lookAt(tom.page, 'join');
  await tom.page.getByLabel('Your own email address').fill(TOM);
  await button(tom.page, 'Send me the code').click();
  await tom.page.getByLabel('Code from the mail').waitFor();
  await lookAt(tom.page, 'join-code');
  await tom.page.close();
  const code = await codeFor(TOM);
  const again = await tom.newPage();
  await again.goto(invitation);
  await again.getByLabel('Code from the mail').fill(code);
  await again.getByLabel('New password').waitFor();
  await again.close();
  const last = await tom.newPage();
  await last.goto(invitation);
  await last.getByLabel('New password').fill(PASSWORD);
  await button(last, 'Save and go on').click();
  await title(last, 'My messages').waitFor();
  await last.getByText(`For ${JANE}`).nth(1).waitFor();
  await lookAt(last, 'access-list');
  await last.getByText('Read by the family first').click();
  await last.getByText('Hello Jane.').waitFor();
  const told = await product.mail('opened', AUTHOR, ({ text }) => text.includes(TOM));
  assert.ok(told.text.includes(JANE));

  await button(jane.page, `End: ${TOM}`).click();
  await readers.getByText('They can no longer read.').waitFor();
  await last.goto(`${product.publicUrl}/messages`);
  await last.getByText('You have no messages here.').waitFor();
  await lookAt(last, 'list-nothing');
  await linkOf('access', TOM, /no longer read/u);
  await Promise.all([jane.leave(), tom.leave()]);
});

test('a forwarded notice: its holder joins, asks, is refused once, asks again, reads', async () => {
  await product.send({ to: RUTH, subject: 'send secure: For a friend' });
  const { link } = await product.mail('notice', RUTH);
  const ruth = await visitor();
  await register(ruth.page, product, RUTH);
  await button(ruth.page, 'Sign out').click();
  await product.send({ to: RUTH, subject: 'send secure: Not for a friend' });
  const ben = await visitor();
  const { page } = ben;
  await page.goto(link ?? '');
  await button(page, 'Somebody gave me this mail').click();
  await title(page, 'Somebody gave you this mail?').waitFor();
  await lookAt(page, 'forwarded');
  await button(page, 'I have no account yet').click();
  await join(page, BEN);
  await page.getByText(`You are signed in as ${BEN}.`).waitFor();
  await lookAt(page, 'forwarded-signed-in');
  await button(page, 'Ask for access').click();
  await page.getByText('We have asked.').waitFor();
  assert.match(String(await page.evaluate('document.activeElement.textContent')), /We have asked/u);
  await lookAt(page, 'forwarded-asked');

  await ruth.page.goto(await linkOf('access', RUTH, /asks to read/u));
  await signIn(ruth.page, RUTH);
  await ruth.page.getByText(`${BEN} asks to read a message`).waitFor();
  await lookAt(ruth.page, 'access-asked');
  await button(ruth.page, 'No').click();
  await ruth.page.getByText('They can not read it.').waitFor();
  await linkOf('access', BEN, /can not read/u);
  await page.reload();
  await button(page, 'Ask for access').click();
  await page.getByText('We have asked.').waitFor();
  await ruth.page.reload();
  await button(ruth.page, 'Yes, let them read it').click();
  await ruth.page.getByText(`${BEN} may read now.`).waitFor();
  await page.goto(link ?? '');
  await page.getByText('Hello Jane.').waitFor();
  assert.ok(!page.url().includes('/m/'));
  await page.goto(`${product.publicUrl}/messages`);
  await eventually('one message alone', async () => (await page.locator('.messages a').count()) === 1);
  await Promise.all([ruth.leave(), ben.leave()]);
});

test('a forwarded notice that nobody has opened: its holder is told what to do, and who it is for goes on', async () => {
  const to = 'not.yet@outside.example';
  await product.send({ to, subject: 'send secure: Not opened yet' });
  const { link } = await product.mail('notice', to);
  const person = await visitor();
  await person.page.goto(link ?? '');
  await button(person.page, 'Somebody gave me this mail').click();
  await person.page.getByText('Ask them to open it first').waitFor();
  await lookAt(person.page, 'forwarded-no-owner');
  await button(person.page, 'No, it was sent to me').click();
  await button(person.page, 'Send me the code').waitFor();
  await person.leave();
});

test('a shared address: a member without end, who gives it back', async () => {
  await product.send({ to: OFFICE, subject: 'send secure: To the front desk' });
  const office = await visitor();
  await register(office.page, product, OFFICE);
  await office.page.goto(`${product.publicUrl}/account`);
  await giveAccess(office.page, CLERK, 'Until I end it (a shared address)');
  await section(office.page, 'Who else may read').getByText('Until it is ended.').waitFor();
  await office.leave();

  const clerk = await visitor();
  await clerk.page.goto(await linkOf('access', CLERK, /You may read/u));
  await join(clerk.page, CLERK);
  await title(clerk.page, 'My messages').waitFor();
  await clerk.page.goto(`${product.publicUrl}/account`);
  await clerk.page.getByRole('heading', { name: 'You read for others' }).waitFor();
  await lookAt(clerk.page, 'access-member');
  await button(clerk.page, `Give it back: ${OFFICE}`).click();
  await clerk.page.getByText('You no longer read for this address.').waitFor();
  await clerk.page.getByRole('link', { name: 'Back to my messages' }).click();
  await clerk.page.getByText('You have no messages here.').waitFor();
  await clerk.leave();
});
