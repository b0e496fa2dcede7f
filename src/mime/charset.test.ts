import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { decodeBytes } from './charset.ts';
import { utf8Converter } from './utf8-converter.ts';
import '#test/support/seeded-properties.ts';

function convert(bytes: Buffer, label: string | null, pieceBytes: number): string {
  const converter = utf8Converter(label);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    out.push(Buffer.from(converter.write(bytes.subarray(at, at + pieceBytes))));
  out.push(Buffer.from(converter.end()));
  return Buffer.concat(out).toString('utf8');
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('charsets', () => {
  const rows: readonly [label: string | null, bytes: Buffer, text: string][] = [
    ['utf-8', Buffer.from('Grüße 😀'), 'Grüße 😀'],
    ['UTF-8', hex('61 ff 62 c3'), 'a\ufffdb\ufffd'],
    ['utf8', hex('e2 82 61'), '\ufffda'],
    ['iso-8859-1', hex('47 72 fc df 65 80'), 'Grüße€'],
    ['iso-8859-15', hex('a4'), '€'],
    ['windows-1252', hex('93 61 94'), '“a”'],
    ['koi8-r', hex('f0 f2 e9'), 'ПРИ'],
    ['gb18030', hex('c4 e3 ba c3 81 30 84 36 41'), '你好¥A'.replace('¥', '\u00a5')],
    ['gb2312', hex('c4 e3 ba c3'), '你好'],
    ['big5', hex('a7 41 a6 6e'), '你好'],
    ['iso-2022-jp', hex('1b 24 42 24 22 24 22 1b 28 42 41'), 'ああA'],
    ['cp932', hex('82 a0 41'), 'あA'],
    ['shift_jis', hex('82 a0 41'), 'あA'],
    ['ks_c_5601-1987', hex('b0 a1'), '가'],
    ['utf-7', Buffer.from('Hi +2D3eAA- +- a+AOk b'), 'Hi 😀 + aé b'],
    ['utf-16', hex('fe ff 00 41 20 ac'), 'A€'],
    ['utf-16', hex('ff fe 41 00 ac 20'), 'A€'],
    ['utf-16', hex('00 41 20 ac'), 'A€'],
    ['utf-16le', hex('41 00'), 'A'],
    [null, Buffer.from('Grüße'), 'Grüße'],
    [null, hex('61 c3 bc 62 fc 63 c3 bc'), 'aübücÃ¼'],
    ['us-ascii', hex('61 e9'), 'aé'],
    ['x-unknown', hex('61 e9'), 'aé'],
    ['hz-gb-2312', hex('61'), 'a'],
  ];
  for (const [label, bytes, text] of rows) {
    test(`${label ?? 'no label'}: ${JSON.stringify(text)}`, () => {
      for (const pieceBytes of [1, 2, 3, 100]) assert.equal(convert(bytes, label, pieceBytes), text);
    });
  }

  test('all at once gives the same as piece by piece', () => {
    for (const [label, bytes, text] of rows)
      if (label !== null && label !== 'us-ascii') assert.equal(decodeBytes(bytes, label).text, text);
  });

  test('certain only where the charset is known and fits', () => {
    assert.equal(decodeBytes(Buffer.from('a'), 'utf-8').certain, true);
    assert.equal(decodeBytes(Buffer.from('a'), 'no-such').certain, false);
    assert.equal(decodeBytes(hex('ff'), 'utf-8').certain, false);
    assert.equal(decodeBytes(hex('e9'), 'us-ascii').certain, false);
    assert.equal(decodeBytes(Buffer.from('+A'), 'utf-7').certain, false);
    assert.equal(decodeBytes(Buffer.from('a'), 'a'.repeat(10_000)).certain, false);
  });

  test('the pieces make no difference, whatever the bytes', () => {
    const label = fc.constantFrom(
      'utf-8',
      null,
      'gb18030',
      'iso-2022-jp',
      'utf-7',
      'utf-16',
      'big5',
      'euc-jp',
      'koi8-r',
    );
    const byte = fc.oneof(
      fc.constantFrom(0x1b, 0x24, 0x42, 0x28, 0x2b, 0x2d, 0xc3, 0xbc, 0xe2, 0x82, 0xf0),
      fc.nat(255),
    );
    fc.assert(
      fc.property(label, fc.array(byte), fc.integer({ min: 1, max: 5 }), (name, bytes, pieceBytes) => {
        const all = Buffer.from(bytes);
        assert.equal(convert(all, name, pieceBytes), convert(all, name, 10_000));
      }),
      { numRuns: 1_000 },
    );
  });
});
