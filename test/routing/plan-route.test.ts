/**
 * S45 to S47 against a real DNS tree with DNSSEC and real HTTPS: which servers a domain has, and what each must prove
 * for each setting.
 */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';

import { systemClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { createDnsClient } from '#src/routing/dns-client.ts';
import { memoryMtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaStsSource } from '#src/routing/mta-sts-source.ts';
import { createMtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import type { Routing } from '#src/routing/requirements.ts';
import type { PlannedHost, RoutePlan, TlsSetting } from '#src/routing/route-plan.ts';
import { startTestDns } from '#test/peers/dns.ts';
import type { TestDns, TestZone } from '#test/peers/dns.ts';
import { startPolicyServer } from '#test/peers/policy-server.ts';
import type { PolicyServer } from '#test/peers/policy-server.ts';

const DIGEST = 'ab'.repeat(32);
const TLSA = `TLSA 3 1 1 ${DIGEST}`;

/** A domain with one server, its addresses, and what else it has. */
function ordinary(...more: string[]): readonly string[] {
  return ['@ MX 10 mx', 'mx A 192.0.2.1', 'mx AAAA 2001:db8::1', ...more];
}

function withPolicy(address: string, ...more: string[]): readonly string[] {
  return ordinary('_mta-sts TXT "v=STSv1; id=1;"', `mta-sts A ${address}`, ...more);
}

function zonesOf(policyAddress: string): Record<string, TestZone> {
  return {
    'dane.test': {
      records: ['@ MX 10 mx1', '@ MX 20 mx2', 'mx1 A 192.0.2.1', `_25._tcp.mx1 ${TLSA}`, 'mx2 A 192.0.2.2'],
    },
    'secure.test': { records: ordinary() },
    'unusable.test': { records: ordinary(`_25._tcp.mx TLSA 1 1 1 ${DIGEST}`) },
    'insecure.test': { state: 'unsigned', records: ordinary(`_25._tcp.mx ${TLSA}`) },
    'bogus.test': { state: 'bogus', records: ordinary() },
    // The list of servers is forgeable, so a server with DANE proves nothing about the domain.
    'hijacked.test': { state: 'unsigned', records: ['@ MX 10 mx1.dane.test.'] },
    'outsourced.test': { records: ['@ MX 10 mx.insecure.test.', '@ MX 20 mx.bogus.test.'] },
    'sickhost.test': { records: ['@ MX 10 mx.bogus.test.'] },
    'sick.test': { records: ordinary() },
    '_tcp.mx.sick.test': { state: 'bogus', records: [`_25 ${TLSA}`] },
    'hoster.test': { records: ['mx A 192.0.2.9', `_25._tcp.mx ${TLSA}`, 'plain A 192.0.2.10'] },
    'alias.test': { records: ['@ MX 10 mail', 'mail CNAME mx.hoster.test.'] },
    'ownalias.test': { records: ['@ MX 10 mail', 'mail CNAME plain.hoster.test.', `_25._tcp.mail ${TLSA}`] },
    'outalias.test': { records: ['@ MX 10 mail', 'mail CNAME mx.insecure.test.', `_25._tcp.mail ${TLSA}`] },
    'www.alias.test': { records: ['w CNAME dane.test.'] },
    'null.test': { records: ['@ MX 0 .', '@ A 192.0.2.1'] },
    'nomx.test': { records: ['@ A 192.0.2.3', `_25._tcp ${TLSA}`] },
    'empty.test': { records: ['@ TXT "nothing"'] },
    'dead.test': { records: ['@ MX 10 mx'] },
    'inward.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.1', 'mx A 169.254.1.1', 'mx AAAA ::1'] },
    'many.test': {
      state: 'unsigned',
      records: [
        '@ MX 30 c.many.test.',
        '@ MX 10 a.many.test.',
        '@ MX 20 b1.many.test.',
        '@ MX 20 b2.many.test.',
        '@ MX 40 a.many.test.',
        '@ MX 5 192.0.2.1.',
        '@ MX 1 .',
        ...['a', 'b1', 'b2', 'c'].map((name, i) => `${name} A 192.0.2.${i + 1}`),
        ...[1, 2, 3].map((i) => `a A 198.51.100.${i}`),
        ...[1, 2].map((i) => `a AAAA 2001:db8::${i}`),
      ],
    },
    'sts.test': { state: 'unsigned', records: withPolicy(policyAddress, '@ MX 20 mx.secure.test.') },
    'trying.test': { state: 'unsigned', records: withPolicy(policyAddress) },
    'moved.test': { state: 'unsigned', records: withPolicy(policyAddress) },
    'silent.test': { state: 'unsigned', records: withPolicy(policyAddress) },
    'both.test': { records: withPolicy(policyAddress, `_25._tcp.mx ${TLSA}`) },
  };
}

