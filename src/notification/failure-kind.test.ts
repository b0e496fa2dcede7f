import assert from 'node:assert/strict';
import { test } from 'node:test';

import { classifyFailure } from './failure-kind.ts';

const cases: readonly (readonly [status: string | null, reply: number | null, kind: string])[] = [
  ['5.1.1', 550, 'no-such-mailbox'],
  ['5.1.2', 550, 'no-such-domain'],
  ['5.1.10', 556, 'no-such-domain'],
  ['4.2.2', 452, 'mailbox-full'],
  ['5.2.2', 552, 'mailbox-full'],
  ['5.2.1', 550, 'mailbox-closed'],
  ['5.3.4', 552, 'too-large'],
  ['5.7.1', 550, 'refused'],
  ['5.7.999', 550, 'refused'],
  ['5.7.26', 550, 'not-authenticated'],
  ['4.7.5', 454, 'no-tls'],
  ['5.7.10', 530, 'no-tls'],
  ['4.4.1', null, 'no-connection'],
  ['4.4.4', null, 'no-such-domain'],
  ['4.4.7', null, 'timed-out'],
  ['5.4.6', 554, 'loop'],
  ['5.6.7', 550, 'not-supported'],
  [null, 550, 'no-such-mailbox'],
  [null, 552, 'too-large'],
  [null, 421, 'busy'],
  ['5.0.0', 554, 'refused'],
  ['5.0.0', null, 'unknown'],
  ['nonsense', 299, 'unknown'],
  ['5.1.1\r\nBcc: x', null, 'unknown'],
  ['5.constructor', null, 'unknown'],
  [null, null, 'unknown'],
];

for (const [status, reply, kind] of cases) {
  test(`${JSON.stringify(status)} with ${reply} means ${kind}`, () => {
    assert.equal(classifyFailure(status, reply), kind);
  });
}
