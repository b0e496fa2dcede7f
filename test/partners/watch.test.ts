/** The watch over real DNS, real policies over HTTPS and real servers with certificates (R24). */
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { noteAgreement } from '#src/partners/agreements.ts';
import { directoryEntries } from '#src/partners/directory.ts';
import type { Partner } from '#src/partners/managed-partner.ts';
import { PartnerWatch } from '#src/partners/partner-watch.ts';
import type { ProbeTools } from '#src/partners/probe.ts';
import type { PartnerWarning } from '#src/partners/warnings.ts';
import { insertDeliveries } from '#src/queue/new-delivery.ts';
import { createDnsClient } from '#src/routing/dns-client.ts';
import { memoryMtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaStsSource } from '#src/routing/mta-sts-source.ts';
import { createMtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import { probeHop } from '#src/smtp/client/probe.ts';
import { statement } from '#src/storage/database.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { startTestDns, type TestDns } from '#test/peers/dns.ts';
import { startPolicyServer, type PolicyServer } from '#test/peers/policy-server.ts';
import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { messageRow } from '#test/storage/rows.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { testKeys } from './partner-list-suite.ts';

const root = makeCertificate({ subject: 'Root', ca: true });
const server = makeCertificate({
  subject: 'server',
  issuer: root,
  subjectAltName: 'DNS:mx.named.test,DNS:mx.sts.test,DNS:mx.busy.test',
});
const pin = createHash('sha256').update(server.publicKeyInfo).digest('hex');
const expiresAt = new X509Certificate(server.cert).validToDate.getTime();

let sink: SmtpSink;
let dns: TestDns;
let policies: PolicyServer;

before(async () => {
  sink = await startSmtpSink({ behaviour: { tls: { cert: server.cert + root.cert, key: server.key } } });
  policies = await startPolicyServer();
  const here = ['@ MX 10 mx', 'mx A 127.0.0.1'];
  const policy = ['_mta-sts TXT "v=STSv1; id=7;"', `mta-sts A ${policies.address}`];
  const tlsa = (hash: string) => `_${sink.port}._tcp.mx TLSA 3 1 1 ${hash}`;
  dns = await startTestDns({
    'pinned.test': { records: [...here, tlsa(pin)] },
    'wrong.test': { records: [...here, tlsa('00'.repeat(32))] },
    'named.test': { records: here },
    'two.test': { records: [...here, tlsa(pin), '@ MX 20 old', 'old A 127.0.0.9'] },
    'away.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.9', tlsa(pin)] },
    'sts.test': { state: 'unsigned', records: [...here, ...policy] },
    'busy.test': { state: 'unsigned', records: [...here, ...policy] },
    'plain.test': { state: 'unsigned', records: here },
  });
  for (const domain of ['sts.test', 'busy.test'])
    policies.serve(domain, {
      body: `version: STSv1\r\nmode: enforce\r\nmx: mx.${domain}\r\nmax_age: 604800\r\n`,
    });
});

after(async () => {
  await dns.stop();
  await policies.stop();
  await sink.stop();
});

