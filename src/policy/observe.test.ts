import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseMailAddress } from '#src/base/mail-address.ts';

import type { Decision } from './facts.ts';
import { isObserved, observe } from './observe.ts';

function addresses(...texts: readonly string[]) {
  return texts.map((text) => {
    const parsed = parseMailAddress(text);
    assert.ok(parsed);
    return parsed;
  });
}

const GROUP = {
  everybody: false,
  authors: ['ann@hospital.example', '@dept.hospital.example', '@*.lab.example'],
};
const NOBODY = { everybody: false, authors: [] };

test('an author in the group is observed: by address, by domain, by what is below a domain', () => {
  assert.equal(isObserved(addresses('ann@hospital.example'), GROUP), true);
  assert.equal(isObserved(addresses('Ann@Hospital.example'), GROUP), true);
  assert.equal(isObserved(addresses('anybody@dept.hospital.example'), GROUP), true);
  assert.equal(isObserved(addresses('x@a.lab.example'), GROUP), true);
});

test('nobody else is', () => {
  for (const other of [
    'bob@hospital.example',
    'ann@dept.example',
    'ann@hospital.example.test',
    'dept.hospital.example@hospital.example',
    'x@ward.dept.hospital.example',
    'x@lab.example',
  ])
    assert.equal(isObserved(addresses(other), GROUP), false, other);
  assert.equal(isObserved(addresses('ann@hospital.example'), NOBODY), false);
});

test('a mail that names somebody else of ours as well is protected', () => {
  assert.equal(isObserved(addresses('ann@hospital.example', 'bob@hospital.example'), GROUP), false);
  assert.equal(isObserved(addresses('ann@hospital.example', 'x@dept.hospital.example'), GROUP), true);
  assert.equal(isObserved([], GROUP), false);
});

test('everybody is everybody, automatic mail without an author included', () => {
  assert.equal(isObserved([], { everybody: true, authors: [] }), true);
});

const PLAIN = { answersSecuredThread: false };

test('what would be protected, asked about, returned or refused is passed on', () => {
  const decisions: readonly Decision[] = [
    { action: 'protect', protection: 'secure-message', reason: 'code', rule: 'code' },
    { action: 'hold', nearMiss: { kind: 'misspelled', text: 'sned secure' }, rule: 'near-miss' },
    { action: 'return', why: 'message-too-large', limitBytes: 1, rule: 'code' },
    { action: 'refuse', why: 'automatic-needs-verified-tls', rule: 'all-external' },
  ];
  for (const decided of decisions)
    assert.deepEqual(observe(decided, PLAIN), {
      action: 'relay',
      protection: 'opportunistic-tls',
      rule: `observed:${decided.rule}`,
    });
});

test('a verified channel, what stays inside, and what its author encrypted are as always', () => {
  for (const protection of [
    'verified-tls',
    'internal',
    'encrypted-by-author',
    'opportunistic-tls',
  ] as const) {
    const decided: Decision = { action: 'relay', protection, rule: 'partner-domain' };
    assert.equal(observe(decided, PLAIN), decided);
  }
});

test('a loop is refused and a thread that was secured stays so', () => {
  const loop: Decision = { action: 'refuse', why: 'loop', rule: 'own-mail' };
  assert.equal(observe(loop, PLAIN), loop);
  const coded: Decision = { action: 'protect', protection: 'secure-message', reason: 'code', rule: 'code' };
  assert.equal(observe(coded, { answersSecuredThread: true }), coded);
});