let policies: PolicyServer;
let dns: TestDns;
let routing: Routing;

before(async () => {
  policies = await startPolicyServer();
  dns = await startTestDns(zonesOf(policies.address));
  servePolicy('sts.test', 'enforce', 'mx.sts.test');
  servePolicy('trying.test', 'testing', 'mx.trying.test');
  servePolicy('moved.test', 'enforce', 'old.moved.test');
  servePolicy('both.test', 'enforce', 'elsewhere.test');
  routing = newRouting();
});

after(async () => {
  await dns.stop();
  await policies.stop();
});

function newRouting(random = (limit: number) => limit - 1): Routing {
  const client = createDnsClient({ resolvers: [dns.resolver] });
  const source = createMtaStsSource({ dns: client, refused: new NetworkList([]), timeoutMs: 2_000 });
  const cache = memoryMtaStsCache();
  const mtaSts = createMtaSts({ source, cache, clock: systemClock, log: silentLog });
  return createRouting({ dns: client, mtaSts, random });
}

function servePolicy(domain: string, mode: string, mx: string): void {
  policies.serve(domain, { body: `version: STSv1\nmode: ${mode}\nmx: ${mx}\nmax_age: 86400\n` });
}

function plan(domain: string, kind: TlsSetting['kind']): Promise<RoutePlan> {
  return routing.planRoute(domain, { kind });
}

/** `host verify names @ servername`, one for each server; else the kind of plan. */
async function summary(domain: string, setting: TlsSetting['kind']): Promise<string> {
  const planned = await plan(domain, setting);
  return planned.kind === 'hosts' ? planned.hosts.map(hostSummary).join(', ') : planned.kind;
}

function hostSummary({ host, verify, servername }: PlannedHost): string {
  const names = 'names' in verify ? ` ${verify.names.join(' ')}` : '';
  return `${host} ${verify.kind}${names}${servername === host ? '' : ` @ ${servername}`}`;
}

