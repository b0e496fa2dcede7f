/**
 * W20, W21: hostile values in every field of a mail that is shown as text, through the real product: subjects, names, text,
 * invitations, names of files; in the reader, on the author's own pages and on the page that asks about a held mail.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';

import { launchBrowser } from './browser.ts';
import { HOSTILE_FILE_NAMES, HOSTILE_TEXTS } from './hostile-html.ts';
import { AUTHOR } from './product.ts';
import { ADDRESS, encodedWord, mailWith, registerReader, type Part, type Reader } from './stranger.ts';

let browser: Browser;
let reader: Reader;

before(async () => {
  browser = await launchBrowser();
  reader = await registerReader(browser);
});

after(async () => {
  await browser.close();
  await reader.product.close();
});

/** What no text of a stranger may become on a page. */
const MADE_OF_TEXT =
  'main :is(img, script, iframe:not(.mail-frame), object, embed, base, meta, link, video, a[href*="__hit"])';

/** Pieces of at most this many characters, in order. */
function grouped(values: readonly string[], characters: number): string[][] {
  const groups: string[][] = [];
  let length = Infinity;
  for (const value of values) {
    if (length + value.length > characters) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(value);
    length += value.length;
  }
  return groups;
}

function invitationOf(text: string): string {
  const value = text.replaceAll(/[\r\n]/gu, ' ').replaceAll(/[\\;,]/gu, String.raw`\$&`);
  return [
    'BEGIN:VCALENDAR',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'DTSTART:20261201T090000Z',
    `SUMMARY:${value}`,
    `LOCATION:${value}`,
    `ORGANIZER;CN="${text.replaceAll(/["\r\n]/gu, ' ')}":mailto:x@leak.test`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}

function textParts(text: string): Part[] {
  return [
    { type: 'text/plain; charset=utf-8', octets: Buffer.from(`Text: ${text.toWellFormed()}`) },
    { type: 'text/calendar; charset=utf-8', octets: Buffer.from(invitationOf(text.toWellFormed())) },
  ];
}

test('W20: 100 hostile texts as subject, author’s name, text and invitation are text', async () => {
  const { page } = reader.person;
  for (const [position, texts] of grouped(HOSTILE_TEXTS, 380).entries()) {
    const text = texts.join(' ').toWellFormed();
    const subject = encodedWord(`send secure: no ${position} ${text}`);
    const from = `${encodedWord(text.slice(0, 200))} <${AUTHOR}>`;
    await reader.open(mailWith(subject, textParts(text), from), `no ${position}`);
    await page.getByText('Text: ').first().waitFor();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    assert.equal(await page.locator(MADE_OF_TEXT).count(), 0, text);
    assert.equal(await page.title(), 'Secure messages – Example Hospital', 'no title tells what is read');
  }
});

test('W20: the same as subjects of messages that wait, on the page that asks their author', async () => {
  const { product, person } = reader;
  const asked = new Set<string | null | undefined>();
  for (const [position, texts] of grouped(HOSTILE_TEXTS, 600).entries()) {
    const text = texts.join(' ').toWellFormed();
    const mail = mailWith(encodedWord(`sned secure: number ${position} ${text}`), textParts(text));
    await product.send({ to: ADDRESS, mail });
    const { link } = await product.mail('held', ADDRESS, (question) => !asked.has(question.link));
    asked.add(link);
    await person.page.goto(link ?? '');
    await person.page.getByRole('button', { name: 'Don’t send' }).waitFor();
    assert.equal(await person.page.locator(MADE_OF_TEXT).count(), 0, text);
  }
});

test('W20: and on the pages of their author: list, message, search, captured mail', async () => {
  const { product, person } = reader;
  const { page } = person;
  await page.goto(`${product.consoleUrl}/messages`);
  await page.getByLabel('Your work email address').fill(AUTHOR);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Look at your mail' }).waitFor();
  await page.goto((await product.mail('staff-link', AUTHOR)).link ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(`${product.consoleUrl}/messages`);
  const hrefs = await page.getByRole('rowheader').getByRole('link').all();
  assert.ok(hrefs.length >= 12, `${hrefs.length} messages`);
  assert.equal(await page.locator(MADE_OF_TEXT).count(), 0);
  const [path] = await Promise.all(hrefs.slice(0, 1).map((link) => link.getAttribute('href')));
  await page.goto(product.consoleUrl + (path ?? ''));
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.locator(MADE_OF_TEXT).count(), 0);
  for (const text of HOSTILE_TEXTS.filter((value) => value.includes('<')).slice(0, 8)) {
    await page.goto(`${product.consoleUrl}/messages`);
    await page.getByRole('searchbox').fill(text.slice(0, 100));
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(`${product.consoleUrl}/messages/search`);
    assert.equal(await page.locator(MADE_OF_TEXT).count(), 0, text);
  }
  await page.goto(`${product.consoleUrl}/captured`);
  await page.getByRole('heading', { name: 'Captured mail' }).waitFor();
  assert.equal(await page.locator('img, script, iframe').count(), 0);
});

/** What a disk or a person could take for something else: paths, devices, controls, changes of direction. */
const NO_FILE_NAME =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\\/:*?"<>|]|^[\s.]|[\s.]$|^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/iu;

test('W21: 120 hostile names of files are shown and saved as harmless ones, none lost', async () => {
  const parts = HOSTILE_FILE_NAMES.map((name, position) => ({
    type: 'application/octet-stream',
    name,
    octets: Buffer.from(`file ${position}`),
  }));
  const half = Math.ceil(parts.length / 2);
  for (const [position, files] of [parts.slice(0, half), parts.slice(half)].entries()) {
    const text = { type: 'text/plain', octets: Buffer.from('See the files.') };
    const page = await reader.open(mailWith(`send secure: files ${position}`, [text, ...files]), 'files');
    const saves = page.getByRole('button', { name: /^Save / });
    assert.equal(await saves.count(), files.length);
    assert.equal(await page.locator(MADE_OF_TEXT).count(), 0);
    for (const shown of await page.locator('.file-name').allInnerTexts())
      assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u200b-\u200d]/u);
    const saving = page.waitForEvent('download');
    await saves.first().click();
    assert.doesNotMatch((await saving).suggestedFilename(), NO_FILE_NAME);
    await page.getByText('Keep a copy').first().click();
    const packing = page.waitForEvent('download');
    await page.getByRole('button', { name: /zip/u }).click();
    const packed = unzipSync(await readFile(await (await packing).path()));
    const contents = Object.values(packed).map((octets) => Buffer.from(octets).toString('latin1'));
    const names = Object.keys(packed);
    for (const name of names) assert.doesNotMatch(name, NO_FILE_NAME);
    assert.equal(
      new Set(names.map((name) => name.toLowerCase())).size,
      names.length,
      'one disk holds them all',
    );
    for (const { octets } of files) assert.ok(contents.includes(octets.toString('latin1')), String(octets));
  }
});

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
    [
      { type: 'text/plain; charset=utf-8', octets: Buffer.from(`Text ${SCRIPT}<script>__hit()</script>`) },
      ...NAMES.map(([name], position) => ({
        type: 'text/plain',
        name,
        octets: Buffer.from(`file ${position}`),
      })),
    ],
    `${encodedWord(`<b>${SCRIPT}</b>`)} <${AUTHOR}>`,
  );
  const page = await reader.open(mail, subject);
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
  const notice = await reader.product.mail('notice', ADDRESS);
  assert.doesNotMatch(notice.subject + notice.text, /__hit\(\)<\/script>/u, 'no subject in the notice');
});

test('nothing of all this ran, opened a dialog or asked for anything', async () => {
  await reader.leave();
});