suite('the watch', () => {
  let fixture: TestDatabase;
  let clock: FakeClock;
  let told: PartnerWarning[][];
  let partners: readonly Partner[];
  let watch: PartnerWatch;

  beforeEach(async () => {
    fixture = await openTestDatabase();
    clock = new FakeClock(Date.now());
    told = [];
    partners = [];
    watch = newWatch();
  });
  afterEach(() => fixture.dispose());

  function newWatch(): PartnerWatch {
    const { database } = fixture;
    const tools = probeTools();
    return new PartnerWatch({
      database,
      audit: new AuditLog({ database, clock }),
      clock,
      log: silentLog,
      entries: () => directoryEntries(partners, { partners: new Map(), refused: new Set() }),
      isInternal: (domain) => domain === 'hospital.test',
      probeTools: () => tools,
      probeHours: () => 24,
      tell: (warnings) => {
        told.push([...warnings]);
        return Promise.resolve(null);
      },
      onQueued: () => {},
    });
  }

  function probeTools(): ProbeTools {
    const client = createDnsClient({ resolvers: [dns.resolver] });
    const refused = new NetworkList([]);
    const source = createMtaStsSource({ dns: client, refused });
    const mtaSts = createMtaSts({ source, cache: memoryMtaStsCache(), clock, log: silentLog });
    return {
      routing: createRouting({ dns: client, mtaSts, port: sink.port, refused }),
      mtaSts,
      ca: [root.cert],
      clock,
      probeHop: (hop) => probeHop(hop, 'gateway.test'),
    };
  }

  function partner(domain: string, tls: Partner['tls']): Partner {
    return { domain, tls, nextHop: null };
  }

  async function channel(domain: string) {
    const row = await fixture.database.query
      .selectFrom('domain_channels')
      .selectAll()
      .where('domain', '=', domain)
      .executeTakeFirst();
    assert.ok(row, `${domain} was not probed`);
    return row;
  }

  async function audited(event: string): Promise<number> {
    const rows = await fixture.database.query
      .selectFrom('audit_entries')
      .select('id')
      .where('event', '=', event)
      .execute();
    return rows.length;
  }

  const kinds = (): string[][] => told.map((mail) => mail.map(({ domain, kind }) => `${domain} ${kind}`));

  test('each way to verify is found, with its certificate and policy; no server hears of a mail', async () => {
    partners = [
      partner('pinned.test', 'dane'),
      partner('named.test', 'pkix'),
      partner('sts.test', 'mta-sts'),
    ];
    await watch.turn();
    const pinned = await channel('pinned.test');
    assert.deepEqual(
      [pinned.outcome, pinned.how, pinned.certificateExpiresAt, pinned.why],
      ['verified', 'DANE', null, null],
      'no date counts where the key is pinned',
    );
    const named = await channel('named.test');
    assert.deepEqual(
      [named.outcome, named.how, named.certificateExpiresAt],
      ['verified', 'name proven by DNSSEC', expiresAt],
    );
    const sts = await channel('sts.test');
    assert.deepEqual([sts.outcome, sts.how, sts.policyId], ['verified', 'MTA-STS (enforce)', '7']);
    assert.match(sts.servers ?? '', /TLSv1\.3/u);
    assert.deepEqual(kinds(), []);
    assert.ok(sink.commands.some((line) => line.startsWith('STARTTLS')));
    assert.ok(sink.commands.every((line) => /^(?:EHLO|STARTTLS|QUIT)/iu.test(line)));
  });

  test('a server that can not prove who it is is told of once', async () => {
    partners = [partner('wrong.test', 'dane')];
    await watch.turn();
    assert.deepEqual(kinds(), [['wrong.test route-broken']]);
    assert.match(told[0]?.[0]?.why ?? '', /mx\.wrong\.test:\d+: TLS: .*TLSA/u);
    clock.advance(25 * HOUR_MS);
    await watch.turn();
    assert.equal(told.length, 1);
    assert.equal(await audited('partner-warning'), 1);
  });

  test('a warning goes when its cause is gone', async () => {
    partners = [partner('sts.test', 'dane')];
    await watch.turn();
    assert.deepEqual(kinds(), [['sts.test route-broken']]);
    partners = [partner('sts.test', 'mta-sts')];
    clock.advance(25 * HOUR_MS);
    await watch.turn();
    const standing = await fixture.database.query.selectFrom('partner_warnings').selectAll().execute();
    assert.deepEqual(standing, []);
    assert.equal(await audited('partner-warning-over'), 1);
  });

  test('one server of two that does not answer is told of, and the route is not broken', async () => {
    partners = [partner('two.test', 'dane')];
    await watch.turn();
    assert.equal((await channel('two.test')).outcome, 'verified');
    assert.deepEqual(kinds(), [['two.test server-not-verified']]);
  });

  test('a server that does not answer once is no warning, twice is', async () => {
    partners = [partner('away.test', 'dane')];
    await watch.turn();
    assert.equal((await channel('away.test')).outcome, 'unreachable');
    assert.deepEqual(kinds(), []);
    clock.advance(25 * HOUR_MS);
    await watch.turn();
    assert.deepEqual(kinds(), [['away.test route-broken']]);
  });

  test('a certificate that ends is told of three weeks before, a week before, and not in between', async () => {
    partners = [partner('named.test', 'pkix')];
    const at = async (daysBefore: number): Promise<string[]> => {
      clock.advance(expiresAt - daysBefore * DAY_MS - clock.now());
      told = [];
      await watch.turn();
      return kinds().flat();
    };
    assert.deepEqual(await at(30), []);
    assert.deepEqual(await at(20), ['named.test certificate-expires']);
    assert.deepEqual(await at(10), []);
    assert.deepEqual(await at(6), ['named.test certificate-expires']);
    assert.equal(await audited('partner-warning'), 2);
  });

  test('a domain is not probed again before its time', async () => {
    partners = [partner('pinned.test', 'dane')];
    await watch.turn();
    const { probedAt } = await channel('pinned.test');
    clock.advance(12 * HOUR_MS);
    await watch.turn();
    assert.equal((await channel('pinned.test')).probedAt, probedAt);
    clock.advance(12 * HOUR_MS);
    await watch.turn();
    assert.notEqual((await channel('pinned.test')).probedAt, probedAt);
  });

  test('domains outside that much mail goes to are suggested where they verify, partners are not', async () => {
    partners = [partner('pinned.test', 'dane')];
    const { database } = fixture;
    await database.commit([statement(database.query.insertInto('messages').values(messageRow('M')))]);
    const mail = (domain: string, more: object = {}) => ({
      messageId: 'M',
      recipientId: null,
      kind: 'relay' as const,
      reversePath: 'ann@hospital.test',
      recipient: `x@${domain}`,
      domain,
      route: 'outside' as const,
      range: null,
      ...more,
    });
    const old = new FakeClock(clock.now() - 31 * DAY_MS);
    await database.commit([
      ...insertDeliveries(database.query, testKeys, old, [mail('old.test')]),
      ...insertDeliveries(database.query, testKeys, clock, [
        mail('plain.test'),
        mail('busy.test'),
        mail('busy.test'),
        mail('pinned.test'),
        mail('hospital.test', { route: 'internal' }),
        mail('told.test', { kind: 'secured' }),
      ]),
    ]);
    clock.advance(1_000);
    await watch.turn();
    const rows = await database.query
      .selectFrom('partner_suggestions')
      .leftJoin('domain_channels', 'domain_channels.domain', 'partner_suggestions.domain')
      .select(['partner_suggestions.domain', 'mails', 'outcome', 'how'])
      .orderBy('mails', 'desc')
      .execute();
    assert.deepEqual(
      rows.map(({ domain, mails, outcome, how }) => [domain, mails, outcome, how]),
      [
        ['busy.test', 2, 'verified', 'MTA-STS (enforce)'],
        ['plain.test', 1, 'not-verified', null],
      ],
    );
    assert.deepEqual(kinds(), [], 'nobody is warned of a domain that is no partner');
  });

  test('an agreement is told of 60, 30 and 7 days before its end, at its end and after', async () => {
    const { database } = fixture;
    partners = [partner('pinned.test', 'dane')];
    const end = new Date(clock.now() + 100 * DAY_MS).toISOString().slice(0, 10);
    const note = {
      domain: 'pinned.test',
      status: 'signed',
      signedOn: null,
      expiresOn: end,
      keptAt: 'folder 12',
    } as const;
    await database.commit(
      noteAgreement(note, 'Ann', { database, audit: new AuditLog({ database, clock }), clock }),
    );
    const endMs = Date.parse(`${end}T00:00:00Z`) + DAY_MS;
    const days: number[] = [];
    for (let day = 99; day >= -65; day--) {
      clock.advance(endMs - day * DAY_MS - clock.now());
      told = [];
      await watch.lookAtAgreements();
      if (told.length > 0) days.push(day);
    }
    assert.deepEqual(days, [60, 30, 7, 0, -30, -60]);
  });
});
