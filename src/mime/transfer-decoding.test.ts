import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { Base64Counter } from './base64.ts';
import { transferDecoder } from './transfer-decoding.ts';
import '#test/support/seeded-properties.ts';

function decode(encoding: string, encoded: string, pieceBytes = Number.MAX_SAFE_INTEGER): string {
  const decoder = transferDecoder(encoding);
  const bytes = Buffer.from(encoded, 'latin1');
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    out.push(Buffer.from(decoder.decode(bytes.subarray(at, at + pieceBytes))));
  out.push(Buffer.from(decoder.finish()));
  return Buffer.concat(out).toString('latin1');
}

function count(encoded: string, pieceBytes: number): number {
  const counter = new Base64Counter();
  const bytes = Buffer.from(`x${encoded}y`, 'latin1');
  for (let at = 1; at < bytes.length - 1; at += pieceBytes)
    counter.add(bytes, at, Math.min(at + pieceBytes, bytes.length - 1));
  return counter.decodedBytes;
}

describe('base64', () => {
  const rows: readonly [encoded: string, decoded: string][] = [
    ['', ''],
    ['YQ==', 'a'],
    ['YWI=', 'ab'],
    ['YWJj', 'abc'],
    ['YQ', 'a'],
    ['YWI', 'ab'],
    ['Y', ''],
    ['Y W\r\nJ\tj', 'abc'],
    ['Y!W*J-j_', 'abc'],
    ['YQ==YWJj', 'aabc'],
    ['Y=YWJj', 'abc'],
    ['====', ''],
  ];
  for (const [encoded, decoded] of rows) {
    test(JSON.stringify(encoded), () => {
      for (const pieceBytes of [1, 2, 3, 100]) {
        assert.equal(decode('base64', encoded, pieceBytes), decoded);
        assert.equal(count(encoded, pieceBytes), decoded.length);
      }
    });
  }

  test('what was encoded comes back, and counting agrees with decoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 90 }), (bytes, pieceBytes) => {
        const encoded = Buffer.from(bytes).toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
        assert.equal(decode('base64', encoded, pieceBytes), Buffer.from(bytes).toString('latin1'));
        assert.equal(count(encoded, pieceBytes), bytes.length);
      }),
    );
  });

  test('S87: counting agrees with decoding for junk', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', 'b', '=', ' ', '\r\n', '-', '+', '/', 'é') }),
        (junk) => {
          assert.equal(count(junk, 5), decode('base64', junk).length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('quoted-printable', () => {
  const rows: readonly [encoded: string, decoded: string][] = [
    ['a=3D=c3=BC', 'a=\xc3\xbc'],
    ['a=\r\nb', 'ab'],
    ['a= \t\r\nb', 'ab'],
    ['a \t\r\nb', 'a\r\nb'],
    ['a=20\r\nb ', 'a \r\nb'],
    ['a  b\tc', 'a  b\tc'],
    ['a=', 'a'],
    ['a=4', 'a=4'],
    ['a=4x=x=', 'a=4x=x'],
    ['a= b', 'a= b'],
    ['a==3D', 'a=='],
    ['a\rb \rc', 'a\rb \rc'],
    ['a \r', 'a \r'],
    ['a\nb \nc', 'a\nb \nc'],
    ['=\r', ''],
    ['= \rx', '= \rx'],
    [`a${' '.repeat(998)}\r\nb`, 'a\r\nb'],
    [`a${' '.repeat(999)}\r\nb`, `a${' '.repeat(999)}\r\nb`],
    [`a=${' '.repeat(1200)}\r\nb`, `a=${' '.repeat(1200)}\r\nb`],
  ];
  for (const [encoded, decoded] of rows) {
    test(JSON.stringify(encoded.slice(0, 30)), () => {
      for (const pieceBytes of [1, 2, 3, 5_000])
        assert.equal(decode('quoted-printable', encoded, pieceBytes), decoded);
    });
  }

  test('the pieces make no difference', () => {
    const unit = fc.constantFrom('=', '4', '1', 'x', ' ', '\t', '\r', '\n', '\r\n', '=\r\n');
    fc.assert(
      fc.property(fc.string({ unit }), fc.integer({ min: 1, max: 9 }), (encoded, pieceBytes) => {
        assert.equal(decode('quoted-printable', encoded, pieceBytes), decode('quoted-printable', encoded));
      }),
      { numRuns: 500 },
    );
  });
});
