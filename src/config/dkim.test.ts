import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { signingDomainOf } from './dkim-domains.ts';
import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';
import type { Settings } from './settings.ts';
import { startupNotices } from './startup-notices.ts';

const ROUTES = 'nextHop = "smtp://127.0.0.1:26"\ninternalNextHop = "smtp://127.0.0.1:25"\n';

interface Parts {
  readonly domains?: readonly string[];
  readonly delivery?: string;
  readonly notice?: string;
  readonly dkim?: readonly string[];
}

function load({ domains = ['hospital.test'], delivery = '', notice = '', dkim = [] }: Parts): Settings {
  return loadSettings(
    [
      '[organization]\nname = "Example Hospital"',
      `domains = ${JSON.stringify(domains)}`,
      `serviceAddress = "send-secure@${domains.find((domain) => !domain.startsWith('*')) ?? ''}"`,
      `[notice]\n${notice}`,
      `[delivery]\n${ROUTES}${delivery}`,
      ...dkim.map((entry) => `[[dkim]]\n${entry}`),
    ].join('\n'),
    '/srv/gateway',
  );
}

function problemsOf(parts: Parts): string[] {
  try {
    load(parts);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    return error.problems.map(({ key }) => key);
  }
}

const noticesOf = (parts: Parts): string =>
  startupNotices(load(parts))
    .map(({ level, text }) => `${level}: ${text}`)
    .join('\n');

suite('configuration of DKIM', () => {
  test('keys are read; the selector has a default, and two keys of a domain may stand side by side', () => {
    const dkim = ['domain = "Hospital.test"', 'domain = "hospital.test"\nselector = "S2.ed"'];
    assert.deepEqual(load({ dkim }).dkim, [
      { domain: 'hospital.test', selector: 'sendsecure' },
      { domain: 'hospital.test', selector: 's2.ed' },
    ]);
    assert.equal(load({}).delivery.signRelayed, false);
    assert.deepEqual(load({}).dkim, []);
  });

  test('a key signs for its domain and below it, the nearest one first', () => {
    const keys = [{ domain: 'hospital.test' }, { domain: 'lab.hospital.test' }];
    assert.equal(signingDomainOf(keys, 'hospital.test'), 'hospital.test');
    assert.equal(signingDomainOf(keys, 'ward.hospital.test'), 'hospital.test');
    assert.equal(signingDomainOf(keys, 'a.lab.hospital.test'), 'lab.hospital.test');
    assert.equal(signingDomainOf(keys, 'myhospital.test'), null);
    assert.equal(signingDomainOf(keys, 'test'), null);
    assert.equal(signingDomainOf(keys, ''), null);
  });

  for (const [name, parts, key] of [
    ['no domain', { dkim: ['selector = "a"'] }, 'dkim.0'],
    [
      'a selector that is a path',
      { dkim: ['domain = "hospital.test"\nselector = "../x"'] },
      'dkim.0.selector',
    ],
    ['an empty selector', { dkim: ['domain = "hospital.test"\nselector = ""'] }, 'dkim.0.selector'],
    ['one key twice', { dkim: ['domain = "hospital.test"', 'domain = "hospital.test"'] }, 'dkim.1'],
    ['a domain of others', { dkim: ['domain = "other.test"'] }, 'dkim.0.domain'],
    ['a domain below an exact one', { dkim: ['domain = "a.hospital.test"'] }, 'dkim.0.domain'],
    ['relayed mail without a key', { delivery: 'signRelayed = true' }, 'delivery.signRelayed'],
    ['authors’ notices that nobody signs', { notice: 'from = "author"' }, 'notice.from'],
  ] as const) {
    test(`refused: ${name}`, () => assert.deepEqual(problemsOf(parts), [key]));
  }

  for (const [name, parts] of [
    ['a key above our domain', { domains: ['mail.hospital.test'], dkim: ['domain = "hospital.test"'] }],
    [
      'a key below a wildcard',
      { domains: ['hospital.test', '*.hospital.test'], dkim: ['domain = "lab.hospital.test"'] },
    ],
    ['authors’ notices with a key', { notice: 'from = "author"', dkim: ['domain = "hospital.test"'] }],
    ['authors’ notices, signed behind us', { notice: 'from = "author"', delivery: 'nextHopSigns = true' }],
  ] as const) {
    test(`taken: ${name}`, () => assert.deepEqual(problemsOf(parts), []));
  }

  test('DKIM is missing only where nobody signs, and a service address without a key is warned of', () => {
    assert.match(noticesOf({}), /missing: DKIM: .*sendsecure dkim generate/u);
    assert.doesNotMatch(noticesOf({ delivery: 'nextHopSigns = true' }), /dkim/iu);
    assert.doesNotMatch(noticesOf({ dkim: ['domain = "hospital.test"'] }), /dkim/iu);
    const other = { domains: ['hospital.test', 'clinic.test'], dkim: ['domain = "clinic.test"'] };
    assert.match(noticesOf(other), /warning: \[\[dkim\]\] has no key for hospital\.test/u);
  });
});
