/** Which mailbox an account elsewhere proves (W06, W12): the claims as Google and Microsoft write them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { addressProvenBy, type ProviderKind } from './provider-address.ts';

const PERSONAL = '9188040d-6c67-4c5b-b112-b66a304b66ad';

const CASES: readonly [ProviderKind, string, Record<string, unknown>, string | null][] = [
  ['google', 'Gmail', { email: 'Ann@gmail.com', email_verified: true }, 'ann@gmail.com'],
  [
    'google',
    'hosted',
    { email: 'ann@clinic.test', email_verified: true, hd: 'clinic.test' },
    'ann@clinic.test',
  ],
  ['google', 'verified once, hosted elsewhere', { email: 'ann@clinic.test', email_verified: true }, null],
  ['google', 'an empty host', { email: 'ann@clinic.test', email_verified: true, hd: '' }, null],
  ['google', 'not verified', { email: 'ann@gmail.com', email_verified: false }, null],
  ['google', 'a word for true', { email: 'ann@gmail.com', email_verified: 'true' }, null],
  ['google', 'nothing said', { email: 'ann@gmail.com' }, null],
  ['google', 'a look-alike', { email: 'ann@gmail.com.evil.test', email_verified: true }, null],
  ['google', 'two addresses', { email: 'ann@gmail.com,b@gmail.com', email_verified: true }, null],
  ['google', 'a list', { email: ['ann@gmail.com'], email_verified: true }, null],
  ['google', 'none', { email_verified: true, hd: 'clinic.test' }, null],
  ['google', 'Microsoft’s words', { email: 'ann@clinic.test', xms_edov: true, tid: PERSONAL }, null],
  ['microsoft', 'any tenant’s administrator', { email: 'ann@clinic.test', tid: 'x' }, null],
  ['microsoft', 'Google’s word', { email: 'ann@clinic.test', tid: 'x', email_verified: true }, null],
  [
    'microsoft',
    'a verified domain',
    { email: 'Ann@clinic.test', tid: 'x', xms_edov: true },
    'ann@clinic.test',
  ],
  [
    'microsoft',
    'the same as a number',
    { email: 'ann@clinic.test', tid: 'x', xms_edov: 1 },
    'ann@clinic.test',
  ],
  ['microsoft', 'the same as text', { email: 'ann@clinic.test', tid: 'x', xms_edov: '1' }, 'ann@clinic.test'],
  ['microsoft', 'a domain that is not', { email: 'ann@clinic.test', tid: 'x', xms_edov: false }, null],
  ['microsoft', 'the same as text', { email: 'ann@clinic.test', tid: 'x', xms_edov: '0' }, null],
  ['microsoft', 'a mailbox of theirs', { email: 'ann@outlook.com', tid: PERSONAL }, 'ann@outlook.com'],
  ['microsoft', 'one that a tenant claims', { email: 'ann@outlook.com', tid: 'x' }, null],
  ['microsoft', 'a personal account elsewhere', { email: 'ann@gmail.com', tid: PERSONAL }, null],
  ['microsoft', 'the name that people see', { preferred_username: 'ann@outlook.com', tid: PERSONAL }, null],
];

for (const [kind, name, claims, expected] of CASES) {
  it(`${kind}, ${name}: ${expected ?? 'no address'}`, () => {
    const found = addressProvenBy(kind, { iss: 'https://issuer.test', sub: 's', ...claims });
    assert.equal(found?.canonical ?? null, expected);
  });
}
