import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';

import { DAY_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';

import { isOurMark, makeMark } from './gateway-mark.ts';
import { bounceAddress, recipientOfBounceAddress } from './secure-message/bounce-address.ts';
import { findMessageCodes, messageCodeForAuthor, messageCodeOf } from './secure-message/message-code.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
const otherKeys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', `other ${purpose}`).update(data).digest(),
};

suite('our mark', () => {
  const now = Date.UTC(2026, 10, 21);
  const facts = {
    queueId: '01M7ZTDECGPJN3YJSR0VSKQD3J',
    messageIdField: '<a@hospital.test>',
    domain: 'hospital.test',
  };
  const mark = makeMark(keys, facts, now);

  test('is known again on the mail it was made for', () => {
    assert.equal(isOurMark(keys, mark, '<a@hospital.test>', now), true);
    assert.equal(isOurMark(keys, ` ${mark} `, '<a@hospital.test>', now + 29 * DAY_MS), true);
  });

  for (const [name, value, id, at] of [
    ['on another mail', mark, '<b@hospital.test>', now],
    ['after its time', mark, '<a@hospital.test>', now + 32 * DAY_MS],
    ['before its day', mark, '<a@hospital.test>', now - 3 * DAY_MS],
    ['with another queue id', mark.replace('3J ', '3K '), '<a@hospital.test>', now],
    ['with another domain', mark.replace('hospital.test', 'evil.test'), '<a@hospital.test>', now],
    ['typed by somebody', 'v1 yes please', '<a@hospital.test>', now],
    ['empty', '', '<a@hospital.test>', now],
  ] as const) {
    test(`is none ${name}`, () => {
      assert.equal(isOurMark(keys, value, id, at), false);
    });
  }

  test('is none made with other keys', () => {
    assert.equal(isOurMark(otherKeys, mark, '<a@hospital.test>', now), false);
  });
});

suite('message codes', () => {
  test('are one a recipient, and need our keys', () => {
    const code = messageCodeOf(keys, 'R1');
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{9}$/u);
    assert.equal(messageCodeOf(keys, 'R1'), code);
    assert.notEqual(messageCodeOf(keys, 'R2'), code);
    assert.notEqual(messageCodeOf(otherKeys, 'R1'), code);
  });

  test('are told to the author where there is one alone', () => {
    assert.equal(messageCodeForAuthor(keys, ['R1']), messageCodeOf(keys, 'R1'));
    assert.equal(messageCodeForAuthor(keys, []), null);
    assert.equal(messageCodeForAuthor(keys, ['R1', 'R2']), null);
  });

  test('are found in a subject however it is decorated', () => {
    assert.deepEqual(findMessageCodes('Re: Secure message from Dr. Lee (7k4-2qf-9xm)'), ['7K42QF9XM']);
    assert.deepEqual(findMessageCodes('AW: 7K4-2QF-9XM, 294-PBF-51H'), ['7K42QF9XM', '294PBF51H']);
    assert.deepEqual(findMessageCodes('call 555-123-4567 or X7K4-2QF-9XM1'), []);
    assert.equal(findMessageCodes('123-456-789 '.repeat(1_000)).length, 8);
  });
});

test('a bounce address is one a recipient and fits a local part', () => {
  const address = bounceAddress(keys, '01M7ZTDECGPJN3YJSR0VSKQD3J', 'bounces.hospital.test');
  assert.match(address, /^b-[0-9a-z]{26}-[0-9a-f]{24}@bounces\.hospital\.test$/u);
  assert.ok(address.indexOf('@') <= 64);
  assert.notEqual(bounceAddress(otherKeys, '01M7ZTDECGPJN3YJSR0VSKQD3J', 'bounces.hospital.test'), address);
});

suite('an address that something came back to', () => {
  const id = '01M7ZTDECGPJN3YJSR0VSKQD3J';
  const domain = 'bounces.hospital.test';
  const minted = bounceAddress(keys, id, domain);
  const read = (text: string): string | null => {
    const address = parseMailAddress(text);
    assert.ok(address, text);
    return recipientOfBounceAddress(keys, address, domain);
  };

  test('names its recipient, whatever servers did to the case of its letters', () => {
    assert.equal(read(minted), id);
    assert.equal(read(minted.toUpperCase()), id);
  });

  for (const [name, text] of [
    ['another recipient with the same hash', minted.replace('3j-', '3k-')],
    ['another hash', minted.replace(/.@/u, (end) => (end === '0@' ? '1@' : '0@'))],
    ['a shorter hash', minted.replace(/.@/u, '@')],
    ['a hash of other keys', bounceAddress(otherKeys, id, domain)],
    ['another domain', bounceAddress(keys, id, 'hospital.test')],
    ['a letter that ids never have', minted.replace('b-01m', 'b-01u')],
    ['something before it', `x${minted}`],
    ['quotes around it', minted.replace(/^(.*)@/u, '"$1"@')],
    ['no such form', 'postmaster@bounces.hospital.test'],
  ] as const) {
    test(`is none of ours with ${name}`, () => assert.equal(read(text), null));
  }
});
