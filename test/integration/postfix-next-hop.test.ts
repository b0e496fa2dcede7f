/** A real Postfix as the next hop: what it refuses, puts off, limits, and bounces when it has long said 250. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startPostfix, type Postfix } from '#test/peers/postfix.ts';
import { startPostfixPolicy } from '#test/peers/postfix-policy.ts';
import { startSmtpSink, unstuffed, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { startWireTap, type WireTap } from '#test/peers/wire-tap.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { mailOf } from '#test/support/submit.ts';

const BOUNCE_DOMAIN = 'secure.hospital.test';
const SIZE_LIMIT = 100_000;
/** What Postfix says to RCPT; an address that is not here is taken. */
const policy = new Map([
  ['gone@outside.example', '550 5.1.1 No such user here'],
  ['grey@outside.example', '450 4.2.0 Greylisted, try again in a minute'],
  ['maybe@outside.example', 'DEFER_IF_PERMIT 4.7.1 Come back later'],
]);

describe('Postfix as next hop', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock(Date.now());
  let postfix: Postfix;
  let farAway: SmtpSink;
  let world: GatewayWithSinks;
  let pretender: WireTap;
  const authority = new CertificateAuthority();
  before(async () => {
    farAway = await startSmtpSink({
      behaviour: {
        answer: ({ verb, line }) =>
          verb === 'RCPT' && line.includes('late@') ? '550 5.1.1 <late@outside.example>: no such user' : null,
      },
    });
    cleanUp.after(() => farAway.stop());
    const returns = await startWireTap(() => world.gateway.gateway.returnsPort ?? 0);
    cleanUp.after(() => returns.stop());
    pretender = await startWireTap(() => postfix.smtpPort);
    cleanUp.after(() => pretender.stop());
    const policyServer = await startPostfixPolicy((recipient) => policy.get(recipient) ?? 'DUNNO');
    cleanUp.after(() => policyServer.stop());
    const certificate = authority.issue({ subjectAltName: 'IP:127.0.0.1' });
    postfix = await startPostfix({
      files: {
        'cert.pem': certificate.cert,
        'key.pem': certificate.key,
        transport: `${BOUNCE_DOMAIN} smtp:[127.0.0.1]:${returns.port}\nnull-mx.example error:5.1.10 Domain does not accept mail (nullMX)\n`,
      },
      main: {
        relayhost: `[127.0.0.1]:${farAway.port}`,
        message_size_limit: String(SIZE_LIMIT),
        transport_maps: 'texthash:$config_directory/transport',
        smtpd_recipient_restrictions: `check_policy_service inet:127.0.0.1:${policyServer.port}, permit_mynetworks, reject`,
        smtpd_tls_security_level: 'may',
        smtpd_tls_cert_file: '$config_directory/cert.pem',
        smtpd_tls_key_file: '$config_directory/key.pem',
        smtpd_tls_loglevel: '1',
      },
    });
    cleanUp.after(() => postfix.stop());
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-anchors-'));
    cleanUp.after(() => rm(folder, { recursive: true, force: true }));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, authority.cert);
    world = await startGatewayWithSinks(cleanUp, {
      clock,
      nextHop: `smtp://127.0.0.1:${postfix.smtpPort}`,
      toml: {
        delivery: `caFile = "${caFile}"\nbounceDomain = "${BOUNCE_DOMAIN}"`,
        returns: 'listen = "127.0.0.1:0"',
        '[partners]': `domain = "partner.example"
tls = "pkix"
nextHop = "smtp://127.0.0.1:${postfix.smtpPort}"
[[partners]]
domain = "pretender.example"
tls = "pkix"
nextHop = "smtp://127.0.0.1:${pretender.port}"`,
      },
    });
  });
  after(cleanUp.run);

  const stateOf = (address: string): unknown =>
    world.rows('select state from recipients where address = ?', address)[0]?.['state'];
  const deliveriesTo = (address: string): Record<string, unknown>[] =>
    world.rows('select state, attempts, lastReply, tlsFacts from deliveries where recipient = ?', address);
  const toldAnnOf = (address: string) =>
    world.at('inside', ({ kind, text }) => kind === 'bounce' && text.includes(address));

  async function passMinute(): Promise<void> {
    clock.advance(MINUTE_MS);
    await world.accept({ recipients: ['clock@hospital.test'], reversePath: '' });
  }

  it('takes plain mail over TLS, and what it hands on ends in what was submitted, octet for octet', async () => {
    const mail = Buffer.from(mailOf({ text: '.\r\n..\r\nångström\r\n\r\n' }));
    await world.accept({ recipients: ['jane@outside.example'], mail, mailParameters: 'BODY=8BITMIME' });
    const mails = await eventually('arrived', () => {
      const fitting = farAway.mails.filter(({ recipients }) => recipients.includes('jane@outside.example'));
      return fitting.length > 0 && fitting;
    });
    assert.ok(
      unstuffed(mails[0]?.bytes ?? Buffer.alloc(0))
        .subarray(-mail.length)
        .equals(mail),
    );
    await world.settled();
    const facts = JSON.parse(String(deliveriesTo('jane@outside.example')[0]?.['tlsFacts']));
    assert.equal(facts.version, 'TLSv1.3');
    assert.equal(facts.verified, false, 'opportunistic');
  });

  it('R17: one mail, four fates: taken, refused, greylisted, put off; one bounce, of the refused one', async () => {
    const names = ['joe', 'gone', 'grey', 'maybe'].map((name) => `${name}@outside.example`);
    await world.accept({ recipients: names, text: 'one of four' });
    await eventually('a first attempt for all', () =>
      names.every((name) => Number(deliveriesTo(name)[0]?.['attempts']) > 0),
    );
    await eventually('told', () => toldAnnOf('gone@outside.example').length > 0);
    assert.deepEqual(
      names.map((name) => deliveriesTo(name)[0]?.['state']),
      ['handed-over', 'failed', 'queued', 'queued'],
    );
    assert.match(String(deliveriesTo('grey@outside.example')[0]?.['lastReply']), /Greylisted/u);
    assert.match(String(deliveriesTo('maybe@outside.example')[0]?.['lastReply']), /^450 4\.7\.1 /u);
    for (const name of names.slice(2)) policy.delete(name);
    await passMinute();
    await eventually('taken now', () =>
      names.slice(2).every((name) => deliveriesTo(name)[0]?.['state'] === 'handed-over'),
    );
    await eventually('each arrived once', () => {
      const arrived = farAway.mails.filter(({ bytes }) => bytes.includes('one of four'));
      const to = arrived.flatMap(({ recipients }) => recipients).toSorted();
      assert.ok(to.length <= 3, to.join());
      return to.join() === 'grey@outside.example,joe@outside.example,maybe@outside.example';
    });
    assert.equal(toldAnnOf('gone@outside.example').length, 1);
    const [told] = toldAnnOf('gone@outside.example');
    const reported = told?.text.match(/^Final-Recipient: .+$/gmu);
    assert.deepEqual(reported, ['Final-Recipient: rfc822; gone@outside.example']);
  });

  it('its size limit: bounced at once without sending the content; protected, the same mail goes', async () => {
    const text = `${'0123456789 '.repeat(6)}\r\n`.repeat(2_500);
    await world.accept({ recipients: ['big@outside.example'], text });
    await eventually('told', () => toldAnnOf('big@outside.example').length > 0);
    assert.match(String(deliveriesTo('big@outside.example')[0]?.['lastReply']), /5\.3\.4/u);
    await world.accept({ recipients: ['large@outside.example'], subject: 'send secure', text });
    await eventually('notified', () => stateOf('large@outside.example') === 'notified');
  });

  for (const [what, address, words] of [
    ['that the next server refuses', 'late@outside.example', /no such user|does not exist/iu],
    ['to a domain that takes no mail', 'any@null-mx.example', /does not accept mail|takes no mail/iu],
  ] as const)
    it(`a notice ${what}: Postfix's later bounce comes back, the recipient is failed, the author told`, async () => {
      await world.accept({ recipients: [address], subject: 'send secure: results', text: 'CANARY-late' });
      await eventually('failed', () => stateOf(address) === 'failed', 20_000);
      await eventually('told', () => toldAnnOf(address).length > 0);
      const [told] = toldAnnOf(address);
      assert.equal(told?.to, 'ann.lee@hospital.test');
      assert.match(told.text, words);
      assert.ok(!told.text.includes('CANARY-late'));
      await eventually('Postfix has nothing left', async () => (await postfix.queued()).length === 0);
      assert.equal(toldAnnOf(address).length, 1);
    });

  it('a partner: what carries the code goes as it is over the verified connection', async () => {
    await world.accept({
      recipients: ['team@partner.example'],
      subject: 'send secure',
      text: 'CANARY-partner',
    });
    await eventually('arrived', () => farAway.mails.some(({ bytes }) => bytes.includes('CANARY-partner')));
    const taken = () => deliveriesTo('team@partner.example').find(({ state }) => state === 'handed-over');
    const { tlsFacts } = await eventually('recorded', taken);
    const facts = JSON.parse(String(tlsFacts));
    assert.equal(facts.verified, true);
    assert.match(await postfix.log(), /TLS connection established from .*: TLSv1\.3 with cipher TLS_/u);
  });

  it('a partner whose certificate has another name: Postfix hears no MAIL, the mail waits and says why', async () => {
    const other = authority.issue({ subjectAltName: 'DNS:mx.pretender.example' });
    await postfix.reconfigure({ files: { 'cert.pem': other.cert, 'key.pem': other.key } });
    const [address, text] = ['team@pretender.example', 'CANARY-pretender'];
    await world.accept({ recipients: [address], subject: 'send secure', text });
    await eventually('tried', () => Number(deliveriesTo(address)[0]?.['attempts']) > 0);
    assert.match(String(deliveriesTo(address)[0]?.['lastReply']), /does not match certificate's altnames/u);
    assert.ok(pretender.connections.some(({ fromClient }) => fromClient.includes('STARTTLS')));
    assert.ok(
      !pretender.connections.some(({ fromClient }) =>
        /MAIL FROM|CANARY/u.test(fromClient.toString('latin1')),
      ),
    );
    assert.ok(!(await postfix.log()).includes(address));
    assert.ok(!farAway.mails.some(({ bytes }) => bytes.includes(text)));
  });
});
