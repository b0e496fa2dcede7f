/** The recipients' pages in a real browser over the mock portal: from the link to the text, and what is left behind. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';

import type { Browser, BrowserContext, Page } from 'playwright-core';

import { gzipBytesOf } from '../../web/build.ts';
import { launchBrowser } from './browser.ts';
import { HTML_MAIL, TEXT_MAIL, largeMail } from './mock-mails.ts';
import { CODE, PASSWORD, startMockPortal, type MockPortal } from './mock-portal.ts';

let browser: Browser;
let portal: MockPortal;

before(async () => {
  [browser, portal] = await Promise.all([launchBrowser(), startMockPortal()]);
  portal.addMail(largeMail());
});

after(async () => {
  await browser.close();
  await portal.close();
});

beforeEach(() => portal.reset());

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly errors: string[];
}

async function visit(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(portal.url + path);
  return { context, page, errors };
}

/** A check in a `finally` would hide the first failure; contexts end with the browser anyway. */
async function finish({ context, errors }: Visit): Promise<void> {
  assert.deepEqual(errors, []);
  await context.close();
}

const text = (page: Page) => page.getByText('Dear Mrs Olsen');

async function bodyText(page: Page): Promise<string> {
  return page.locator('body').innerText();
}

test('first visit: link, code, password, message', async () => {
  const seen = await visit('/m/first');
  const { page } = seen;
  await page.getByRole('button', { name: 'Send me the code' }).click();
  const field = page.getByLabel('Code from the mail');
  assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
  assert.equal(await field.getAttribute('inputmode'), 'numeric');
  // Pasted with what stood around it; goes off by itself.
  await field.fill(`Your code: ${CODE.slice(0, 3)} ${CODE.slice(3)}`);
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await page.waitForFunction(`document.activeElement.textContent === 'Choose a password'`);
  const username = page.locator('input[autocomplete="username"]');
  assert.equal(await username.inputValue(), 'margaret.olsen@mail.example');
  await page.getByRole('button', { name: 'Use these words' }).click();
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await text(page).waitFor();
  await page.getByRole('heading', { name: TEXT_MAIL.subject }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/messages/msg-text');
  assert.doesNotMatch(await page.title(), /results/i);
  await finish(seen);
});

test('the page survives being closed while the code is fetched', async () => {
  const seen = await visit('/m/first');
  const { page } = seen;
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').waitFor();
  await page.goto('about:blank');
  await page.goto(`${portal.url}/m/first`);
  await page.getByLabel('Code from the mail').fill(CODE);
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await page.goto(`${portal.url}/m/first`);
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await finish(seen);
});

test('a registration that was lost begins again, with the reason', async () => {
  const seen = await visit('/m/first');
  const { page } = seen;
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').fill(CODE);
  await page.getByRole('button', { name: 'Use these words' }).click();
  portal.state.registration = 'none';
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await page.getByText('We lost track').waitFor();
  await page.getByRole('button', { name: 'Send me the code' }).waitFor();
  await finish(seen);
});

test('returning: password, then the message; signed in: at once', async () => {
  const seen = await visit('/m/returning');
  const { page } = seen;
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await text(page).waitFor();
  await page.goto(`${portal.url}/m/returning`);
  await text(page).waitFor();
  assert.doesNotMatch(page.url(), /returning/, 'the token leaves the address bar');
  await finish(seen);
});

test('a first visit loads the texts of one language; with the reader it is at most 60 KB', async (t) => {
  const { manifest } = portal;
  const seen = await visit('/m/first');
  await seen.page.getByRole('button', { name: 'Send me the code' }).waitFor();
  const loaded = portal.requests.map(({ path }) => path).filter((path) => path.startsWith('/assets/'));
  assert.deepEqual(
    loaded.filter((path) => !manifest.firstVisit.en.includes(path)),
    [],
  );
  portal.state.signedIn = true;
  await seen.page.goto(`${portal.url}/messages/msg-html`);
  await seen.page.locator('iframe').waitFor();
  const all = new Set(portal.requests.map(({ path }) => path).filter((path) => path.startsWith('/assets/')));
  const known = [...manifest.firstVisit.en, ...manifest.reader];
  assert.deepEqual(
    [...all].filter((path) => !known.includes(path)),
    [],
  );
  const [first, reader] = [
    gzipBytesOf(manifest, manifest.firstVisit.en),
    gzipBytesOf(manifest, manifest.reader),
  ];
  t.diagnostic(`first visit ${first} bytes, reader ${reader} bytes, gzip`);
  assert.ok(reader <= 40 * 1024, `reader ${reader}`);
  assert.ok(first + reader <= 60 * 1024, `together ${first + reader}`);
  await finish(seen);
});

test('the text of a 10 MB message shows after a few kilobytes and seven requests', async (t) => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-large');
  await seen.page.getByText('Here are the pictures.').waitFor();
  const fetched = portal.requests.filter(({ path }) => path.startsWith('/api/messages/'));
  const bytes = fetched.reduce((sum, { responseBytes }) => sum + responseBytes, 0);
  t.diagnostic(`${bytes} bytes in ${fetched.length} requests`);
  assert.ok(bytes < 8 * 1024, `${bytes} bytes`);
  assert.ok(fetched.length <= 7, `${fetched.length} requests`);
  assert.ok(
    fetched.every(({ path }) => !path.includes('/streams/content/')),
    'no content is fetched for text',
  );
  await finish(seen);
});

