/**
 * Mails of strangers through the real product: hostile subject, names, file names and HTML never run, never ask
 * another site; and a mail of ten megabytes shows its text after a few kilobytes.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import type { Browser, Page, Response } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { HOSTILE_HTML } from './hostile-html.ts';
import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

const ADDRESS = 'jane@recipient.example';

/** What the browser says when hostile HTML is parsed in the frame to be cleaned, and the frame's policy stops it. */
const PARSED_WITHOUT_EFFECT =
  /^Blocked script execution in '[^']+\/frame'|^Setting the document's base URI|^Loading media from .* has been blocked/u;

let browser: Browser;
let product: Product;
/** Signed in once; every message of the file is for the same account. */
let person: Visitor;

before(async () => {
  [browser, product] = await Promise.all([launchBrowser(), startProduct()]);
  person = await newVisitor(browser, {
    sites: [product.publicUrl, product.consoleUrl],
    expectedErrors: PARSED_WITHOUT_EFFECT,
  });
  await person.context.exposeFunction('__hit', () => assert.fail('a script of a mail ran'));
  await product.send({ to: ADDRESS, subject: 'send secure: first' });
  const { page } = person;
  await page.goto((await product.mail('notice', ADDRESS)).link ?? '');
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', ADDRESS)).code ?? '');
  await page.getByRole('button', { name: 'Use these words' }).click();
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await page.getByText('Hello Jane.').waitFor();
});

after(async () => {
  await Promise.all([browser.close(), product.close()]);
});

const encodedWord = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
const parameter = (name: string, text: string) => `${name}*=utf-8''${encodeURIComponent(text)}`;

interface Part {
  readonly type: string;
  readonly name?: string;
  readonly octets: Buffer;
}

function mailWith(subject: string, from: string, parts: readonly Part[]): string {
  const lines = [
    `From: ${from}`,
    `To: ${ADDRESS}`,
    `Subject: ${subject}`,
    'Date: Sat, 21 Nov 2026 12:00:00 +0000',
    `Message-ID: <${crypto.randomUUID()}@hospital.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
  ];
  for (const { type, name, octets } of parts) {
    lines.push('--b', `Content-Type: ${type}`, 'Content-Transfer-Encoding: base64');
    if (name !== undefined) lines.push(`Content-Disposition: attachment; ${parameter('filename', name)}`);
    lines.push('', octets.toString('base64').replaceAll(/.{76}/gu, '$&\r\n'));
  }
  return [...lines, '--b--', ''].join('\r\n');
}

/** Sends it and opens it from the list, where it stands first. */
async function open(mail: string, shownSubject: string): Promise<Page> {
  const { page } = person;
  await product.send({ to: ADDRESS, mail });
  await page.goto(`${product.publicUrl}/messages`);
  const row = page.locator('.messages a').first();
  await row.getByText(shownSubject).waitFor();
  await row.click();
  await page.getByRole('heading', { level: 1, name: shownSubject }).waitFor();
  return page;
}

const SCRIPT = '<img src=x onerror=__hit()>';
/** W21: what is shown and saved for a name. */
const NAMES: readonly (readonly [given: string, saved: RegExp])[] = [
  [`${SCRIPT}.pdf`, /^_img src=x onerror=__hit\(\)_\.pdf$/u],
  ['cod\u202Egpj.exe', /^codgpj\.exe$/u],
  ['a.pdf\0.exe', /^a\.pdf\.exe$/u],
  ['CON', /^_CON\.txt$/u],
  ['..\\..\\x', /^[^\\/]*_x\.txt$/u],
  ['../../etc/passwd', /^[^\\/]*_etc_passwd\.txt$/u],
  ['%2e%2e%2f', /^%2e%2e%2f\.txt$/u],
  ['x'.repeat(900), /^x{20,150}\.txt$/u],
  ['quote".txt\r\nSet-Cookie: a=b', /^[^"\r\n]+$/u],
];

test('W21: hostile subject, display name and file names are text', async () => {
  const subject = `"><script>__hit()</script>${SCRIPT}`;
  const mail = mailWith(
    encodedWord(`send secure: ${subject}`),
    `${encodedWord(`<b>${SCRIPT}</b>`)} <${AUTHOR}>`,
    [
      { type: 'text/plain; charset=utf-8', octets: Buffer.from(`Text ${SCRIPT}<script>__hit()</script>`) },
      ...NAMES.map(([name], position) => ({
        type: 'text/plain',
        name,
        octets: Buffer.from(`file ${position}`),
      })),
    ],
  );
  const page = await open(mail, subject);
  await page.getByText(`Text ${SCRIPT}`).waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  const saves = page.getByRole('button', { name: /^Save / });
  assert.equal(await saves.count(), NAMES.length);
  for (const [position, [given, wanted]] of NAMES.entries()) {
    const saving = page.waitForEvent('download');
    await saves.nth(position).click();
    const download = await saving;
    assert.match(download.suggestedFilename(), wanted, given);
    assert.equal(await readFile(await download.path(), 'utf8'), `file ${position}`);
  }
  const notice = await product.mail('notice', ADDRESS);
  assert.doesNotMatch(notice.subject + notice.text, /__hit\(\)<\/script>/u, 'no subject in the notice');
  await page.goto(`${product.consoleUrl}/captured`);
  await page.getByRole('heading', { name: 'Captured mail' }).waitFor();
  assert.equal(await page.locator('img, script').count(), 0);
});

