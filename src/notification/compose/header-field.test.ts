import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';
import { decodeWords } from 'postal-mime';

import { cleanText } from './clean-text.ts';
import {
  checkedMessageId,
  encodeDate,
  encodeDisplayName,
  encodeMailbox,
  encodeText,
  headerAddress,
  headerField,
  threadFields,
} from './header-field.ts';
import '#test/support/seeded-properties.ts';

test('a long field is folded at spaces and never inside a word', () => {
  const field = headerField('Subject', `${'word '.repeat(30)}${'x'.repeat(90)}`);
  const lines = field.trimEnd().split('\r\n');
  assert.ok(lines.length > 2);
  for (const line of lines) assert.ok(line.length <= 76 || line === ` ${'x'.repeat(90)}`, line);
  assert.match(field, /\r\n$/u);
});

test('text beyond ASCII, and text that reads like an encoded word, is encoded', () => {
  assert.equal(encodeText('plain'), 'plain');
  assert.match(encodeText('Muñoz'), /^=\?UTF-8\?B\?/u);
  const sly = '=?utf-8?B?eA0KQmNjOiBhQGIuYw==?=';
  assert.equal(decodeWords(encodeText(sly)), sly);
  assert.equal(decodeWords(encodeDisplayName(sly)), sly);
});

test('every text comes back as it went, in lines of ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (value) => {
      const text = cleanText(value, 100);
      const field = headerField('Subject', encodeText(text));
      assert.match(field, /^(?:[\x20-\x7e]*\r\n)+$/u);
      for (const line of field.split('\r\n')) assert.ok(line.length <= 998);
      const unfolded = field.replaceAll(/\r\n(?=[ \t])/gu, '').slice('Subject: '.length, -2);
      assert.equal(decodeWords(unfolded), text);
    }),
  );
});

test('a display name is quoted, so that commas and brackets mean nothing', () => {
  assert.equal(
    encodeMailbox('Lee, "Ann" <x@y.test>', 'a@b.test'),
    String.raw`"Lee, \"Ann\" <x@y.test>" <a@b.test>`,
  );
  assert.equal(encodeMailbox('', 'a@b.test'), 'a@b.test');
});

test('an address goes into a header only when it is one', () => {
  assert.deepEqual(headerAddress('pat@outside.example'), { text: 'pat@outside.example', smtputf8: false });
  assert.deepEqual(headerAddress('pat@bücher.example'), {
    text: 'pat@xn--bcher-kva.example',
    smtputf8: false,
  });
  assert.deepEqual(headerAddress('jörg@bücher.example'), {
    text: 'jörg@xn--bcher-kva.example',
    smtputf8: true,
  });
  assert.equal(headerAddress('pat@outside.example\r\nBcc: x@y.test'), null);
  assert.equal(headerAddress('pat'), null);
});

test('only well-formed Message-IDs thread', () => {
  assert.equal(checkedMessageId('<a@b>\r\nBcc: x'), null);
  assert.equal(threadFields({ messageIdField: '<a b@c>', references: ['x', '<a@b>\r\n'] }), '');
  assert.equal(
    threadFields({ messageIdField: '<2@b>', references: ['<1@b>'] }),
    'In-Reply-To: <2@b>\r\nReferences: <1@b> <2@b>\r\n',
  );
  const many = Array.from({ length: 500 }, (_, index) => `<${index}@b.test>`);
  assert.ok(threadFields({ messageIdField: null, references: many }).length < 500);
});

test('dates are those of RFC 5322', () => {
  assert.equal(encodeDate(Date.UTC(2026, 10, 1, 3, 4, 5)), 'Sun, 01 Nov 2026 03:04:05 +0000');
});
