/** `nextHop = "mx"`: whole gateways, a DNS tree of their own, and servers on addresses of loopback. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';

import { NetworkList } from '#src/base/network-list.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { startTestDns, type TestDns } from '#test/peers/dns.ts';
import { startSmtpSink, type SinkBehaviour, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const certificate = makeCertificate({ subject: 'mx', subjectAltName: 'DNS:mx.any.test' });
const digest = createHash('sha256').update(certificate.publicKeyInfo).digest('hex');
const cleanUp = new CleanUpLater();
let port: number;
let dns: TestDns;
let world: GatewayWithSinks;
const sinks = new Map<string, SmtpSink>();

const SINKS: Readonly<Record<string, SinkBehaviour>> = {
  '127.0.0.11': {},
  '127.0.0.12': {},
  // Speaks, and takes nothing today.
  '127.0.0.13': { answer: ({ verb }) => (verb === 'connect' ? '421 4.3.2 not today' : null) },
  '127.0.0.14': { tls: certificate },
  // Offers STARTTLS and can't do it.
  '127.0.0.15': {
    tls: certificate,
    answer: ({ verb }) => (verb === 'STARTTLS' ? '454 4.7.0 TLS not available' : null),
  },
};

before(async () => {
  port = await freePort();
  for (const [address, behaviour] of Object.entries(SINKS)) {
    const sink = await startSmtpSink({ behaviour, address, port });
    sinks.set(address, sink);
    cleanUp.after(() => sink.stop());
  }
  const dane = (hash: string) => ['@ MX 10 mx', 'mx A 127.0.0.14', `_${port}._tcp.mx TLSA 3 1 1 ${hash}`];
  dns = await startTestDns({
    'plain.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.11'] },
    'second.test': { records: ['@ MX 10 dead', '@ MX 20 mx', 'dead A 127.0.0.99', 'mx A 127.0.0.12'] },
    'sick.test': { records: ['@ MX 10 a', '@ MX 20 b', 'a A 127.0.0.13', 'b A 127.0.0.12'] },
    'nomx.test': { records: ['@ A 127.0.0.11'] },
    'six.test': { records: ['@ MX 10 mx', 'mx AAAA 2001:db8::1', 'mx A 127.0.0.11'] },
    'null.test': { records: ['@ MX 0 .', '@ A 127.0.0.11'] },
    'backup.test': { records: ['@ MX 10 mx', '@ MX 20 gateway.hospital.test.', 'mx A 127.0.0.11'] },
    'loop.test': { records: ['@ MX 10 gateway.hospital.test.', '@ MX 20 mx', 'mx A 127.0.0.11'] },
    'nat.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.77'] },
    'bogus.test': { state: 'bogus', records: ['@ MX 10 mx', 'mx A 127.0.0.11'] },
    'dane.test': { records: dane(digest) },
    'wrong.test': { records: dane('00'.repeat(32)) },
    'tls.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.14'] },
    'halftls.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.15'] },
    'gateway.hospital.test': { records: ['@ A 127.0.0.11'] },
  });
  cleanUp.after(() => dns.stop());
  world = await startGatewayWithSinks(cleanUp, {
    nextHop: 'mx',
    network: { port, refused: new NetworkList([]) },
    toml: {
      smtp: 'hostname = "Gateway.hospital.test"',
      delivery: `resolvers = ["${dns.resolver.address}:${dns.resolver.port}"]\nownAddresses = ["127.0.0.77"]`,
    },
  });
});

after(cleanUp.run);

interface Row {
  readonly state: string;
  readonly lastReply: string;
  readonly lastEnhancedStatus: string | null;
  readonly tlsFacts: string | null;
}

/** Sends one mail and waits until its first attempt is recorded. */
async function attempted(recipient: string, subject = 'lunch'): Promise<Row> {
  const id = await world.accept({ recipients: [recipient], subject });
  return eventually(
    'an attempt',
    () => {
      const [row] = world.rows('select * from deliveries where messageId = ? and attempts > 0', id);
      return row === undefined ? false : (row as unknown as Row);
    },
    20_000,
  );
}

