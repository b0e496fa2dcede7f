/**
 * R27: registering with interruptions, in Chromium: the page closed after each step and opened again from the notice or from
 * the code's mail, in the same browser and on another device; a code whose mail comes late; an account made elsewhere
 * meanwhile. The gateway's clock is moved, nobody waits.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway, type CapturedMailView, type TestGateway } from '#test/support/test-gateway.ts';

import { launchBrowser } from './browser.ts';
import { lookAt } from './look-at.ts';
import { AUTHOR } from './product.ts';
import { button, DESK, PASSWORD, PHONE, title } from './recipients.ts';
import { newVisitor, type Visitor } from './visitor.ts';

let browser: Browser;
let gateway: TestGateway;
/** Not behind that of the browser, which would take every session for over. */
const clock = new FakeClock(Date.now());

before(async () => {
  [browser, gateway] = await Promise.all([launchBrowser(), startTestGateway({ clock })]);
});
after(async () => {
  await Promise.all([browser.close(), gateway.dispose()]);
});

const device = (options: object): Promise<Visitor> =>
  newVisitor(browser, { sites: [gateway.publicUrl], ...options });

async function newest(kind: string, to: string, count = 1): Promise<CapturedMailView> {
  const [mail] = await gateway.captured((one) => one.kind === kind && one.to === to, count);
  assert.ok(mail);
  return mail;
}

/** The link of a notice to this address. */
async function notice(to: string): Promise<string> {
  const mail = mailOf({ from: AUTHOR, to, subject: 'send secure: Your results' });
  const { final } = await submit({ port: gateway.smtpPort, from: AUTHOR, to: [to], mail });
  assert.match(final, /^250 /u);
  return (await newest('notice', to)).link ?? '';
}

/** Closes the page and opens another one of the same browser at this address. */
async function reopen(page: Page, person: Visitor, url: string): Promise<Page> {
  await page.close();
  const next = await person.newPage();
  await next.goto(url);
  return next;
}

/** Asks for a code; the `count`th to this address. */
async function askForCode(page: Page, to: string, count = 1): Promise<CapturedMailView> {
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').waitFor();
  return newest('code', to, count);
}

const readable = (page: Page) => page.getByText('Hello Jane.');

test('the page closed after each step, opened again from the notice and from the code’s mail', async () => {
  const to = 'closes.everything@outside.example';
  const link = await notice(to);
  const person = await device(PHONE);
  await person.page.goto(link);
  await button(person.page, 'Send me the code').waitFor();
  let page = await reopen(person.page, person, link);
  const mail = await askForCode(page, to);
  page = await reopen(page, person, link);
  await page.getByLabel('Code from the mail').waitFor();
  const fromMail = /http:\/\/localhost:\d+\/m\/[\w-]+/u.exec(mail.text)?.[0] ?? '';
  page = await reopen(page, person, fromMail);
  const { code } = mail;
  // As people copy it, with a blank.
  await page.getByLabel('Code from the mail').fill(`${code?.slice(0, 3)} ${code?.slice(3)}`);
  await title(page, 'Choose a password').waitFor();
  for (const url of [fromMail, link]) {
    page = await reopen(page, person, url);
    await title(page, 'Choose a password').waitFor();
  }
  await button(page, 'Use these words').click();
  await button(page, 'Save and read the message').click();
  await readable(page).waitFor();
  page = await reopen(page, person, link);
  await readable(page).waitFor();
  page = await reopen(page, person, fromMail);
  await readable(page).waitFor();
  await person.leave();
});