const EXPECTED: Readonly<Record<string, Readonly<Partial<Record<TlsSetting['kind'], string>>>>> = {
  'dane.test': {
    opportunistic: 'mx1.dane.test dane mx1.dane.test dane.test, mx2.dane.test none',
    dane: 'mx1.dane.test dane mx1.dane.test dane.test',
    authenticated: 'mx1.dane.test dane mx1.dane.test dane.test',
    pkix: 'mx1.dane.test pkix mx1.dane.test, mx2.dane.test pkix mx2.dane.test',
    'mta-sts': 'not-authenticated',
  },
  'secure.test': {
    opportunistic: 'mx.secure.test none',
    dane: 'not-authenticated',
    authenticated: 'not-authenticated',
    pkix: 'mx.secure.test pkix mx.secure.test',
  },
  'unusable.test': {
    opportunistic: 'mx.unusable.test encrypted',
    dane: 'not-authenticated',
    authenticated: 'not-authenticated',
  },
  'insecure.test': {
    opportunistic: 'mx.insecure.test none',
    dane: 'not-authenticated',
    authenticated: 'not-authenticated',
    pkix: 'mx.insecure.test pkix insecure.test',
    'mta-sts': 'not-authenticated',
  },
  'hijacked.test': {
    opportunistic: 'mx1.dane.test none',
    dane: 'not-authenticated',
    authenticated: 'not-authenticated',
    pkix: 'mx1.dane.test pkix hijacked.test',
  },
  'bogus.test': { opportunistic: 'defer', dane: 'defer', pkix: 'defer', authenticated: 'defer' },
  'outsourced.test': { opportunistic: 'mx.insecure.test none', dane: 'defer' },
  'sickhost.test': { opportunistic: 'defer', pkix: 'defer' },
  'sick.test': {
    opportunistic: 'defer',
    dane: 'defer',
    authenticated: 'defer',
    pkix: 'mx.sick.test pkix mx.sick.test',
  },
  'alias.test': { dane: 'mail.alias.test dane mx.hoster.test alias.test @ mx.hoster.test' },
  'ownalias.test': { dane: 'mail.ownalias.test dane mail.ownalias.test ownalias.test' },
  'outalias.test': { dane: 'mail.outalias.test dane mail.outalias.test outalias.test' },
  'w.www.alias.test': {
    dane: 'mx1.dane.test dane mx1.dane.test w.www.alias.test dane.test',
    pkix: 'mx1.dane.test pkix mx1.dane.test, mx2.dane.test pkix mx2.dane.test',
  },
  'nomx.test': {
    opportunistic: 'nomx.test dane nomx.test',
    dane: 'nomx.test dane nomx.test',
    pkix: 'nomx.test pkix nomx.test',
  },
  'null.test': { opportunistic: 'undeliverable', pkix: 'undeliverable' },
  'empty.test': { opportunistic: 'undeliverable' },
  'dead.test': { opportunistic: 'undeliverable' },
  'inward.test': { opportunistic: 'undeliverable' },
  'nowhere.test': { opportunistic: 'undeliverable' },
  'sts.test': {
    opportunistic: 'mx.sts.test pkix mx.sts.test',
    'mta-sts': 'mx.sts.test pkix mx.sts.test',
    authenticated: 'mx.sts.test pkix mx.sts.test',
    pkix: 'mx.sts.test pkix mx.sts.test, mx.secure.test pkix sts.test',
    dane: 'not-authenticated',
  },
  'trying.test': {
    opportunistic: 'mx.trying.test none',
    'mta-sts': 'mx.trying.test pkix mx.trying.test',
    authenticated: 'not-authenticated',
    pkix: 'mx.trying.test pkix mx.trying.test',
  },
  'moved.test': {
    opportunistic: 'defer',
    'mta-sts': 'not-authenticated',
    authenticated: 'not-authenticated',
    pkix: 'mx.moved.test pkix moved.test',
  },
  'silent.test': {
    opportunistic: 'mx.silent.test none',
    'mta-sts': 'not-authenticated',
    authenticated: 'not-authenticated',
    pkix: 'mx.silent.test pkix silent.test',
  },
  'both.test': {
    opportunistic: 'mx.both.test dane mx.both.test both.test',
    authenticated: 'mx.both.test dane mx.both.test both.test',
    'mta-sts': 'not-authenticated',
    pkix: 'mx.both.test pkix mx.both.test',
  },
  '[192.0.2.7]': {
    opportunistic: '192.0.2.7 none',
    pkix: '192.0.2.7 pkix 192.0.2.7',
    dane: 'not-authenticated',
    authenticated: 'not-authenticated',
  },
  '[ipv6:2001:db8::7]': { opportunistic: '2001:db8::7 none' },
  '[2001:db8::7]': { opportunistic: 'undeliverable' },
  '[ipv6:192.0.2.7]': { opportunistic: 'undeliverable' },
  '[999.1.1.1]': { opportunistic: 'undeliverable' },
};

suite('plans', () => {
  for (const [domain, settings] of Object.entries(EXPECTED))
    for (const [setting, expected] of Object.entries(settings))
      test(`${domain} ${setting}`, async () => {
        assert.equal(await summary(domain, setting as TlsSetting['kind']), expected);
      });
});

test('a plan says why, for each server', async () => {
  const found = await plan('outsourced.test', 'opportunistic');
  assert.ok(found.kind === 'hosts');
  assert.deepEqual(
    found.skipped.map(({ host }) => host),
    ['mx.bogus.test'],
  );
  assert.match(found.skipped[0]?.why ?? '', /SERVFAIL/u);
  for (const [domain, setting, why] of [
    ['sick.test', 'dane', /TLSA of mx\.sick\.test: SERVFAIL/u],
    ['bogus.test', 'pkix', /MX of bogus\.test: SERVFAIL/u],
    ['hijacked.test', 'dane', /MX records are not proven/u],
    ['outsourced.test', 'dane', /addresses of mx\.insecure\.test are not proven/u],
    ['unusable.test', 'dane', /can not be used/u],
    ['silent.test', 'mta-sts', /http_status_404/u],
    ['moved.test', 'opportunistic', /not on the list/u],
    ['null.test', 'pkix', /null MX/u],
  ] as const) {
    const planned = await plan(domain, setting);
    assert.ok(planned.kind !== 'hosts');
    assert.match(planned.why, why);
  }
});

