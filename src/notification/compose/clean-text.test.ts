import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { cleanAscii, cleanText, shownAddress } from './clean-text.ts';
import '#test/support/seeded-properties.ts';

test('line ends, NUL and other controls become one space', () => {
  assert.equal(cleanText('Ann\r\nBcc: x@y.test\0\u0085Lee\u2028\t!', 80), 'Ann Bcc: x@y.test Lee !');
});

test('what turns the reading direction or can not be seen is dropped', () => {
  assert.equal(cleanText('Ann \u202Egnp.eel\u202C\u200B \u2066x\u2069\uFEFF\u00AD', 80), 'Ann gnp.eel x');
});

test('lone surrogates, private use and stacked marks are tamed', () => {
  assert.equal(cleanText('a\ud800b\ue000c', 80), 'abc');
  assert.equal(cleanText(`z${'\u0336'.repeat(40)}`, 80), `z${'\u0336'.repeat(3)}`);
});

test('long text is cut between characters', () => {
  assert.equal(cleanText('👩'.repeat(20), 5), '👩👩👩👩…');
  assert.equal(cleanText('x'.repeat(1_000_000), 5), 'xxxx…');
});

test('any text becomes one visible line within its bound', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (value, max) => {
      const text = cleanText(value, max);
      assert.ok([...text].length <= max);
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
      assert.match(cleanAscii(value, max), /^[\x20-\x7e]*$/u);
    }),
  );
});

test('a domain whose letters only look Latin is shown as the network sees it, too', () => {
  assert.equal(shownAddress('ann@hоspital.example'), 'ann@hоspital.example (xn--hspital-9ig.example)');
  assert.equal(shownAddress('ann@hospital.example'), 'ann@hospital.example');
  assert.equal(shownAddress('a nn@hos\r\npital.example'), 'ann@hospital.example');
});
