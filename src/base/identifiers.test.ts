import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock } from './clock.ts';
import {
  formatMessageCode,
  newId,
  newMessageCode,
  newToken,
  systemRandom,
  parseMessageCode,
} from './identifiers.ts';

test('ids have 26 characters, sort by time and do not repeat', () => {
  const clock = new FakeClock();
  const ids: string[] = [];
  for (let i = 0; i < 500; i++) {
    ids.push(newId(clock));
    clock.advance(1);
  }
  assert.ok(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/u.test(id)));
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
});

test('a token is 128 bits of base64url', () => {
  assert.match(newToken(), /^[\w-]{22}$/u);
  assert.equal(Buffer.from(newToken(), 'base64url').length, 16);
});

test('a message code is read back however a person types it', () => {
  const code = newMessageCode(() => Buffer.from('0123456789ab', 'hex'));
  assert.equal(code.length, 9);
  const shown = formatMessageCode(code);
  assert.match(shown, /^\w{3}-\w{3}-\w{3}$/u);
  for (const typed of [
    shown,
    shown.toLowerCase(),
    shown.replaceAll('-', ' '),
    shown.replaceAll('-', '\u2013'),
    ` ${code} `,
  ]) {
    assert.equal(parseMessageCode(typed), code);
  }
  assert.equal(parseMessageCode('O1I-LOO-OOO'), '011100000');
});

test('what can be no message code is refused', () => {
  for (const typed of ['', '7K4', '7K4-2QF-9XM-1', '7K4-2QF-9X!', '7K4-2QF-9XU'])
    assert.equal(parseMessageCode(typed), null);
});

test('the random half of an id is its bytes as one number in base 32', () => {
  const clock = { now: () => 0 };
  assert.equal(
    newId(clock, () => Buffer.from('00000000000000000001', 'hex')),
    '00000000000000000000000001',
  );
  assert.equal(
    newId(clock, () => Buffer.from('ffffffffffffffffffff', 'hex')),
    '0000000000ZZZZZZZZZZZZZZZZ',
  );
  const bytes = Buffer.from('0123456789abcdef0246', 'hex');
  const number = BigInt(`0x${bytes.toString('hex')}`);
  const digits = Array.from({ length: 16 }, (_, i) =>
    '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.charAt(Number((number >> BigInt(75 - 5 * i)) & 31n)),
  );
  assert.equal(newId(clock, () => bytes).slice(10), digits.join(''));
});

test('random bytes do not repeat, of whatever lengths they are asked for', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 3_000; i++) {
    const bytes = systemRandom(16 + (i % 64));
    assert.equal(bytes.length, 16 + (i % 64));
    // What was handed out before is not touched any more.
    seen.add(bytes.toString('hex', 0, 16));
  }
  assert.equal(seen.size, 3_000);
  const kept = systemRandom(32);
  const copy = Buffer.from(kept);
  for (let i = 0; i < 1_000; i++) systemRandom(32);
  assert.deepEqual(kept, copy);
});