test('undeliverable carries the code for the bounce', async () => {
  const codes = await Promise.all(
    ['null.test', 'nowhere.test'].map(async (domain) => {
      const planned = await plan(domain, 'opportunistic');
      return planned.kind === 'undeliverable' && planned.enhanced;
    }),
  );
  assert.deepEqual(codes, ['5.1.10', '5.1.2']);
});

test('servers come by preference, equals by chance, each once; addresses take turns', async () => {
  const first = await newRouting(() => 0).planRoute('many.test', { kind: 'opportunistic' });
  assert.ok(first.kind === 'hosts');
  const names = first.hosts.map(({ host }) => host);
  assert.deepEqual([names[0], names[3], names.length], ['a.many.test', 'c.many.test', 4]);
  assert.deepEqual(
    first.hosts[0]?.addresses.map((address) => (address.includes(':') ? 6 : 4)),
    [6, 4, 6, 4, 4, 4],
  );
  const orders = new Set<string>();
  for (let seed = 0; seed < 40 && orders.size < 2; seed++) {
    let state = seed;
    const random = (limit: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * limit);
    };
    const planned = await newRouting(random).planRoute('many.test', { kind: 'opportunistic' });
    assert.ok(planned.kind === 'hosts');
    orders.add(
      planned.hosts
        .slice(1, 3)
        .map(({ host }) => host)
        .join(' '),
    );
  }
  assert.deepEqual([...orders].toSorted(), ['b1.many.test b2.many.test', 'b2.many.test b1.many.test']);
});

suite('a server that the operator named', () => {
  const named = async (kind: 'pkix' | 'dane' | 'mta-sts', host: string, domain = 'insecure.test') => {
    const planned = await routing.planRoute(domain, { kind, nextHop: { host, port: 25 } });
    return planned.kind === 'hosts' ? planned.hosts.map(hostSummary).join(', ') : planned.kind;
  };

  test('is checked for its name, whatever the DNS says about the domain', async () => {
    assert.equal(await named('pkix', 'mx.insecure.test'), 'mx.insecure.test pkix mx.insecure.test');
    assert.equal(await named('pkix', 'mx.secure.test', 'null.test'), 'mx.secure.test pkix mx.secure.test');
    assert.equal(await named('pkix', '127.0.0.1'), '127.0.0.1 pkix 127.0.0.1');
  });

  test('may live on a network of ours', async () => {
    assert.equal(await named('pkix', 'mx.inward.test'), 'mx.inward.test pkix mx.inward.test');
  });

  test('is checked by its own records', async () => {
    assert.equal(await named('dane', 'mx1.dane.test'), 'mx1.dane.test dane mx1.dane.test');
    assert.equal(await named('dane', 'mx.insecure.test'), 'not-authenticated');
    assert.equal(await named('dane', '192.0.2.1'), 'not-authenticated');
    assert.equal(await named('dane', 'mx.sick.test'), 'defer');
  });

  test('must be on the list of the policy', async () => {
    assert.equal(await named('mta-sts', 'mx.sts.test', 'sts.test'), 'mx.sts.test pkix mx.sts.test');
    assert.equal(await named('mta-sts', 'mx.secure.test', 'sts.test'), 'not-authenticated');
  });

  test('that can not be found defers', async () => {
    assert.equal(await named('pkix', 'mx.bogus.test'), 'defer');
    assert.equal(await named('pkix', 'nowhere.test'), 'not-authenticated');
  });
});

test('an old list that fits no server is fetched again before anybody waits', async () => {
  servePolicy('moved.test', 'enforce', 'mx.moved.test');
  assert.equal(await summary('moved.test', 'opportunistic'), 'mx.moved.test pkix mx.moved.test');
});

test('an enforced policy stands while its server is gone', async () => {
  policies.serve('sts.test', null);
  assert.equal(await summary('sts.test', 'opportunistic'), 'mx.sts.test pkix mx.sts.test');
});