/** Those that leave what follows them alone: an unclosed element would swallow the rest of the mail. */
async function vectorsThatEnd(page: Page): Promise<string[]> {
  // Our own pages forbid parsing.
  await page.goto('about:blank');
  return page.evaluate(`(() => {
    const parser = new DOMParser();
    return ${JSON.stringify(HOSTILE_HTML)}.filter((vector) => {
      if (/http-equiv/i.test(vector)) return true;
      const parsed = parser.parseFromString('<p>x</p>' + vector + '<p id=the-end>', 'text/html');
      return parsed.getElementById('the-end')?.parentElement === parsed.body;
    });
  })()`) as Promise<string[]>;
}

test('W20: hostile HTML of every kind, one after the other in one mail', async () => {
  const vectors = await vectorsThatEnd(person.page);
  assert.ok(vectors.length >= 60, `${vectors.length} vectors`);
  const html = `<html><body>${vectors.join('\n')}<p>The end of it.</p></body></html>`;
  const mail = mailWith('send secure: page', `<${AUTHOR}>`, [
    { type: 'text/html; charset=utf-8', octets: Buffer.from(html) },
  ]);
  const page = await open(mail, 'page');
  await page.frameLocator('iframe.mail-frame').getByText('The end of it.').waitFor();
  await page.getByText('Pictures from other websites are not loaded').waitFor();
  const left = await page
    .frameLocator('iframe.mail-frame')
    .locator('script, iframe, object, embed, form')
    .count();
  assert.equal(left, 0);
});

test('W22: an attachment that says it is harmless is only ever saved or shown as text or picture', async () => {
  const page = await open(
    mailWith('send secure: kinds', `<${AUTHOR}>`, [
      { type: 'text/plain', octets: Buffer.from('see the files') },
      { type: 'text/html', name: 'page.html', octets: Buffer.from('<script>__hit()</script>') },
      {
        type: 'image/svg+xml',
        name: 'drawing.svg',
        octets: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="__hit()"/>'),
      },
      { type: 'text/plain', name: 'notes.txt', octets: Buffer.from('<script>__hit()</script>') },
    ]),
    'kinds',
  );
  assert.equal(await page.getByRole('button', { name: 'View page.html' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'View drawing.svg' }).count(), 0);
  await page.getByRole('button', { name: 'View notes.txt' }).click();
  const viewed = page.getByRole('dialog');
  assert.equal(await viewed.locator('pre').innerText(), '<script>__hit()</script>');
  await viewed.getByRole('button', { name: 'Close' }).click();
});

test('a 10 MB message shows its text after a few kilobytes; the attachment comes when asked for', async (t) => {
  const attachment = randomBytes(7_000_000);
  const mail = mailWith('send secure: large', `<${AUTHOR}>`, [
    { type: 'text/plain; charset=utf-8', octets: Buffer.from('Here are the pictures.') },
    { type: 'application/zip', name: 'pictures.zip', octets: attachment },
  ]);
  await product.send({ to: ADDRESS, mail });
  const { page } = person;
  await page.goto(`${product.publicUrl}/messages`);
  const path = await page.locator('.messages a').first().getAttribute('href');
  await page.goto('about:blank');

  // A first look from an empty cache, the page's own files included.
  const devtools = await person.context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.clearBrowserCache');
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  const asked: string[] = [];
  const note = (response: Response) => asked.push(new URL(response.url()).pathname);
  page.on('response', note);
  await page.goto(product.publicUrl + (path ?? ''));
  await page.getByText('Here are the pictures.').waitFor();
  const [bytesToText, requests] = [bytes, [...asked]];
  t.diagnostic(`${bytesToText} bytes in ${requests.length} requests before the text`);
  assert.ok(bytesToText > 10_000 && bytesToText < 150 * 1024, `${bytesToText} bytes`);
  const streams = requests.flatMap((name) => /\/streams\/(\w+)/u.exec(name)?.[1] ?? []);
  assert.deepEqual([...new Set(streams)].toSorted(), ['derived', 'index'], requests.join('\n'));

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save pictures.zip' }).click();
  assert.ok((await readFile(await (await saving).path())).equals(attachment));
  page.off('response', note);
});

test('nothing of all this ran, opened a dialog or asked another site', async () => {
  await person.leave();
});
