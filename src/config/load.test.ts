import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings, trialSettings } from './load.ts';
import { configurationReference } from './reference.ts';

const COMPLETE = `publicUrl = "https://secure.hospital.example"
dataDir = "./data"
keysDir = "./keys"

[organization]
name = "Example Hospital"
domains = ["Hospital.example", "*.hospital.example"]
serviceAddress = "send-secure@hospital.example"
encrypt = "on-code"

[smtp]
listen = "127.0.0.1:2525"
trustedNetworks = ["127.0.0.0/8", "10.1.2.3"]

[portal]
listen = "127.0.0.1:8080"
[console]
listen = "127.0.0.1:8081"

[delivery]
nextHop = "smtp://127.0.0.1:2600"
internalNextHop = "smtps://relay:p%40ss@mail.hospital.example"
bounceDomain = "secure.hospital.example"

[limits]
maxMessageMB = 50
secureAttachmentMB = 7.5

[storage]
database = "sqlite"

[[partners]]
domain = "partner.example"
tls = "dane"

[[rules]]
name = "label"
field = "Sensitivity"
contains = "confidential"
`;

function problemsOf(toml: string): { key: string; line: number | null; message: string }[] {
  try {
    loadSettings(toml, '/srv/gateway');
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    return [...error.problems];
  }
  return [];
}

suite('configuration', () => {
  test('a trial needs no file and captures mail', () => {
    const settings = trialSettings('/srv/gateway');
    assert.equal(settings.publicUrl, 'http://localhost:8080');
    assert.equal(settings.dataDir, '/srv/gateway/data');
    assert.equal(settings.delivery.nextHop.kind, 'capture');
    assert.equal(settings.isTrial, true);
  });

  test('every key of a complete file arrives in the program’s own form', () => {
    const settings = loadSettings(COMPLETE, '/srv/gateway');
    assert.deepEqual(settings.organization.domains, ['hospital.example', '*.hospital.example']);
    assert.deepEqual(settings.smtp.trustedNetworks, ['127.0.0.0/8', '10.1.2.3/32']);
    assert.deepEqual(settings.delivery.internalNextHop, {
      kind: 'smarthost',
      host: 'mail.hospital.example',
      port: 465,
      implicitTls: true,
      user: 'relay',
      password: 'p@ss',
    });
    assert.equal(settings.limits.secureAttachmentBytes, 7.5 * 1024 * 1024);
    assert.deepEqual(settings.partners, [{ domain: 'partner.example', tls: 'dane', nextHop: null }]);
    assert.deepEqual(settings.rules, [
      { name: 'label', field: 'sensitivity', contains: 'confidential', verify: false },
    ]);
  });

  test('all problems are reported at once, each with its line and what would be right', () => {
    const problems = problemsOf(
      COMPLETE.replace('"127.0.0.1:2525"', '2525')
        .replace('"dane"', '"maybe"')
        .replace('[portal]', '[portal]\nlisten_on = "x"'),
    );
    assert.deepEqual(
      problems.map(({ key, line }) => ({ key, line })).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
      [
        { key: 'smtp.listen', line: 12 },
        { key: 'portal.listen_on', line: 16 },
        { key: 'partners.0.tls', line: 35 },
      ],
    );
    assert.match(
      problems.find((problem) => problem.key === 'smtp.listen')?.message ?? '',
      /127\.0\.0\.1:2525/u,
    );
  });

  test('a file that is no TOML says so with the line', () => {
    const problems = problemsOf('publicUrl = "https://a.example"\n[organization\n');
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.line, 2);
  });

  for (const [name, change, key] of [
    ['keys inside data', ['keysDir = "./keys"', 'keysDir = "./data/keys"'], 'keysDir'],
    ['data inside keys', ['dataDir = "./data"', 'dataDir = "./keys/data"'], 'keysDir'],
    [
      'internal mail without a route',
      ['internalNextHop = "smtps://relay:p%40ss@mail.hospital.example"', ''],
      'delivery.internalNextHop',
    ],
    [
      'service address elsewhere',
      ['"send-secure@hospital.example"', '"a@other.example"'],
      'organization.serviceAddress',
    ],
    ['plain http in public', ['https://secure', 'http://secure'], 'publicUrl'],
    [
      'a path in publicUrl',
      ['secure.hospital.example"\ndata', 'secure.hospital.example/x"\ndata'],
      'publicUrl',
    ],
  ] as const) {
    test(`refused: ${name}`, () => {
      const changed = COMPLETE.replace(change[0], change[1]);
      assert.notEqual(changed, COMPLETE);
      assert.ok(problemsOf(changed).some((problem) => problem.key === key));
    });
  }

  test('docs/configuration.md is what the schema says', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    assert.equal(page, configurationReference());
  });
});