function arrivedAt(address: string, recipient: string): number {
  const mails = sinks.get(address)?.mails ?? [];
  return mails.filter(({ recipients }) => recipients.includes(recipient)).length;
}

suite('servers of a domain', () => {
  for (const [what, recipient, address] of [
    ['the best one', 'a@plain.test', '127.0.0.11'],
    ['the next one where nobody listens', 'a@second.test', '127.0.0.12'],
    ['the next one where a server has no time', 'a@sick.test', '127.0.0.12'],
    ['the domain itself without MX', 'a@nomx.test', '127.0.0.11'],
    ['IPv4 where IPv6 leads nowhere', 'a@six.test', '127.0.0.11'],
    ['the better one where we are the backup', 'a@backup.test', '127.0.0.11'],
    ['an address literal', 'a@[127.0.0.12]', '127.0.0.12'],
  ] as const) {
    test(`takes ${what}`, async () => {
      const row = await attempted(recipient);
      assert.equal(row.state, 'handed-over', row.lastReply);
      assert.equal(arrivedAt(address, recipient), 1);
    });
  }

  for (const [what, recipient, status, words] of [
    ['a null MX', 'a@null.test', '5.1.10', /takes no mail \(null MX\)/u],
    ['no such domain', 'a@nowhere.test', '5.1.2', /does not exist/u],
    ['a loop to ourselves by name', 'a@loop.test', '5.4.6', /names this gateway/u],
    ['a loop to ourselves by address', 'a@nat.test', '5.4.6', /names this gateway/u],
    ['our own address as a literal', 'a@[127.0.0.77]', '5.4.6', /names this gateway/u],
  ] as const) {
    test(`${what} comes back at once, in words`, async () => {
      const before = world.at('inside').length;
      const row = await attempted(recipient);
      assert.equal(row.state, 'failed');
      assert.equal(row.lastEnhancedStatus, status);
      assert.match(row.lastReply, words);
      await world.waitFor('inside', ({ kind, text }) => kind === 'bounce' && text.includes(recipient));
      assert.ok(world.at('inside').length > before);
      assert.equal([...sinks.keys()].filter((address) => arrivedAt(address, recipient) > 0).length, 0);
    });
  }

  test('a forged or broken answer waits', async () => {
    const row = await attempted('a@bogus.test');
    assert.equal(row.state, 'queued');
    assert.match(row.lastReply, /SERVFAIL/u);
  });
});

suite('what a channel must be', () => {
  test('DANE that is published is honoured, and recorded', async () => {
    const row = await attempted('a@dane.test');
    assert.equal(row.state, 'handed-over', row.lastReply);
    const facts = JSON.parse(row.tlsFacts ?? '{}') as Record<string, unknown>;
    assert.equal(facts['verified'], true);
    assert.equal(facts['verifiedBy'], 'dane');
    assert.match(String(facts['fingerprint256']), /^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/u);
    assert.match(String(facts['version']), /^TLSv1\.[23]$/u);
  });

  test('a server that does not fit its TLSA records hears no MAIL, and nothing goes in clear', async () => {
    const row = await attempted('a@wrong.test');
    assert.equal(row.state, 'queued');
    assert.match(row.lastReply, /TLSA/u);
    assert.equal(arrivedAt('127.0.0.14', 'a@wrong.test'), 0);
  });

  test('TLS that nobody can check is used, and not called verified', async () => {
    const row = await attempted('a@tls.test');
    const facts = JSON.parse(row.tlsFacts ?? '{}') as Record<string, unknown>;
    assert.equal(facts['verified'], false);
    assert.equal(facts['verifiedBy'], null);
  });

  test('where nothing is published, a mail that needs no protection goes although TLS fails', async () => {
    const row = await attempted('a@halftls.test');
    assert.equal(row.state, 'handed-over', row.lastReply);
    assert.equal(row.tlsFacts, null);
  });
});