test('an attachment is fetched when asked for, with progress, and saved bit for bit', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-large');
  const { page } = seen;
  portal.state.delayMs = 60;
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save knee pictures.zip' }).click();
  await page.getByRole('progressbar').waitFor();
  const download = await saving;
  assert.equal(download.suggestedFilename(), 'knee pictures.zip');
  assert.deepEqual(await readFile(await download.path()), largeMail().parts[1]?.bytes);
  await page.getByText('was saved to your downloads').waitFor();
  await finish(seen);
});

test('a lost connection while saving says so and goes on when asked', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-text');
  const { page, context } = seen;
  await text(page).waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Save Results June 2026.pdf' }).click();
  await page.getByText('There is no connection').waitFor();
  await context.setOffline(false);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Try again' }).click();
  assert.equal((await saving).suggestedFilename(), 'Results June 2026.pdf');
  await finish(seen);
});

test('a name that hides its kind is saved and shown as what it is', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-text');
  const saving = seen.page.waitForEvent('download');
  await seen.page.getByRole('button', { name: 'Save invoicefdp.exe' }).click();
  assert.equal((await saving).suggestedFilename(), 'invoicefdp.exe');
  await seen.page.getByText('This kind of file can run programs').waitFor();
  await finish(seen);
});

test('text is viewed in the page, a PDF in a window of its own', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-text');
  const { page } = seen;
  await page.getByRole('button', { name: 'View notes.txt' }).click();
  await page.getByText('Take one tablet').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(`document.activeElement.getAttribute('aria-label') === 'View notes.txt'`);
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'View Results June 2026.pdf' }).click();
  const popup = await opening;
  assert.equal(await popup.evaluate('window.opener'), null);
  await finish(seen);
});

test('HTML shows with its inline picture, as high as it is, and as plain text when asked', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-html', { viewport: { width: 360, height: 700 } });
  const { page } = seen;
  const frame = page.frameLocator('iframe');
  await frame.locator('img[src^="blob:"]').waitFor();
  await page.getByText('Pictures from other websites are not loaded').waitFor();
  await page.waitForFunction(
    `Math.abs(document.querySelector('iframe').offsetHeight - document.querySelector('iframe').contentDocument.body.offsetHeight) < 40`,
  );
  const heights = await page.evaluate(
    `[document.querySelector('iframe').offsetHeight, document.querySelector('iframe').contentDocument.body.offsetHeight]`,
  );
  const [outer = 0, inner = 0] = heights as number[];
  assert.ok(outer >= inner && outer < inner + 40, `frame ${outer}, mail ${inner}`);
  assert.equal(
    await frame.locator('a', { hasText: 'www.riverside.example' }).innerText(),
    'www.riverside.example (evil.test)',
  );
  await page.getByRole('button', { name: 'Show as plain text' }).click();
  await page.getByText('here are your values.', { exact: false }).waitFor();
  await page.locator('iframe').waitFor({ state: 'detached' });
  await finish(seen);
});

test('signing out leaves nothing: page, storage, title, back button', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages');
  const { page } = seen;
  await page.getByRole('link', { name: new RegExp(TEXT_MAIL.subject) }).click();
  await text(page).waitFor();
  await page.getByRole('button', { name: 'Español' }).click();
  const ended = page.waitForResponse((response) => response.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Salir' }).click();
  await page.getByText('Ha salido').waitFor();
  await ended;
  await page.waitForFunction("document.title.startsWith('Entrar')");
  assert.doesNotMatch(await bodyText(page), /Olsen|results from June/i);
  assert.equal(portal.state.signedOut, 1);
  const stored = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.title, document.cookie])',
  );
  assert.equal(stored, '[{},{},"Entrar – Riverside Clinic","language=es"]');
  assert.equal(await page.evaluate('indexedDB.databases().then((all) => all.length)'), 0);
  assert.equal(await page.evaluate('caches.keys().then((all) => all.length)'), 0);
  await page.goBack();
  await page.getByLabel('Su contraseña').waitFor();
  assert.doesNotMatch(await bodyText(page), /Olsen|results from June/i);
  await finish(seen);
});

