/**
 * W29 in the real product: every page and state of the way from the notice to the text, and the staff pages, by axe in
 * both themes and at both widths; then the whole way by keyboard alone, and at 400 % zoom.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { demoMail } from '#src/cli/demo-mail.ts';

import { eventually } from '#test/support/eventually.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { startProduct, type Product } from './product.ts';
import { newVisitor, overflow, type Visitor } from './visitor.ts';

const PASSWORD = 'seven quiet herons at dawn';
const DEMO_TEXT = 'your results of last week are';

let browser: Browser;
let product: Product;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

function visitor(options: object = {}): Promise<Visitor> {
  return newVisitor(browser, { sites: [product.publicUrl, product.consoleUrl], ...options });
}

async function demo(): Promise<{ link: string; to: string }> {
  const { to, data } = demoMail('hospital.test', Date.now());
  await product.send({ to, mail: data });
  const { link } = await product.mail('notice', to);
  return { link: link ?? '', to };
}

const button = (page: Page, name: string) => page.getByRole('button', { name });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const messageText = (page: Page) => page.frameLocator('iframe.mail-frame').getByText(DEMO_TEXT);

test('axe: the way from the link to the text, and back', async () => {
  const { link, to } = await demo();
  const { page, leave } = await visitor();
  await page.goto(link);
  await button(page, 'Send me the code').waitFor();
  await assertAccessible(page, 'link');
  await button(page, 'This is not for me').click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'not for me?');
  await button(page, 'Cancel').click();
  await button(page, 'Send me the code').click();
  const field = page.getByLabel('Code from the mail');
  await field.waitFor();
  await assertAccessible(page, 'code');
  const { code } = await product.mail('code', to);
  await field.fill(code === '000000' ? '111111' : '000000');
  await page.getByText('4 tries left').waitFor();
  await assertAccessible(page, 'wrong code');
  await field.fill(code ?? '');
  await page.getByLabel('New password').fill('short');
  await button(page, 'Save and read the message').click();
  await page.getByText('That is too short').waitFor();
  await assertAccessible(page, 'password too short');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await messageText(page).waitFor();
  await assertAccessible(page, 'message');
  await button(page, 'View results.txt').click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'attachment');
  await button(page, 'Close').click();
  await page.getByRole('link', { name: 'All messages' }).click();
  await page.locator('.messages a').waitFor();
  await assertAccessible(page, 'list');
  await button(page, 'Sign out').click();
  await heading(page, 'Sign in').waitFor();
  await assertAccessible(page, 'signed out');
  await page.goto(link);
  await page.getByLabel('Your password').fill('something else entirely');
  await button(page, 'Read the message').click();
  await page.getByText('That did not match').waitFor();
  await assertAccessible(page, 'wrong password');
  await button(page, 'Forgot your password?').click();
  await heading(page, 'Set a new password').waitFor();
  await assertAccessible(page, 'reset');
  await leave();
});

test('axe: pages without a message', async () => {
  const { page, leave } = await visitor();
  const { publicUrl } = product;
  for (const path of ['/', '/check', '/help', '/help/send', '/help/read', '/help/nothing', '/m/unknown']) {
    await page.goto(publicUrl + path);
    await page.locator('main h1').waitFor();
    await assertAccessible(page, path);
  }
  await page.goto(`${publicUrl}/check`);
  await page.getByLabel('Code from the subject').fill('AAA-AAA-AAA');
  await page.getByLabel('Address that got the mail').fill('jane@recipient.example');
  await button(page, 'Check').click();
  await page.getByText('We don’t know this mail').waitFor();
  await assertAccessible(page, 'unknown mail');
  await leave();
});

test('axe: a message that is locked', async () => {
  const { link } = await demo();
  const { page, leave } = await visitor();
  await page.goto(link);
  await button(page, 'This is not for me').click();
  await button(page, 'Yes, lock it').click();
  await heading(page, /message is locked/u).waitFor();
  await assertAccessible(page, 'thanked');
  await page.goto(link);
  await heading(page, 'This message is locked').waitFor();
  await assertAccessible(page, 'locked');
  await page.getByLabel(/A few words/u).fill('It was for me after all.');
  await button(page, 'Ask to read it').click();
  await page.getByRole('heading', { name: 'We have asked for you' }).waitFor();
  await assertAccessible(page, 'asked for');
  await leave();
});

test('axe: the staff pages', async () => {
  const to = 'slip@recipient.example';
  await product.send({ to, subject: 'sned secure: Your results' });
  const question = await product.mail('held', to);
  const { page, leave } = await visitor();
  const { consoleUrl } = product;
  await page.goto(consoleUrl);
  await assertAccessible(page, 'staff pages');
  await page.goto(`${consoleUrl}/captured`);
  for (const text of await page.getByText('Show the text').all()) await text.click();
  await assertAccessible(page, 'captured mail');
  await page.goto(`${consoleUrl}/nothing`);
  await heading(page, 'There is nothing here').waitFor();
  await assertAccessible(page, 'nothing here');
  await page.goto(question.link ?? '');
  await heading(page, 'Send this message secured?').waitFor();
  await assertAccessible(page, 'held');
  await page.goto((question.link ?? '').replace('choice=send', 'choice=stop'));
  await heading(page, 'Not send this message?').waitFor();
  assert.equal(await page.getByRole('button').first().innerText(), 'Don’t send');
  await button(page, 'Don’t send').click();
  await heading(page, 'Not sent').waitFor();
  await assertAccessible(page, 'not sent');
  await page.goto(question.link ?? '');
  await heading(page, 'Already answered').waitFor();
  await assertAccessible(page, 'already answered');
  await leave();
});

interface Focused {
  readonly name: string;
  readonly visible: boolean;
}

/** What has the focus, and whether a person sees that: an outline of at least 2 px around something in the window. */
function focused(page: Page): Promise<Focused> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const label = element.labels?.[0]?.textContent ?? '';
    return {
      name: (element.getAttribute('aria-label') ?? (label || element.title || element.textContent)).trim(),
      visible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        && box.width > 0 && box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
    };
  })()`) as Promise<Focused>;
}

const MAX_TABS = 30;

/** Presses Tab until the control of this name has the focus; every stop on the way must be visible. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < MAX_TABS; tabs++) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    assert.ok(stop.visible, `the focus on "${stop.name}" can't be seen`);
    if (stop.name === name) return;
  }
  assert.fail(`no way to "${name}" by keyboard`);
}

