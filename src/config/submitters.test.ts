import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$dGFndGFn';
const TLS = '[smtp]\ntls = { cert = "c.pem", key = "k.pem" }\n';

function problems(toml: string): readonly string[] {
  try {
    loadSettings(toml, '/etc/gateway');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ line, key, message }) => `${line} ${key}: ${message}`);
  }
}

test('R35: a submitter with all that can be known of it', () => {
  const { submitters } = loadSettings(
    `${TLS}[[submitters]]\nname = "lab"\nnetworks = ["10.2.0.0/16"]\ncertificateSha256 = ["${'AB:'.repeat(31)}AB"]\n` +
      `user = "lab"\npasswordHash = "${HASH}"\ndomains = ["hospital.example"]\nmachine = true\n` +
      'tenant = "id"\nsecretField = "X-Route"\nsecretFile = "secret"\n',
    '/etc/gateway',
  );
  assert.deepEqual(submitters, [
    {
      name: 'lab',
      networks: ['10.2.0.0/16'],
      certificateSha256: ['ab'.repeat(32)],
      certificateCa: null,
      certificateName: null,
      user: 'lab',
      passwordHash: HASH,
      domains: ['hospital.example'],
      machine: true,
      tenantField: 'x-ms-exchange-crosstenant-id',
      tenant: 'id',
      secretField: 'x-route',
      secretFile: '/etc/gateway/secret',
    },
  ]);
});

for (const [toml, expected] of [
  ['name = "x"', /needs something to be known by/u],
  ['networks = ["10.0.0.0/8"]', /"name" is missing/u],
  ['name = "x"\nuser = "x"', /user and passwordHash belong together/u],
  [`name = "x"\nuser = "x"\npasswordHash = "secret"`, /passwordHash: needs what "sendsecure submitter/u],
  ['name = "x"\ncertificateCa = "ca.pem"', /certificateCa and certificateName belong together/u],
  ['name = "x"\ntenant = "id"\nuser = "u"', /networks is missing/u],
  ['name = "x"\nnetworks = ["10.0.0.0/8"]\nsecretField = "X-Route"', /secretField and secretFile/u],
  ['name = "x"\nnetworks = ["10.0.0.0/8"]\ndomains = ["elsewhere.example"]', /none of organization.domains/u],
  [
    'name = "x"\nnetworks = ["10.0.0.0/8"]\n[[submitters]]\nname = "x"\nnetworks = ["10.0.0.0/8"]',
    /6 submitters\.1: name x stands there twice/u,
  ],
] as const)
  test(`refused: ${toml.replaceAll('\n', ' ')}`, () => {
    const found = problems(`${TLS}[[submitters]]\n${toml}\n`);
    assert.ok(
      found.some((problem) => expected.test(problem)),
      found.join('\n'),
    );
  });

test('certificates, passwords and listenTls need TLS; public networks can’t go without it', () => {
  assert.match(
    problems(`[[submitters]]\nname = "x"\nuser = "x"\npasswordHash = "${HASH}"\n`).join(),
    /certificates and passwords need TLS/u,
  );
  assert.match(
    problems('[smtp]\nlistenTls = "0.0.0.0:465"\n').join(),
    /smtp\.tls: is needed with listenTls/u,
  );
  assert.match(
    problems('[smtp]\nplaintextNetworks = ["192.0.2.0/24"]\n').join(),
    /192\.0\.2\.0\/24 is public/u,
  );
});
