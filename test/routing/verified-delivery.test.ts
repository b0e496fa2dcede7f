/**
 * S45, S47 from the DNS to the wire: what the plan demands is what the SMTP client checks, and a server that can't
 * prove it hears no MAIL.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';

import { systemClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { createDnsClient } from '#src/routing/dns-client.ts';
import { memoryMtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import type { Routing } from '#src/routing/requirements.ts';
import type { TlsSetting } from '#src/routing/route-plan.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { startTestDns } from '#test/peers/dns.ts';
import type { TestDns } from '#test/peers/dns.ts';
import { mailOf, newPool } from '#test/peers/outgoing.ts';
import { plannedHops } from '#src/delivery/planned-hops.ts';
import { startSmtpSink } from '#test/peers/smtp-sink.ts';
import type { SmtpSink } from '#test/peers/smtp-sink.ts';

const root = makeCertificate({ subject: 'Root', ca: true });
// Out of date and of no name: a pinned key is enough.
const pinned = makeCertificate({ subject: 'pinned', issuer: root, expired: true });
const named = makeCertificate({
  subject: 'named',
  issuer: root,
  subjectAltName: 'DNS:mx.ta.test,DNS:mx.ca.test,DNS:mx.forged.test',
});

function digest(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

let withPinned: SmtpSink;
let withNamed: SmtpSink;
let dns: TestDns;

before(async () => {
  withPinned = await startSmtpSink({ behaviour: { tls: pinned } });
  withNamed = await startSmtpSink({ behaviour: { tls: { cert: named.cert + root.cert, key: named.key } } });
  const server = ['@ MX 10 mx', 'mx A 127.0.0.1'];
  const ee = (port: number, hash: string) => `_${port}._tcp.mx TLSA 3 1 1 ${hash}`;
  const ta = (port: number) => `_${port}._tcp.mx TLSA 2 0 1 ${digest(root.der)}`;
  dns = await startTestDns({
    'right.test': { records: [...server, ee(withPinned.port, digest(pinned.publicKeyInfo))] },
    'wrong.test': { records: [...server, ee(withPinned.port, '00'.repeat(32))] },
    'ta.test': { records: [...server, ta(withNamed.port)] },
    'othername.test': { records: [...server, ta(withNamed.port)] },
    'ca.test': { records: server },
    'forged.test': { state: 'unsigned', records: server },
  });
});

after(async () => {
  await dns.stop();
  await withPinned.stop();
  await withNamed.stop();
});

function routingTo(sink: SmtpSink): Routing {
  const client = createDnsClient({ resolvers: [dns.resolver] });
  const source = { currentId: () => Promise.resolve(null), fetch: () => Promise.reject(new Error('none')) };
  const mtaSts = createMtaSts({ source, cache: memoryMtaStsCache(), clock: systemClock, log: silentLog });
  return createRouting({ dns: client, mtaSts, port: sink.port, refused: new NetworkList([]) });
}

/** What came of one mail, and how many commands of a mail were heard. */
async function deliver(sink: SmtpSink, domain: string, kind: TlsSetting['kind']): Promise<string> {
  const plan = await routingTo(sink).planRoute(domain, { kind });
  const [hop] =
    plan.kind === 'hosts' ? plan.hosts.flatMap((host) => plannedHops(host, [root.cert], systemClock)) : [];
  assert.ok(hop, JSON.stringify(plan));
  const heard = () => sink.commands.filter((line) => line.startsWith('MAIL')).length;
  const before = heard();
  const pool = newPool();
  const outcome = await pool.transmit(hop, mailOf('x\r\n'));
  await pool.close();
  assert.equal(heard() - before, outcome.kind === 'accepted' ? 1 : 0);
  return outcome.kind === 'accepted'
    ? `accepted ${outcome.tls?.verified === true ? 'verified' : 'unverified'}`
    : `${outcome.kind} ${outcome.reply}`;
}

suite('DANE', () => {
  for (const setting of ['dane', 'opportunistic', 'authenticated'] as const) {
    test(`3 1 1 that fits (${setting})`, async () => {
      assert.equal(await deliver(withPinned, 'right.test', setting), 'accepted verified');
    });
    test(`3 1 1 that does not (${setting})`, async () => {
      assert.match(await deliver(withPinned, 'wrong.test', setting), /^deferred TLS: .*fits no TLSA record/u);
    });
    test(`2 0 1 with the right name (${setting})`, async () => {
      assert.equal(await deliver(withNamed, 'ta.test', setting), 'accepted verified');
    });
    test(`2 0 1 with another name (${setting})`, async () => {
      assert.match(
        await deliver(withNamed, 'othername.test', setting),
        /^deferred TLS: .*none of mx\.othername\.test/u,
      );
    });
  }
});

suite('names', () => {
  test('a name proven by DNSSEC is what the certificate must carry', async () => {
    assert.equal(await deliver(withNamed, 'ca.test', 'pkix'), 'accepted verified');
  });
  test('S45: a name from unprotected DNS is not, although the certificate carries it', async () => {
    assert.match(await deliver(withNamed, 'forged.test', 'pkix'), /^deferred TLS: /u);
    assert.equal(await deliver(withNamed, 'forged.test', 'opportunistic'), 'accepted unverified');
  });
});
