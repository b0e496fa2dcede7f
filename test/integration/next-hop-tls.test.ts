/** What a smarthost is shown and must prove: our certificate, REQUIRETLS for mail that must be protected (RFC 8689). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { after, before, suite, test, type TestContext } from 'node:test';

import { errorCode } from '#src/base/coded-error.ts';
import { CertificateAuthority, type Certificate } from '#test/peers/certificates.ts';
import type { SinkBehaviour } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { mailOf, submit } from '#test/support/submit.ts';

const SECRET = 'CANARY-for-the-partner';
const WITH_REQUIRETLS = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'REQUIRETLS'];
const authority = new CertificateAuthority();
const relay = authority.issue({ subjectAltName: 'IP:127.0.0.1' });
const ours = authority.issue({ subjectAltName: 'DNS:gateway.hospital.test' });
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sendsecure-next-hop-'));
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  writePair('ours', ours);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function writePair(name: string, { cert, key }: Certificate): void {
  writeFileSync(join(folder, `${name}.pem`), cert);
  writeFileSync(join(folder, `${name}.key`), key);
}

function start(t: TestContext, delivery: string, outside: SinkBehaviour): Promise<GatewayWithSinks> {
  return startGatewayWithSinks(t, {
    outside,
    toml: {
      delivery: `caFile = "${folder}/ca.pem"\n${delivery}`,
      '[partners]': 'domain = "partner.test"\ntls = "pkix"',
    },
  });
}

/** The first attempt at the only mail to this address. */
async function attempted(world: GatewayWithSinks, recipient: string): Promise<Record<string, unknown>> {
  await world.accept({ recipients: [recipient], text: SECRET });
  return eventually('an attempt', () => {
    const [row] = world.rows('select * from deliveries where recipient = ? and attempts > 0', recipient);
    return row ?? false;
  });
}

suite('a client certificate', () => {
  const delivery = (name: string) =>
    `clientCertificate = { cert = "${folder}/${name}.pem", key = "${folder}/${name}.key" }`;
  const asks = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };

  test('is shown to a smarthost that asks for one, over verified TLS', async (t) => {
    const world = await start(t, delivery('ours'), { tls: { ...relay, ...asks } });
    const row = await attempted(world, 'jane@outside.test');
    assert.equal(row['state'], 'handed-over', String(row['lastReply']));
    const facts = JSON.parse(String(row['tlsFacts'])) as Record<string, unknown>;
    assert.equal(facts['verifiedBy'], 'pkix-pinned');
    assert.equal(world.outside.mails[0]?.tls, true);
  });

  test('is not shown to a server that can not prove who it is: nothing is sent', async (t) => {
    const other = new CertificateAuthority('Another CA').issue({ subjectAltName: 'IP:127.0.0.1' });
    const world = await start(t, delivery('ours'), { tls: { ...other, ...asks } });
    const row = await attempted(world, 'jane@outside.test');
    assert.equal(row['state'], 'queued');
    assert.deepEqual(
      world.outside.commands.filter((line) => line.startsWith('MAIL')),
      [],
    );
  });

  test('that does not fit its key stops the start', async (t) => {
    writePair('mixed', { cert: ours.cert, key: relay.key });
    await assert.rejects(
      start(t, delivery('mixed'), {}),
      (error) => errorCode(error) === 'client-certificate',
    );
  });
});