test('on another device the way begins anew, and a code is good only where it was asked for', async () => {
  const to = 'two.devices@outside.example';
  const link = await notice(to);
  const phone = await device(PHONE);
  await phone.page.goto(link);
  const first = await askForCode(phone.page, to);
  const desk = await device(DESK);
  await desk.page.goto(link);
  assert.equal(await desk.page.getByLabel('Code from the mail').count(), 0);
  clock.advance(MINUTE_MS);
  const second = await askForCode(desk.page, to, 2);
  const field = desk.page.getByLabel('Code from the mail');
  await field.fill(first.code ?? '');
  await desk.page.getByText('That is not the code.').waitFor();
  await field.fill(second.code ?? '');
  await desk.page.getByLabel('New password').waitFor();

  // Meanwhile the phone is quicker: the desk is asked for the password that was chosen there.
  await phone.page.getByLabel('Code from the mail').fill(first.code ?? '');
  await phone.page.getByLabel('New password').fill(PASSWORD);
  await button(phone.page, 'Save and read the message').click();
  await readable(phone.page).waitFor();
  await desk.page.getByLabel('New password').fill('another nine words at the desk');
  await button(desk.page, 'Save and read the message').click();
  await title(desk.page, /sent you a secure message|have a secure message/u).waitFor();
  await desk.page.getByLabel('Your password').fill(PASSWORD);
  await button(desk.page, 'Read the message').click();
  await readable(desk.page).waitFor();
  await Promise.all([phone.leave(), desk.leave()]);
});

test('an account made elsewhere before the code was asked for', async () => {
  const to = 'made.elsewhere@outside.example';
  const link = await notice(to);
  const desk = await device(DESK);
  await desk.page.goto(link);
  await button(desk.page, 'Send me the code').waitFor();
  const phone = await device(PHONE);
  await phone.page.goto(link);
  const { code } = await askForCode(phone.page, to);
  await phone.page.getByLabel('Code from the mail').fill(code ?? '');
  await phone.page.getByLabel('New password').fill(PASSWORD);
  await button(phone.page, 'Save and read the message').click();
  await readable(phone.page).waitFor();
  await button(desk.page, 'Send me the code').click();
  await desk.page.getByLabel('Your password').waitFor();
  await Promise.all([phone.leave(), desk.leave()]);
});

test('the mail with the code comes five minutes late: it is good', async () => {
  const to = 'late@outside.example';
  const person = await device(PHONE);
  const { page } = person;
  await page.goto(await notice(to));
  const { code } = await askForCode(page, to);
  clock.advance(5 * MINUTE_MS);
  await page.getByLabel('Code from the mail').fill(code ?? '');
  await page.getByLabel('New password').waitFor();
  await person.leave();
});

test('two codes were asked for, the first comes late: which one counts is said, and that one is good', async () => {
  const to = 'later@outside.example';
  const person = await device(PHONE);
  const link = await notice(to);
  await person.page.goto(link);
  const first = await askForCode(person.page, to);
  clock.advance(5 * MINUTE_MS);
  // The button for another code waits a minute of the browser's own clock; the link does not.
  const page = await reopen(person.page, person, link);
  await page.getByLabel('Code from the mail').waitFor();
  await page.clock.install();
  await page.clock.fastForward('02:00');
  await button(page, 'Send a new code').click();
  await page.getByText('A new code is on its way.').waitFor();
  const second = await newest('code', to, 2);
  const field = page.getByLabel('Code from the mail');
  await field.fill(first.code ?? '');
  await page.getByText('That code is from an older mail.').waitFor();
  await lookAt(page, 'code-older');
  assert.equal(await page.evaluate('document.activeElement.id'), 'code');
  await field.press('1');
  assert.equal(await field.inputValue(), '1', 'wrong digits are typed over');
  await field.fill(second.code ?? '');
  await page.getByLabel('New password').waitFor();
  await person.leave();
});

test('a code that comes after its ten minutes is told as over, and another one is one press away', async () => {
  const to = 'too.late@outside.example';
  const person = await device(PHONE);
  const { page } = person;
  await page.goto(await notice(to));
  const first = await askForCode(page, to);
  clock.advance(11 * MINUTE_MS);
  await page.getByLabel('Code from the mail').fill(first.code ?? '');
  await page.getByText('This code is no longer good.').waitFor();
  await lookAt(page, 'code-over');
  await page.reload();
  const second = await askForCode(page, to, 2);
  await page.getByLabel('Code from the mail').fill(second.code ?? '');
  await page.getByLabel('New password').waitFor();
  await person.leave();
});