/** The heading of the new step has the focus, so that a screen reader says where the person is. */
async function headingFocused(page: Page, name: string): Promise<void> {
  await heading(page, name).waitFor();
  await eventually(`"${name}" has the focus`, async () => (await focused(page)).name.endsWith(name));
}

test('by keyboard alone, at 400 % zoom: from the link to the text and the attachment', async () => {
  const { link, to } = await demo();
  const { page, leave } = await visitor({ viewport: { width: 320, height: 256 } });
  const fits = async (what: string) => assert.ok((await overflow(page)) <= 0, `${what} scrolls sideways`);
  await page.goto(link);
  await button(page, 'Send me the code').waitFor();
  await fits('the link’s page');
  await tabTo(page, 'Send me the code');
  await page.keyboard.press('Enter');
  await headingFocused(page, 'Type the code');
  await fits('the code’s page');
  const { code } = await product.mail('code', to);
  await tabTo(page, 'Code from the mail');
  await page.keyboard.type(code ?? '');
  await headingFocused(page, 'Choose a password');
  await fits('the password’s page');
  await tabTo(page, 'New password');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await headingFocused(page, 'Your results of last week');
  await messageText(page).waitFor();
  await fits('the message');
  await tabTo(page, 'Text of the message');
  await tabTo(page, 'View results.txt');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'results.txt' });
  await dialog.getByText('Haemoglobin').waitFor();
  await fits('the attachment');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await eventually('the focus to come back', async () => (await focused(page)).name === 'View results.txt');
  await tabTo(page, 'All messages');
  await page.keyboard.press('Enter');
  await headingFocused(page, 'My messages');
  await fits('the list');
  await leave();
});
