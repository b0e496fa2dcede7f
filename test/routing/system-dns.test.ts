/** Without a validating resolver of its own, the gateway still finds servers, and takes nothing for proven. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { systemClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';
import { memoryMtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import { createSystemDns } from '#src/routing/system-dns.ts';
import { startTestDns } from '#test/peers/dns.ts';
import type { TestDns } from '#test/peers/dns.ts';

let server: TestDns;
let dns: DnsClient;

before(async () => {
  server = await startTestDns({
    'signed.test': {
      records: [
        '@ MX 10 MX',
        '@ TXT "one" "two"',
        'mx A 192.0.2.1',
        'mx AAAA 2001:db8::1',
        'www CNAME mx',
        `_25._tcp.mx TLSA 3 1 1 ${'ab'.repeat(32)}`,
      ],
    },
    'null.test': { records: ['@ MX 0 .'] },
    'bogus.test': { state: 'bogus', records: ['@ MX 10 mx', 'mx A 192.0.2.1'] },
  });
  const { address, port } = server.resolver;
  dns = createSystemDns({ servers: [`${address}:${port}`], timeoutMs: 1_000 });
});

after(() => server.stop());

test('every kind of record is found, and none is proven', async () => {
  for (const [name, type, records] of [
    ['signed.test', 'MX', [{ preference: 10, exchange: 'mx.signed.test' }]],
    ['signed.test', 'TXT', ['onetwo']],
    ['mx.signed.test', 'A', ['192.0.2.1']],
    ['mx.signed.test', 'AAAA', ['2001:db8::1']],
    ['www.signed.test', 'CNAME', ['mx.signed.test']],
    ['null.test', 'MX', [{ preference: 0, exchange: '' }]],
  ] as const) {
    const found = await dns.query(name, type);
    assert.ok(found.kind === 'answer', `${name} ${type} ${JSON.stringify(found)}`);
    assert.deepEqual(found.records, records);
    assert.equal(found.secure, false);
    assert.ok(found.ttlSeconds > 0);
  }
});

test('none and failed are told apart', async () => {
  const states = await Promise.all(
    (
      [
        ['nowhere.test', 'MX'],
        ['mx.signed.test', 'MX'],
        ['_25._tcp.mx.signed.test', 'TLSA'],
        ['bogus.test', 'MX'],
      ] as const
    ).map(async ([name, type]) => {
      const found = await dns.query(name, type);
      return found.kind === 'none' ? found.reason : found.kind;
    }),
  );
  assert.deepEqual(states, ['no-such-name', 'no-data', 'no-data', 'failed']);
});

test('plans: servers are found, DANE is not, failures wait', async () => {
  const source = { currentId: () => Promise.resolve(null), fetch: () => Promise.reject(new Error('none')) };
  const mtaSts = createMtaSts({ source, cache: memoryMtaStsCache(), clock: systemClock, log: silentLog });
  const routing = createRouting({ dns, mtaSts });
  const verify = async (domain: string, kind: 'opportunistic' | 'dane' | 'pkix') => {
    const plan = await routing.planRoute(domain, { kind });
    return plan.kind === 'hosts' ? plan.hosts.map((host) => host.verify) : plan.kind;
  };
  assert.deepEqual(await verify('signed.test', 'opportunistic'), [{ kind: 'none' }]);
  assert.deepEqual(await verify('signed.test', 'pkix'), [
    { kind: 'pkix', names: ['signed.test'], by: 'domain' },
  ]);
  assert.equal(await verify('signed.test', 'dane'), 'not-authenticated');
  assert.equal(await verify('null.test', 'pkix'), 'undeliverable');
  assert.equal(await verify('bogus.test', 'opportunistic'), 'defer');
});
