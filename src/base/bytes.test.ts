import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonicalJson } from './canonical-json.ts';
import { equalBytes, lengthPrefixed } from './bytes.ts';

test('length-prefixed lists of fields never give the same bytes', () => {
  const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], []];
  const encoded = lists.map((fields) => lengthPrefixed(...fields).toString('hex'));
  assert.equal(new Set(encoded).size, lists.length);
  assert.equal(lengthPrefixed('ab', Buffer.from([7])).toString('hex'), '00026162000107');
});

test('a field over 65,535 bytes is refused', () => {
  assert.throws(() => lengthPrefixed(Buffer.alloc(65_536)), RangeError);
});

test('bytes are compared with their length', () => {
  assert.ok(equalBytes(Buffer.from('a'), Buffer.from('a')));
  assert.ok(!equalBytes(Buffer.from('a'), Buffer.from('b')));
  assert.ok(!equalBytes(Buffer.from('a'), Buffer.from('ab')));
});

test('canonical JSON sorts keys and refuses what has no single form', () => {
  assert.equal(canonicalJson({ b: 1, a: ['é"'] }), '{"a":["é\\""],"b":1}');
  assert.throws(() => canonicalJson({ a: 0.5 }), TypeError);
});
