/** Files in an answer with the real product, on a phone: choosing, dropping, limits, a broken line, viruses, waiting. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { startFakeClamd, VIRUS, type FakeClamd } from '#test/peers/fake-clamd.ts';

import { assertAccessible } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;
const JANE = 'jane@outside.example';
const PASSWORD = 'seven quiet herons at dawn';
const LARGE = 900_000;

let browser: Browser;
let product: Product;
let clamd: FakeClamd;

before(async () => {
  clamd = await startFakeClamd();
  [browser, product] = await Promise.all([
    launchBrowser(),
    startProduct({
      toml: {
        antivirus: `clamd = "tcp://127.0.0.1:${clamd.port}"`,
        limits: 'secureMessageMB = 2\nsecureAttachmentMB = 1',
      },
    }),
  ]);
  await product.send({ to: JANE });
});

after(async () => {
  await browser.close();
  await product.close(/files were not scanned/u);
  await clamd.stop();
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const words = (page: Page) => page.getByLabel('Your reply');
const choose = (page: Page, ...files: readonly { name: string; content: string | Buffer }[]) =>
  page
    .locator('input[type=file]')
    .setInputFiles(
      files.map(({ name, content }) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from(content) })),
    );

async function read(person: Visitor): Promise<void> {
  await person.page.goto((await product.mail('notice', JANE)).link ?? '');
}

async function signIn(person: Visitor): Promise<void> {
  await read(person);
  await person.page.getByLabel('Your password').fill(PASSWORD);
  await button(person.page, 'Read the message').click();
  await button(person.page, /^Reply$/u).click();
  await words(person.page).waitFor();
}

test('files wait with the half-written reply through signing out, and then arrive', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await read(person);
  await button(page, 'Send me the code').click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', JANE)).code ?? '');
  await page.getByLabel('New password').fill(PASSWORD);
  await button(page, 'Save and read the message').click();
  await button(page, /^Reply$/u).click();
  await page.getByText('Each file up to 1 MB, all together up to 2 MB, 20 files at most.').waitFor();
  await words(page).fill('Here is the form.');
  await choose(page, { name: 'form <b>.pdf', content: 'The form, filled in' });
  await page.getByText('1 of 1 files are attached.').waitFor();
  await assertAccessible(page, 'a reply with a file');
  const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok((scroll ?? 0) <= (width ?? 0), 'nothing is wider than a phone');
  await page.getByText('Your text is kept.').waitFor();
  await button(page, 'Sign out').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await person.leave();

  const again = await newVisitor(browser, { sites: [product.publicUrl] });
  await signIn(again);
  await again.page.getByText('form <b>.pdf').waitFor();
  const large = Buffer.alloc(LARGE, 'large ');
  await choose(again.page, { name: 'scan.pdf', content: large });
  await again.page.getByText('2 of 2 files are attached.').waitFor();
  await button(again.page, /^Send$/u).click();
  await again.page.getByText(/was sent\./u).waitFor();
  assert.deepEqual(
    clamd.scanned.map((file) => file.length),
    ['The form, filled in'.length, LARGE],
  );
  assert.ok(clamd.scanned[1]?.equals(large));
  const mail = await product.mail('relay', AUTHOR, ({ subject }) => subject.startsWith('Re:'));
  assert.match(mail.subject, /^Re: /u);
  await again.leave();
});

test('what is not taken is said in words; what is chosen can be dropped, and removed by keyboard', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await signIn(person);
  await choose(
    page,
    { name: 'tool.exe', content: 'x' },
    { name: 'huge.pdf', content: Buffer.alloc(1024 * 1024 + 1) },
    { name: 'good.pdf', content: 'good' },
  );
  await page.getByText('tool.exe: this kind of file can run programs').waitFor();
  await page.getByText('huge.pdf is too large.').waitFor();
  await page.getByText('1 of 1 files are attached.').waitFor();
  await assertAccessible(page, 'files that are not taken');
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['dropped'], 'dropped.pdf', { type: 'application/pdf' }));
    const event = { dataTransfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent('dragover', event));
    document.body.dispatchEvent(new DragEvent('drop', event));
  });
  await page.getByText('2 of 2 files are attached.').waitFor();
  await button(page, 'Remove good.pdf').focus();
  await page.keyboard.press('Enter');
  await page.getByText('1 of 1 files are attached.').waitFor();
  assert.equal(await button(page, 'Choose files').evaluate((node) => node === document.activeElement), true);
  await page.getByText('Your text is kept.').waitFor();
  await person.leave();
});

test('a broken line is tried again; a virus is named; without a scanner the reply waits', async () => {
  const person = await newVisitor(browser, { sites: [product.publicUrl], ...PHONE });
  const { page } = person;
  await signIn(person);
  await button(page, 'Remove dropped.pdf').click();
  await words(page).fill('Once more.');
  let parts = 0;
  await page.route('**/chunks', (route) => (++parts === 2 ? route.abort() : route.continue()));
  await choose(page, { name: 'long.pdf', content: Buffer.alloc(LARGE, 'x') });
  await button(page, 'Try again: long.pdf').waitFor();
  await assertAccessible(page, 'a file that did not go');
  await button(page, /^Send$/u).click();
  await page.getByText('Some files are not there yet.').waitFor();
  await button(page, 'Try again: long.pdf').click();
  await page.getByText('1 of 1 files are attached.').waitFor();
  assert.equal(parts, 5, 'four groups, and one of them twice');

  await choose(page, { name: 'ill.pdf', content: VIRUS });
  await page.getByText('2 of 2 files are attached.').waitFor();
  await button(page, /^Send$/u).click();
  await page.getByText('A virus was found in ill.pdf. Your reply was not sent.').waitFor();
  await button(page, 'Remove ill.pdf').click();
  clamd.says = 'reset';
  await button(page, /^Send$/u).click();
  await page.getByText('Your reply waits for the virus check.').waitFor();
  await assertAccessible(page, 'a reply that waits');
  await button(page, 'Show my reply').click();
  await button(page, 'Don’t send it yet: change it').click();
  await words(page).waitFor();
  assert.equal(await words(page).inputValue(), 'Once more.');
  clamd.says = null;
  await page.getByText('1 of 1 files are attached.').waitFor();
  await button(page, /^Send$/u).click();
  await page.getByText(/was sent\./u).waitFor();
  await person.leave();
});
