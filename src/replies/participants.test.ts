import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nameOf, visibleOthers } from './participants.ts';

const recipient = (address: string) => ({ address, canonicalAddress: address.toLowerCase() });
const header = {
  to: 'Doe, Jane <Jane@one.example>, ben@hospital.test',
  cc: '"O. Khan" <omar@two.example>, Lee <lee@three.example>',
};
const sentTo = ['Jane@one.example', 'ben@hospital.test', 'omar@two.example', 'blind@two.example'].map(
  recipient,
);

test('only who stands in To or Cc and got it', () => {
  const found = visibleOthers(header, sentTo, ['ben@hospital.test']).map(({ address }) => address);
  assert.deepEqual(found, ['Jane@one.example', 'omar@two.example']);
});

test('an address that is a part of another is not named by it', () => {
  const near = { to: 'mary-ann@one.example, ann@one.example.test', cc: '' };
  assert.deepEqual(visibleOthers(near, [recipient('ann@one.example')], []), []);
});

test('the name before an address, where there is one', () => {
  assert.equal(nameOf(header, 'jane@one.example'), 'Doe, Jane');
  assert.equal(nameOf(header, 'lee@three.example'), 'Lee');
  assert.equal(nameOf(header, 'ben@hospital.test'), null);
  assert.equal(nameOf(header, 'nobody@hospital.test'), null);
});