suite('mail that must be protected, through the next hop', () => {
  const through = 'partnersThroughNextHop = true\npartnerFallbackMinutes = 0';

  test('goes over verified TLS with REQUIRETLS', async (t) => {
    const world = await start(t, through, { tls: relay, extensions: WITH_REQUIRETLS });
    const row = await attempted(world, 'team@partner.test');
    assert.equal(row['state'], 'handed-over', String(row['lastReply']));
    const [mail] = world.outside.mails;
    assert.equal(mail?.tls, true);
    assert.match(mail?.mailCommand ?? '', / REQUIRETLS(?: |$)/u);
  });

  for (const [what, behaviour] of [
    ['does not offer REQUIRETLS', { tls: relay }],
    ['offers it without TLS', { extensions: WITH_REQUIRETLS }],
    [
      'refuses it',
      {
        tls: relay,
        extensions: WITH_REQUIRETLS,
        answer: ({ line }: { line: string }) =>
          line.includes('REQUIRETLS') ? '550 5.7.30 REQUIRETLS support required' : null,
      },
    ],
    [
      'can not prove who it is',
      {
        tls: new CertificateAuthority('Another CA').issue({ subjectAltName: 'IP:127.0.0.1' }),
        extensions: WITH_REQUIRETLS,
      },
    ],
  ] as const) {
    test(`becomes a secure message where the next hop ${what}`, async (t) => {
      const world = await start(t, through, behaviour);
      await world.accept({ recipients: ['team@partner.test'], text: SECRET });
      await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === 'team@partner.test');
      assert.ok(world.outside.mails.every(({ bytes }) => !bytes.includes(SECRET)));
    });
  }

  test('never takes it where that was not allowed', async (t) => {
    const behaviour = { tls: relay, extensions: WITH_REQUIRETLS };
    const world = await start(t, 'partnerFallbackMinutes = 0', behaviour);
    await world.accept({ recipients: ['team@partner.test'], text: SECRET });
    await eventually(
      'an attempt',
      () => world.rows('select id from deliveries where attempts > 0').length > 0,
    );
    assert.ok(world.outside.mails.every(({ bytes }) => !bytes.includes(SECRET)));
  });
});

suite('a submitter that asks for REQUIRETLS itself (RFC 8689)', () => {
  const SUBMITTED = { from: 'ann.lee@hospital.test', to: 'jane@outside.test', text: SECRET };

  /** Submits over TLS, from a sending server to the next hop behind us. */
  async function submitted(t: TestContext, outside: SinkBehaviour): Promise<GatewayWithSinks> {
    writePair('gateway', ours);
    const tlsPort = await freePort();
    const world = await startGatewayWithSinks(t, {
      outside,
      toml: {
        delivery: `caFile = "${folder}/ca.pem"`,
        smtp: `listenTls = "127.0.0.1:${tlsPort}"\ntls = { cert = "${folder}/gateway.pem", key = "${folder}/gateway.key" }`,
      },
    });
    const socket = connect({
      port: tlsPort,
      host: '127.0.0.1',
      ca: authority.cert,
      servername: 'gateway.hospital.test',
    });
    const { final } = await submit({
      port: tlsPort,
      socket,
      from: SUBMITTED.from,
      to: [SUBMITTED.to],
      mailParameters: 'REQUIRETLS',
      mail: mailOf(SUBMITTED),
    });
    assert.match(final, /^250 /u);
    return world;
  }

  test('gets it from us to the next hop, over verified TLS', async (t) => {
    const world = await submitted(t, { tls: relay, extensions: WITH_REQUIRETLS });
    await world.waitFor('outside', ({ to }) => to === SUBMITTED.to);
    const [mail] = world.outside.mails;
    assert.equal(mail?.tls, true);
    assert.match(mail?.mailCommand ?? '', / REQUIRETLS(?: |$)/u);
  });

  test('gets the mail back where the next hop does not offer it, and nothing was sent', async (t) => {
    const world = await submitted(t, { tls: relay });
    const [report] = await world.waitFor('inside', ({ subject }) => subject.startsWith('Not delivered'));
    assert.match(String(report?.bytes), /^Status: 5\.7\.30/mu);
    assert.deepEqual(world.outside.mails, []);
  });

  test('waits while the next hop can not prove who it is', async (t) => {
    const other = new CertificateAuthority('Another CA').issue({ subjectAltName: 'IP:127.0.0.1' });
    const world = await submitted(t, { tls: other, extensions: WITH_REQUIRETLS });
    await eventually(
      'an attempt',
      () => world.rows("select id from deliveries where attempts > 0 and state = 'queued'").length > 0,
    );
    assert.deepEqual(
      world.outside.commands.filter((line) => line.startsWith('MAIL')),
      [],
    );
  });
});
