import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock } from './clock.ts';
import { formatMessageCode, newId, newMessageCode, newToken, parseMessageCode } from './identifiers.ts';

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
