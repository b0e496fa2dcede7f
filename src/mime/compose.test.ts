import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { parseAddressList } from './address-list.ts';
import {
  composeHeader,
  encodeDisplayName,
  formatMailbox,
  formatMailDate,
  multipartAlternative,
  quotedPrintable,
} from './compose.ts';
import { decodeHeaderText } from './encoded-words.ts';
import { fieldValues, parseHeaderFields } from './header-fields.ts';
import { MimeScanner } from './scanner.ts';
import { transferDecoder } from './transfer-decoding.ts';
import '#test/support/seeded-properties.ts';

function readBack(header: string, lowerName: string): string {
  return decodeHeaderText(fieldValues(parseHeaderFields(Buffer.from(header, 'latin1')), lowerName)[0] ?? '')
    .text;
}

const visible = fc
  .string({ unit: 'binary', maxLength: 300 })
  .map((text) => text.replaceAll(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim());

describe('header fields', () => {
  test('ASCII stays as it is and is folded at blanks', () => {
    const value =
      'a subject that is long enough to need a second line, as many of them are, and a third one besides';
    const header = composeHeader([['Subject', value]]);
    assert.equal(header.split('\r\n ').join(' '), `Subject: ${value}\r\n`);
    for (const line of header.split('\r\n')) assert.ok(line.length <= 78, line);
  });

  test('other text becomes encoded words of whole characters', () => {
    const header = composeHeader([
      [
        'Subject',
        'Sichere Nachricht von Frau Dr. Müller-Lüdenscheidt, Universitätsklinikum 😀😀😀😀😀😀😀😀',
      ],
    ]);
    assert.match(header, /^[\x20-\x7e\r\n]+$/u);
    for (const word of header.match(/=\?[^ \r\n]+\?=/gu) ?? []) {
      assert.ok(word.length <= 75, word);
      assert.doesNotMatch(decodeHeaderText(word).text, /\ufffd/u);
    }
    for (const line of header.split('\r\n')) assert.ok(line.length <= 78, line);
    assert.match(readBack(header, 'subject'), /^Sichere Nachricht .* 😀{8}$/u);
  });

  test('every text comes back from its field', () => {
    fc.assert(
      fc.property(visible, (text) => {
        const header = composeHeader([['Subject', text]]);
        assert.equal(readBack(header, 'subject'), text);
        for (const line of header.split('\r\n')) assert.ok(line.length <= 998);
        assert.match(header, /^[\x20-\x7e\r\n]+$/u);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('S67: no value begins a line of its own', () => {
    for (const attack of [
      'x\r\nBcc: a@b.example',
      'x\nBcc: y',
      'x\rBcc: y',
      'x\0y',
      '\r\n\r\nbody',
      'ü\r\nBcc: y',
      '"\r\nBcc: y',
    ]) {
      for (const field of [
        ['Subject', attack],
        ['To', attack],
        ['From', formatMailbox(attack, 'a@b.example')],
        ['To', formatMailbox('x', attack)],
      ] as const) {
        const fields = parseHeaderFields(Buffer.from(composeHeader([field]), 'latin1'));
        assert.deepEqual(
          fields.map(({ name }) => name),
          [field[0]],
        );
        assert.doesNotMatch(composeHeader([field]), /\0|\r\n\r\n/u);
      }
    }
  });

  test('what looks like an encoded word in a text is encoded, so that it is read as it was written', () => {
    assert.equal(readBack(composeHeader([['Subject', 'a =?utf-8?q?b?= c']]), 'subject'), 'a =?utf-8?q?b?= c');
  });
});

describe('display names', () => {
  const rows: readonly [name: string, encoded: string][] = [
    ['Ada Byron', 'Ada Byron'],
    ['Byron, Ada', '"Byron, Ada"'],
    ['Ada "the" \\', String.raw`"Ada \"the\" \\"`],
    ['Müller', '=?UTF-8?Q?M=C3=BCller?='],
    ['', ''],
    ['a@b.example', '"a@b.example"'],
  ];
  for (const [name, encoded] of rows)
    test(JSON.stringify(name), () => assert.equal(encodeDisplayName(name), encoded));

  test('every name comes back beside its address', () => {
    fc.assert(
      fc.property(visible, (name) => {
        const header = composeHeader([['From', formatMailbox(name, 'a@b.example')]]);
        const value = fieldValues(parseHeaderFields(Buffer.from(header, 'latin1')), 'from')[0] ?? '';
        assert.deepEqual(parseAddressList(value), [{ displayName: name, address: 'a@b.example' }]);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

describe('bodies', () => {
  const decoded = (encoded: string): string => {
    const decoder = transferDecoder('quoted-printable');
    return Buffer.concat([decoder.decode(Buffer.from(encoded)), decoder.finish()]).toString('utf8');
  };

  test('every text comes back, in lines of at most 76 characters of ASCII', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\n', ' ', '=', '.', 'From ', 'ü'),
        fc.string({ unit: 'binary', maxLength: 90 }),
      ),
    });
    fc.assert(
      fc.property(text, (source) => {
        const wanted = source.toWellFormed().replaceAll(/\r\n|\r|\n/gu, '\r\n');
        const encoded = quotedPrintable(wanted);
        assert.equal(decoded(encoded), wanted);
        for (const line of encoded.split('\r\n'))
          assert.match(line, /^(?!\.|From )[\t\x20-\x7e]{0,76}$(?<![ \t])/u);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test('a text and its HTML are two parts for the scanner', () => {
    const scanner = new MimeScanner();
    scanner.write(Buffer.from('Content-Type: multipart/alternative; boundary="b"\r\n\r\n'));
    scanner.write(Buffer.from(multipartAlternative('Grüße\n', '<p>Grüße</p>\n', 'b')));
    const { parts, uninspectable } = scanner.finish();
    assert.deepEqual(
      parts.map(({ mediaType, decodedBytes }) => [mediaType, decodedBytes]),
      [
        ['text/plain', 9],
        ['text/html', 16],
      ],
    );
    assert.equal(uninspectable, null);
  });
});

test('dates', () => {
  const time = Date.UTC(2026, 10, 21, 19, 18, 3);
  assert.equal(formatMailDate(time), 'Sat, 21 Nov 2026 19:18:03 +0000');
  assert.equal(formatMailDate(time, 330), 'Sun, 22 Nov 2026 00:48:03 +0530');
  assert.equal(formatMailDate(time, -210), 'Sat, 21 Nov 2026 15:48:03 -0330');
});