test('idling: a warning, an extension, and in the end the page is empty', async () => {
  portal.state.signedIn = true;
  portal.state.idleSeconds = 90;
  const seen = await visit('/messages/msg-text');
  const { page } = seen;
  await page.getByRole('heading', { name: 'Are you still there?' }).waitFor();
  const extended = page.waitForResponse((response) => response.url().endsWith('/api/session/extend'));
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await page.getByRole('heading', { name: 'Are you still there?' }).waitFor({ state: 'detached' });
  await extended;
  assert.equal(portal.state.extended, 1);
  await text(page).waitFor();
  portal.state.idleSeconds = 2;
  await page.reload();
  await page.getByText('signed you out after a while').waitFor();
  assert.doesNotMatch(await bodyText(page), /Olsen/);
  await page.getByLabel('Your email address').fill('margaret.olsen@mail.example');
  portal.state.idleSeconds = 900;
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await text(page).waitFor();
  assert.equal(new URL(page.url()).pathname, '/messages/msg-text', 'back to where the reader was');
  await finish(seen);
});

test('a session that the server ended empties the page at the next request', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages/msg-text');
  const { page } = seen;
  await text(page).waitFor();
  portal.state.signedIn = false;
  await page.getByRole('button', { name: 'Save notes.txt' }).click();
  await page.getByLabel('Your password').waitFor();
  assert.doesNotMatch(await bodyText(page), /Olsen/);
  await finish(seen);
});

test('a changed message is not shown', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/');
  await seen.context.route('**/streams/index/chunks/**', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body.writeUInt8((body[20] ?? 0) ^ 1, 20);
    await route.fulfill({ response, body });
  });
  await seen.page.goto(`${portal.url}/messages/msg-text`);
  await seen.page.getByText('changed or damaged').waitFor();
  assert.doesNotMatch(await bodyText(seen.page), /Olsen|results/);
  await finish(seen);
});

test('the list opens no message', async () => {
  portal.state.signedIn = true;
  const seen = await visit('/messages');
  await seen.page.getByText(HTML_MAIL.subject).waitFor();
  assert.ok(portal.requests.every(({ path }) => !path.includes('/open') && !path.includes('/streams/')));
  await finish(seen);
});

test('not for me: asked once more, then locked', async () => {
  const seen = await visit('/m/first');
  const { page } = seen;
  await page.getByRole('button', { name: 'This is not for me' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(portal.state.lockedByReader, false);
  await page.getByRole('button', { name: 'This is not for me' }).click();
  await page.getByRole('button', { name: 'Yes, lock it' }).click();
  await page.getByText('You can delete the mail').waitFor();
  assert.equal(portal.state.lockedByReader, true);
  await finish(seen);
});

test('a new password by mail', async () => {
  const seen = await visit('/m/returning');
  const { page } = seen;
  await page.getByRole('button', { name: 'Forgot your password?' }).click();
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').fill(CODE);
  await page.getByRole('button', { name: 'Use these words' }).click();
  await page.getByRole('button', { name: 'Save the new password' }).click();
  await text(page).waitFor();
  await finish(seen);
});

test('by keyboard alone from the link to the message', async () => {
  const seen = await visit('/m/first');
  const { page } = seen;
  await page.getByRole('button', { name: 'Send me the code' }).waitFor();
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate('document.activeElement.innerText || document.activeElement.id');
      if (label === name) return;
    }
    assert.fail(`no way to ${name}`);
  };
  await tabTo('Send me the code');
  await page.keyboard.press('Enter');
  await page.getByLabel('Code from the mail').waitFor();
  await tabTo('code');
  await page.keyboard.type(CODE);
  await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
  await tabTo('password');
  await page.keyboard.type('four words in a row');
  await page.keyboard.press('Enter');
  await text(page).waitFor();
  await finish(seen);
});

test('a browser below the floor and one without scripts are told what to do', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript('delete window.AggregateError');
  await page.goto(`${portal.url}/m/first`);
  await page.getByRole('heading', { name: 'This browser is too old' }).waitFor();
  await page.getByRole('heading', { name: 'Este navegador es demasiado antiguo' }).waitFor();
  await context.close();
  const without = await visit('/m/first', { javaScriptEnabled: false });
  await without.page.getByRole('heading', { name: 'Please turn on JavaScript' }).waitFor();
  await finish(without);
});

test('the link’s page sends nothing but what it needs, and no one else hears of it', async () => {
  const seen = await visit('/');
  const asked: string[] = [];
  seen.page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).origin}`));
  await seen.page.goto(`${portal.url}/m/first`);
  await seen.page.getByRole('button', { name: 'Send me the code' }).waitFor();
  assert.deepEqual([...new Set(asked)], [`GET ${portal.url}`]);
  await finish(seen);
});
