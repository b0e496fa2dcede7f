import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NOTHING_FOUND, type Change, type Found, type FoundPartner } from './change.ts';
import { loweringsOf, type Lowering } from './lowers-protection.ts';

type Partner = NonNullable<FoundPartner['partner']>;
const DOMAIN = 'clinic.example';
const HOP = { host: 'mx.clinic.example', port: 25 };
const partner = (tls: Partner['tls'], nextHop: Partner['nextHop'] = null): Partner => ({
  domain: DOMAIN,
  tls,
  nextHop,
});
const found = (state: FoundPartner['state'], before: Partner | null = null): Found => ({
  ...NOTHING_FOUND,
  partners: [{ domain: DOMAIN, state, partner: before, version: before === null ? null : 1 }],
});
const save = (after: Partner): Change => ({ kind: 'partners-save', partners: [after], agreements: [] });
const remove: Change = { kind: 'partner-remove', domain: DOMAIN };
const was = (before: Partner): Found => found('partner', before);

const ON_CODE: readonly (readonly [
  name: string,
  change: Change,
  before: Found,
  lowers: readonly Lowering[],
])[] = [
  ['a new partner', save(partner('dane')), found('none'), ['leaves-secure-messages']],
  [
    'a partner in place of a row that is refused',
    save(partner('dane')),
    found('refused'),
    ['leaves-secure-messages'],
  ],
  ['a refused row removed', remove, found('refused'), ['leaves-secure-messages']],
  ['a partner removed', remove, was(partner('pkix')), ['loses-verified-channel']],
  ['what is no partner removed', remove, found('none'), []],
  ['the same saved again', save(partner('pkix', HOP)), was(partner('pkix', HOP)), []],
  ['certificate → DANE', save(partner('dane')), was(partner('pkix')), []],
  ['MTA-STS → DANE', save(partner('dane')), was(partner('mta-sts')), []],
  ['DANE → certificate', save(partner('pkix')), was(partner('dane')), ['other-proof']],
  ['DANE → MTA-STS', save(partner('mta-sts')), was(partner('dane')), ['other-proof']],
  ['certificate → MTA-STS', save(partner('mta-sts')), was(partner('pkix')), ['other-proof']],
  ['MTA-STS → certificate', save(partner('pkix')), was(partner('mta-sts')), ['other-proof']],
  ['a server named', save(partner('pkix', HOP)), was(partner('pkix')), ['other-server']],
  [
    'another server',
    save(partner('pkix', { ...HOP, host: 'mx2.clinic.example' })),
    was(partner('pkix', HOP)),
    ['other-server'],
  ],
  [
    'another port',
    save(partner('pkix', { ...HOP, port: 2525 })),
    was(partner('pkix', HOP)),
    ['other-server'],
  ],
  ['the server left to the DNS', save(partner('pkix')), was(partner('pkix', HOP)), ['other-server']],
  [
    'the server in capital letters',
    save(partner('pkix', { ...HOP, host: 'MX.clinic.example' })),
    was(partner('pkix', HOP)),
    [],
  ],
  ['proof and server', save(partner('pkix', HOP)), was(partner('dane')), ['other-proof', 'other-server']],
  ['stronger proof at another server', save(partner('dane', HOP)), was(partner('pkix')), ['other-server']],
  ['an agreement alone', { kind: 'partners-save', partners: [], agreements: [] }, NOTHING_FOUND, []],
  ['a hold of secure messages', { kind: 'hold-release', messageId: 'M' }, NOTHING_FOUND, []],
  [
    'a hold with ordinary mail',
    { kind: 'hold-release', messageId: 'M' },
    { ...NOTHING_FOUND, ordinaryRecipients: ['jane@elsewhere.example'] },
    ['leaves-as-ordinary-mail'],
  ],
  ['a role', { kind: 'role-grant', staffId: 'S', role: 'help-desk' }, NOTHING_FOUND, ['gives-higher-role']],
  [
    'an officer unlocked',
    { kind: 'staff-unlock', staffId: 'S' },
    { ...NOTHING_FOUND, roles: ['help-desk'] },
    ['gives-higher-role'],
  ],
  ['a sender unlocked', { kind: 'staff-unlock', staffId: 'S' }, NOTHING_FOUND, []],
];

for (const [name, change, before, lowers] of ON_CODE)
  test(`${name}: ${lowers.length === 0 ? 'at once' : lowers.join(', ')}`, () => {
    assert.deepEqual(loweringsOf(change, before, { encrypt: 'on-code' }), lowers);
  });

test('under all-external a removed partner still gets a verified channel or a secure message', () => {
  assert.deepEqual(loweringsOf(remove, was(partner('pkix')), { encrypt: 'all-external' }), []);
  assert.deepEqual(loweringsOf(save(partner('dane')), found('none'), { encrypt: 'all-external' }), [
    'leaves-secure-messages',
  ]);
});

test('of a list one domain is enough, and each reason stands once', () => {
  const change: Change = {
    kind: 'partners-save',
    partners: [
      partner('pkix'),
      { ...partner('dane'), domain: 'lab.example' },
      { ...partner('pkix'), domain: 'x.example' },
    ],
    agreements: [],
  };
  assert.deepEqual(loweringsOf(change, was(partner('pkix')), { encrypt: 'on-code' }), [
    'leaves-secure-messages',
  ]);
});
