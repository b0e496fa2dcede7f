/** What holds for every mail that we write, whatever it says (W24, O3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import PostalMime from 'postal-mime';

import { fixedMails } from './fixed-mails.ts';
import { readRaw, splitParts, textOfHtml, wordsOf } from './read-mail.ts';

const ONCE = [
  'date',
  'from',
  'to',
  'subject',
  'message-id',
  'mime-version',
  'content-type',
  'x-sendsecure-notice',
];
const NEVER = ['cc', 'bcc', 'sender', 'precedence', 'x-mailer', 'return-path', 'disposition-notification-to'];

for (const [name, render] of Object.entries(fixedMails)) {
  const mail = render();

  test(`${name}: one of each field, nothing that leaks`, () => {
    const { header } = readRaw(mail);
    for (const field of ONCE) assert.equal(header.get(field)?.length, 1, field);
    for (const field of header.keys()) {
      assert.ok(!NEVER.includes(field) && !field.startsWith('list-'), field);
    }
    assert.deepEqual(header.get('to'), [mail.to]);
    assert.deepEqual(header.get('message-id'), [mail.messageIdField]);
    const automatic = !name.startsWith('notice') && !['reminder', 'granted'].includes(name);
    assert.equal(header.has('auto-submitted'), automatic);
    assert.equal(header.has('x-auto-response-suppress'), automatic);
  });

  test(`${name}: octets are 7bit, CRLF only, lines short`, () => {
    const text = mail.bytes.toString('latin1');
    assert.match(text, /^(?:[\t\x20-\x7e]*\r\n)+$/u);
    const lines = text.split('\r\n');
    for (const line of lines) assert.ok(line.length <= 998, line);
    const folded = lines.slice(0, lines.indexOf(''));
    for (const line of folded) assert.ok(line.length <= 78, line);
  });

  test(`${name}: text and HTML say the same words in the same order`, async () => {
    const { text, html } = await PostalMime.parse(mail.bytes);
    assert.ok(html !== undefined && text !== undefined);
    const plain = text.slice(0, text.includes('\nReporting-') ? text.indexOf('\nReporting-') : undefined);
    const words = wordsOf(textOfHtml(html));
    assert.ok(words.length > 30);
    assert.deepEqual(wordsOf(plain).slice(0, words.length), words);
  });

  test(`${name}: plain text is wrapped at 72, links stand alone`, async () => {
    const { text } = await PostalMime.parse(mail.bytes);
    for (const line of (text ?? '').split('\n')) {
      if (/^https:\S+$/u.test(line)) continue;
      assert.doesNotMatch(line, /https?:/u);
      if (line.startsWith('Diagnostic-Code:')) continue;
      assert.ok(line.length <= 72 || !line.includes(' '), line);
    }
  });

  test(`${name}: the HTML loads nothing, runs nothing and asks for nothing`, async () => {
    const { html, attachments } = await PostalMime.parse(mail.bytes);
    assert.ok(html !== undefined);
    assert.doesNotMatch(
      html,
      /<(?:img|script|link|iframe|object|embed|form|input|video|audio|svg|base)\b|\bsrc\s*=|url\(|@import|\son\w+\s*=/iu,
    );
    assert.match(html, /<html lang="(?:en|es)" dir="ltr">/u);
    assert.match(html, /<meta name="color-scheme" content="light dark">/u);
    for (const [, href] of html.matchAll(/href="([^"]*)"/gu)) {
      assert.match(href ?? '', /^https:\/\/(?:secure|staff)\.hospital\.example\//u);
    }
    for (const attachment of attachments) assert.match(attachment.mimeType, /^(?:message|text)\//u);
  });
}

test('the notice has exactly two parts and no attachment', () => {
  const parts = splitParts(readRaw(fixedMails['notice']!()));
  assert.deepEqual(
    parts.map((part) => part.header.get('content-type')?.[0]),
    ['text/plain; charset=utf-8', 'text/html; charset=utf-8'],
  );
});
