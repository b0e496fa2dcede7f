import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { quotedPrintable } from './quoted-printable.ts';
import '#test/support/seeded-properties.ts';

/** By the words of RFC 2045, apart from the code under test. */
function decode(encoded: string): string {
  const octets = encoded
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/gu, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1').toString('utf8');
}

test('lines that are changed on the way are encoded', () => {
  assert.equal(quotedPrintable('From here\n.\nend \na=b'), '=46rom here\r\n=2E\r\nend=20\r\na=3Db');
});

test('every text comes back, in lines of at most 76 characters', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ maxLength: 90 }).map((end) => `From ${end}`),
    fc.nat(120).map((length) => 'é'.repeat(length)),
    fc.nat(120).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.map((one) => one.replaceAll(/[\r\n]/gu, '')).join('\n');
      const encoded = quotedPrintable(text);
      assert.match(encoded, /^[\t\r\n\x20-\x7e]*$/u);
      for (const one of encoded.split('\r\n')) {
        assert.ok(one.length <= 76, one);
        assert.doesNotMatch(one, /[ \t]$/u);
      }
      assert.equal(decode(encoded), text.replaceAll('\n', '\r\n'));
    }),
  );
});
