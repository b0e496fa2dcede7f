/**
 * A recipient who has registered at the real product, watched: whatever of a mail runs, opens a dialog or asks another
 * site is found when they leave. With mails as strangers write them, every field in the author's hand.
 */
import assert from 'node:assert/strict';

import type { Browser, Page } from 'playwright-core';

import { AUTHOR, startProduct, type Product } from './product.ts';
import { newVisitor, type Visitor } from './visitor.ts';

export const ADDRESS = 'jane@recipient.example';

/** What the browser says when hostile HTML is parsed in the frame to be cleaned, and the frame's policy stops it. */
const PARSED_WITHOUT_EFFECT =
  /^Blocked script execution in '[^']+\/frame'|^Setting the document's base URI|^Loading media from .* has been blocked/u;

export interface Reader {
  readonly product: Product;
  readonly person: Visitor;
  /** Sends the mail; opens it from the list, where it stands first. */
  open(mail: string, shownSubject: string): Promise<Page>;
  /** Sees that nothing of what was shown ran, opened a dialog or asked for anything of its own. */
  leave(): Promise<void>;
}

export async function registerReader(browser: Browser): Promise<Reader> {
  const product = await startProduct();
  const person = await newVisitor(browser, {
    sites: [product.publicUrl, product.consoleUrl],
    expectedErrors: PARSED_WITHOUT_EFFECT,
  });
  const wrong: string[] = [];
  await person.context.exposeFunction('__hit', () => void wrong.push('a script of a mail ran'));
  person.context.on('request', (request) => {
    const { pathname, protocol } = new URL(request.url());
    if (!/^https?:$/u.test(protocol) || request.isNavigationRequest() || pathname === '/frame') return;
    if (request.frame().parentFrame() !== null) wrong.push(`the frame of a mail asked for ${pathname}`);
  });
  await product.send({ to: ADDRESS, subject: 'send secure: first' });
  const { page } = person;
  await page.goto((await product.mail('notice', ADDRESS)).link ?? '');
  await page.getByRole('button', { name: 'Send me the code' }).click();
  await page.getByLabel('Code from the mail').fill((await product.mail('code', ADDRESS)).code ?? '');
  await page.getByRole('button', { name: 'Use these words' }).click();
  await page.getByRole('button', { name: 'Save and read the message' }).click();
  await page.getByText('Hello Jane.').waitFor();
  return {
    product,
    person,
    async open(mail, shownSubject) {
      await product.send({ to: ADDRESS, mail });
      await page.goto(`${product.publicUrl}/messages`);
      const row = page.locator('.messages a').first();
      await row.getByText(shownSubject).waitFor();
      await row.click();
      await page.getByRole('heading', { level: 1, name: shownSubject }).waitFor();
      return page;
    },
    async leave() {
      await person.leave();
      assert.deepEqual(wrong, []);
    },
  };
}

/** Several where it is long (RFC 2047 section 2): each of whole characters, on a line of its own. */
export function encodedWord(text: string): string {
  const pieces = text.match(/.{1,14}/gsu) ?? [''];
  return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\r\n ');
}

/** RFC 2231 section 3: continued over lines. */
function parameter(name: string, text: string): string {
  const pieces = encodeURIComponent(text.toWellFormed()).match(/(?:%..|.){1,60}/gu) ?? [''];
  const lines = pieces.map((piece, at) => `${name}*${at}*=${at === 0 ? "utf-8''" : ''}${piece}`);
  return lines.join(';\r\n ');
}
export interface Part {
  readonly type: string;
  /** Makes it an attachment. */
  readonly name?: string;
  readonly octets: Buffer;
}

/** `subject` and `from` as they stand in the header. */
export function mailWith(subject: string, parts: readonly Part[], from = `<${AUTHOR}>`): string {
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
