/**
 * The first evening with the product: the real program, the demo mail through its real SMTP door, and a browser that
 * goes where the mails point. Prints how many clicks and fields lie between the notice and the text.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';

import { demoMail } from '#src/cli/demo-mail.ts';

import { eventually } from '#test/support/eventually.ts';

import { launchBrowser } from './browser.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, overflow, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;
const DESK = { viewport: { width: 1280, height: 800 } } as const;
const DEMO_TEXT = 'your results of last week are';
const DEMO_SUBJECT = 'Your results of last week';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

function visitor(options: object = DESK): Promise<Visitor> {
  return newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...options });
}

/** The mail of `npm run demo`, to an address of its own. */
async function demo(): Promise<{ link: string; to: string }> {
  const { to, data } = demoMail('hospital.test', Date.now());
  await product.send({ to, mail: data });
  const { link } = await product.mail('notice', to);
  return { link: link ?? '', to };
}

async function codeFor(address: string): Promise<string> {
  return (await product.mail('code', address)).code ?? '';
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
/** The text of the message, inside its frame. */
const messageText = (page: Page) => page.frameLocator('iframe.mail-frame').getByText(DEMO_TEXT);

/** From the open link to the text; the password is typed, not taken from the offer. */
async function register(person: Visitor, address: string, password: string): Promise<void> {
  const { page } = person;
  await person.click(button(page, 'Send me the code'));
  await person.fill(page.getByLabel('Code from the mail'), await codeFor(address));
  await heading(page, 'Choose a password').waitFor();
  await person.fill(page.getByLabel('New password'), password);
  await person.click(button(page, 'Save and read the message'));
}

const PASSWORD = 'seven quiet herons at dawn';
let returningAddress: string;

test('a first visit on a phone: notice, code, password, message', async (t) => {
  const { to } = JSON.parse(await product.run('demo', '--json')) as { to: string };
  returningAddress = to;
  const person = await visitor(PHONE);
  const { page } = person;
  await page.goto(`${product.consoleUrl}/captured`);
  const began = performance.now();
  const notice = page.locator('article').filter({ hasText: to }).filter({ hasText: 'Secure message from' });
  await person.click(notice.getByRole('link', { name: 'Open it as the recipient' }));
  await heading(page, 'You have a secure message').waitFor();
  await page.getByText(AUTHOR).waitFor();
  await register(person, to, PASSWORD);
  await messageText(page).waitFor();
  const seconds = (performance.now() - began) / 1000;
  t.diagnostic(
    `first time: ${person.done.clicks} clicks, ${person.done.fields} fields, ${seconds.toFixed(1)} s`,
  );
  assert.ok(person.done.clicks <= 4, `${person.done.clicks} clicks`);
  assert.ok(person.done.fields <= 2, `${person.done.fields} fields`);

  await heading(page, DEMO_SUBJECT).waitFor();
  const picture = page.frameLocator('iframe.mail-frame').locator('img');
  await eventually(
    'the inline picture is there',
    async () =>
      (await page.evaluate(
        `document.querySelector('iframe.mail-frame').contentDocument.querySelector('img').naturalWidth`,
      )) === 24,
  );
  assert.match((await picture.getAttribute('src')) ?? '', /^blob:/u);
  await page.getByText(/You can read it here until \w+ \d+, \d{4}\./u).waitFor();
  assert.ok((await overflow(page)) <= 0);
  assert.doesNotMatch(page.url(), /\/m\//u);
  assert.doesNotMatch(await page.title(), /results/iu);
  await person.leave();
});

test('back at the desk: sign in, save and view the attachment, sign out', async (t) => {
  const { link } = await product.mail('notice', returningAddress);
  const person = await visitor();
  const { page } = person;
  const began = performance.now();
  person.done.clicks += 1;
  await page.goto(link ?? '');
  await person.fill(page.getByLabel('Your password'), PASSWORD);
  await person.click(button(page, 'Read the message'));
  await messageText(page).waitFor();
  const seconds = (performance.now() - began) / 1000;
  t.diagnostic(
    `returning: ${person.done.clicks} clicks, ${person.done.fields} fields, ${seconds.toFixed(1)} s`,
  );
  assert.ok(person.done.clicks <= 2, `${person.done.clicks} clicks`);
  assert.equal(person.done.fields, 1);

  const wanted = attachmentOfDemo();
  const saving = page.waitForEvent('download');
  await button(page, 'Save results.txt').click();
  const download = await saving;
  assert.equal(download.suggestedFilename(), 'results.txt');
  assert.equal(await readFile(await download.path(), 'utf8'), wanted);
  await button(page, 'View results.txt').click();
  const viewed = page.getByRole('dialog', { name: 'results.txt' });
  await viewed.getByText('Haemoglobin').waitFor();
  await viewed.getByRole('button', { name: 'Close' }).click();

  await page.getByText('Keep a copy').click();
  const savingMail = page.waitForEvent('download');
  await button(page, 'Save as a mail file').click();
  const mail = await savingMail;
  assert.match(mail.suggestedFilename(), /\.eml$/u);
  assert.match(await readFile(await mail.path(), 'latin1'), /^From: [\s\S]*\r\nContent-Type: multipart/u);
  const savingAll = page.waitForEvent('download');
  await button(page, 'Save everything as a zip').click();
  const zip = await savingAll;
  assert.match(zip.suggestedFilename(), /\.zip$/u);
  const packed = unzipSync(await readFile(await zip.path()));
  assert.equal(Buffer.from(packed['results.txt'] ?? []).toString('utf8'), wanted);
  assert.equal(Object.keys(packed).filter((name) => name.endsWith('.eml')).length, 1);

  await button(page, 'Sign out').click();
  await heading(page, 'Sign in').waitFor();
  await page.goBack();
  await page.waitForTimeout(100);
  assert.equal(await messageText(page).count(), 0, 'the back button shows nothing');
  await person.leave();
});

/** The octets between the attachment's header and its boundary. */
function attachmentOfDemo(): string {
  const { data } = demoMail('hospital.test', 0);
  return /filename="results\.txt"\r\n\r\n(.*)\r\n--outer--/su.exec(data)?.[1] ?? '';
}

test('a second message to the same person: list, open, list', async () => {
  await product.send({ to: returningAddress, subject: 'send secure: Second thoughts' });
  const person = await visitor(PHONE);
  const { page } = person;
  await page.goto(`${product.publicUrl}/sign-in`);
  await page.getByLabel('Your email address').fill(returningAddress);
  await page.getByLabel('Your password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await heading(page, 'My messages').waitFor();
  const rows = page.locator('.messages a');
  await rows.nth(1).waitFor();
  assert.match(await rows.nth(0).innerText(), /Dr\. Ann Lee[\s\S]*Second thoughts[\s\S]*New/u);
  assert.match(await rows.nth(1).innerText(), /Your results of last week/u);
  assert.doesNotMatch(await rows.nth(1).innerText(), /New/u);
  assert.ok((await overflow(page)) <= 0);
  assert.equal(await openedMails(returningAddress), 1, 'a list opens nothing');
  await rows.nth(0).click();
  await page.getByText('Hello Jane.').waitFor();
  await page.getByRole('link', { name: 'All messages' }).click();
  await heading(page, 'My messages').waitFor();
  await page.getByText('Second thoughts').waitFor();
  assert.equal(await page.getByText('New', { exact: true }).count(), 0);
  await person.leave();
});

async function openedMails(address: string): Promise<number> {
  return (await product.mails()).filter(({ kind, text }) => kind === 'opened' && text.includes(address))
    .length;
}

test('the author is told: secured at once, opened exactly once for each message', async () => {
  const about = await eventually('two receipts', async () => {
    const mails = (await product.mails()).filter(
      ({ kind, text }) => ['secured', 'opened'].includes(kind) && text.includes(returningAddress),
    );
    return mails.filter(({ kind }) => kind === 'opened').length >= 2 && mails;
  });
  assert.deepEqual([...new Set(about.map(({ to }) => to))], [AUTHOR]);
  assert.deepEqual(about.map(({ kind }) => kind).toSorted(), ['opened', 'opened', 'secured', 'secured']);
  const notices = (await product.mails()).filter(
    ({ kind, to }) => kind === 'notice' && to === returningAddress,
  );
  const codes = notices.map(({ subject }) => messageCode(subject)).toSorted();
  assert.equal(new Set(codes).size, 2);
  const receipts = about.filter(({ kind }) => kind === 'opened').map(({ text }) => messageCode(text));
  assert.deepEqual(receipts.toSorted(), codes);
});

function messageCode(text: string): string {
  return /\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b/u.exec(text)?.[0] ?? '';
}

test('"This is not for me" locks the message and tells the author', async () => {
  const { link, to } = await demo();
  const person = await visitor(PHONE);
  const { page } = person;
  await page.goto(link);
  await button(page, 'This is not for me').click();
  await button(page, 'Yes, lock it').click();
  await heading(page, /message is locked/u).waitFor();
  const told = await product.mail('not-for-me', to);
  assert.equal(told.to, AUTHOR);
  await page.goto(link);
  await heading(page, 'This message is locked').waitFor();
  assert.equal(await openedMails(to), 0);
  await page.getByLabel(/A few words/u).fill('It was for me after all.');
  await button(page, 'Ask to read it').click();
  await page.getByRole('heading', { name: 'We have asked for you' }).waitFor();
  const asked = await product.mail('asked-again', to);
  assert.equal(asked.to, AUTHOR);
  await page.reload();
  await page.getByRole('heading', { name: 'We have asked for you' }).waitFor();
  await person.leave();
});

test('a slip of the code: the author answers by keyboard alone, the notice arrives', async () => {
  const to = 'slip@recipient.example';
  await product.send({ to, subject: 'sned secure: Your results' });
  const question = await product.mail('held', to);
  assert.equal(question.to, AUTHOR);
  const person = await visitor();
  const { page } = person;
  await page.goto(question.link ?? '');
  await heading(page, 'Send this message secured?').waitFor();
  await page.getByText(to).waitFor();
  assert.equal(await countNotices(to), 0);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Send it secured now');
  await page.keyboard.press('Enter');
  await heading(page, 'Sent secured').waitFor();
  const notice = await product.mail('notice', to);
  await product.mail('secured', to);
  await page.goto(question.link ?? '');
  await heading(page, 'Already answered').waitFor();
  await page.goto(notice.link ?? '');
  await heading(page, 'You have a secure message').waitFor();
  await person.leave();
});

async function countNotices(address: string): Promise<number> {
  return (await product.mails()).filter(({ kind, to }) => kind === 'notice' && to === address).length;
}

test('"Is my mail real?": the code of the subject and the address, right and wrong', async () => {
  const { to } = await demo();
  const { subject } = await product.mail('notice', to);
  const code = messageCode(subject);
  assert.notEqual(code, '');
  const person = await visitor(PHONE);
  const { page } = person;
  await page.goto(`${product.publicUrl}/check`);
  await page.getByLabel('Code from the subject').fill(code.toLowerCase().replaceAll('-', ''));
  await page.getByLabel('Address that got the mail').fill(to);
  await button(page, 'Check').click();
  await page.getByText('Yes, this mail is from us').waitFor();
  await page.getByText(`${AUTHOR}, Example Hospital`).waitFor();
  await page.getByLabel('Address that got the mail').fill('somebody.else@recipient.example');
  await button(page, 'Check').click();
  await page.getByText('We don’t know this mail').waitFor();
  assert.ok((await overflow(page)) <= 0);
  await person.leave();
});
