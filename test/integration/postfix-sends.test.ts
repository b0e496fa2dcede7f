/** A real Postfix as the organisation's mail server: what it sends us, and what is handed on of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startPostfix, type Postfix } from '#test/peers/postfix.ts';
import { unstuffed } from '#test/peers/smtp-sink.ts';
import { startWireTap, type WireTap } from '#test/peers/wire-tap.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const FROM_ANN = ['-f', 'ann.lee@hospital.test'];

/** As `sendmail` takes it: lines end in LF. */
function mailFromAnn(subject: string, body: string, fields: readonly string[] = []): string {
  return ['From: "Dr. Ann Lee" <ann.lee@hospital.test>', `Subject: ${subject}`, ...fields, '', body, ''].join(
    '\n',
  );
}

/** What was between DATA and the lone dot on the one connection whose mail has this subject. */
function contentOnWire(tap: WireTap, subject: string): Buffer {
  const wire = tap.connections.map(({ fromClient }) => fromClient).find((each) => each.includes(subject));
  assert.ok(wire !== undefined, subject);
  const start = wire.indexOf('DATA\r\n') + 'DATA\r\n'.length;
  return unstuffed(wire.subarray(start, wire.indexOf('\r\n.\r\n', start) + 2));
}

describe('Postfix as sender, in plaintext', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let tap: WireTap;
  let postfix: Postfix;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
    tap = await startWireTap(() => world.gateway.smtpPort);
    cleanUp.after(() => tap.stop());
    postfix = await startPostfix({ main: { relayhost: `[127.0.0.1]:${tap.port}` } });
    cleanUp.after(() => postfix.stop());
  });
  after(cleanUp.run);

  const BODIES: readonly (readonly [string, string])[] = [
    ['words', 'Hello Jane.'],
    ['dots', '.\n..\n.hidden\n...'],
    ['eight bits', 'Grüße — ångström\n\u{1F3E5}'],
    ['no line end', 'the last line'],
    ['empty lines', '\n\n\n\n'],
    ['a line of 5,000 octets', 'x'.repeat(5_000)],
    ['5,000 octets of UTF-8 in one line', 'ä'.repeat(2_500)],
    ['a megabyte', `${'0123456789 '.repeat(6)}\n`.repeat(15_000)],
  ];
  for (const [what, body] of BODIES)
    it(`hands on ${what} octet for octet, behind our trace fields`, async () => {
      const subject = `lunch with ${what.replaceAll(/\W/gu, '-')}`;
      await postfix.sendmail([...FROM_ANN, 'jane@outside.example'], mailFromAnn(subject, body));
      const [mail] = await world.waitFor('outside', (each) => each.subject === subject);
      const sent = contentOnWire(tap, subject);
      const received = mail?.bytes ?? Buffer.alloc(0);
      const trace = received.subarray(0, received.length - sent.length).toString('latin1');
      assert.ok(received.subarray(-sent.length).equals(sent), `${received.length} of ${sent.length}`);
      assert.match(
        trace,
        /^Received: from postfix\.hospital\.test [^]*\r\nX-SendSecure-Mark: v1 [^\r\n]+\r\n$/u,
      );
    });

  it('takes its commands pipelined, and passes on body type, size and what it asked of reports', async () => {
    const asked = ['-N', 'success,delay', '-R', 'hdrs', '-V', 'visit+42=x', '-B', '8BITMIME'];
    const mail = mailFromAnn('lunch with reports', 'Grüße');
    await postfix.sendmail([...FROM_ANN, ...asked, 'jane@outside.example'], mail);
    await world.waitFor('outside', (each) => each.subject === 'lunch with reports');
    const [connection] = tap.connections.filter(({ fromClient }) => fromClient.includes('with reports'));
    const pipelined = connection?.clientPieces.find((piece) => piece.includes('MAIL FROM:'))?.toString();
    assert.match(pipelined ?? '', /^MAIL FROM:.+\r\nRCPT TO:.+\r\nDATA\r\n$/u);
    for (const parameter of ['ENVID=visit+2B42+3Dx', 'RET=HDRS', 'BODY=8BITMIME'])
      assert.match(pipelined ?? '', new RegExp(` ${parameter.replaceAll('+', '\\+')}\\b`, 'u'), parameter);
    const sent = world.at('outside', ({ subject }) => subject === 'lunch with reports')[0]?.wire;
    assert.match(sent?.mailCommand ?? '', / BODY=8BITMIME\b/u);
    assert.match(sent?.mailCommand ?? '', / RET=HDRS ENVID=visit\+2B42\+3Dx$/u);
    const [, ...parameters] = sent?.rcptCommands[0]?.split('> ') ?? [];
    assert.deepEqual(parameters, ['NOTIFY=SUCCESS,DELAY ORCPT=rfc822;jane@outside.example']);
  });

  it('takes addresses beyond ASCII with SMTPUTF8, and passes them on so', async () => {
    const mail = mailFromAnn('lunch with José', 'Hola', ['To: josé@outside.example']);
    await postfix.sendmail([...FROM_ANN, 'josé@outside.example'], mail);
    const [arrived] = await world.waitFor('outside', ({ to }) => to === 'josé@outside.example');
    assert.match(arrived?.wire.mailCommand ?? '', / SMTPUTF8\b/u);
    assert.ok(
      arrived?.bytes.subarray(-contentOnWire(tap, 'lunch with Jos').length).includes('lunch with José'),
    );
  });

  it('protects by the code for those outside, relays to those inside, of one mail', async () => {
    const text = 'CANARY-postfix-sends';
    const to = ['bob@hospital.test', 'jane@outside.example', 'joe@elsewhere.example'];
    const mail = mailFromAnn('send secure: results', text, [`To: ${to.join(', ')}`]);
    await postfix.sendmail([...FROM_ANN, ...to], mail);
    const notices = await world.waitFor('outside', ({ kind }) => kind === 'notice', 2);
    assert.deepEqual(notices.map((each) => each.to).toSorted(), [
      'jane@outside.example',
      'joe@elsewhere.example',
    ]);
    await world.waitFor('inside', (each) => each.to === 'bob@hospital.test' && each.text.includes(text));
    assert.ok(!world.outside.mails.some(({ bytes }) => bytes.includes(text)));
  });

  it('makes Postfix report to its author whom we refuse', async () => {
    await postfix.sendmail(
      ['-f', 'eve@elsewhere.example', 'jane@outside.example'],
      'From: eve@elsewhere.example\n\nx\n',
    );
    await eventually('refused', async () =>
      /status=bounced \(host .* said: 55\d 5\.7\.1 /u.test(await postfix.log()),
    );
    assert.ok(!world.outside.mails.some(({ reversePath }) => reversePath === 'eve@elsewhere.example'));
  });
});

/** How Postfix is to reach us for mail to each domain, by its own words for it. */
const POLICIES = {
  'may.example': 'may',
  'encrypt.example': 'encrypt',
  'verify.example': 'verify match=gateway.hospital.test',
  'secure.example': 'secure match=gateway.hospital.test',
  'older.example': 'secure match=gateway.hospital.test protocols=TLSv1.2',
  'wrong-name.example': 'secure match=other.hospital.test',
  'too-old.example': 'encrypt protocols=TLSv1:TLSv1.1',
} as const;

describe('Postfix as sender, over TLS', () => {
  const cleanUp = new CleanUpLater();
  const authority = new CertificateAuthority();
  const taps = new Map<string, WireTap>();
  let world: GatewayWithSinks;
  let postfix: Postfix;
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-listener-'));
    cleanUp.after(() => rm(folder, { recursive: true, force: true }));
    const { cert, key } = authority.issue({ subjectAltName: 'DNS:gateway.hospital.test' });
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key, { mode: 0o600 });
    world = await startGatewayWithSinks(cleanUp, {
      toml: { smtp: `tls = { cert = "${certFile}", key = "${keyFile}" }` },
    });
    // Postfix has its policy for each server, so each domain has a way of its own to the same gateway.
    for (const domain of Object.keys(POLICIES)) {
      const tap = await startWireTap(() => world.gateway.smtpPort);
      cleanUp.after(() => tap.stop());
      taps.set(domain, tap);
    }
    postfix = await startPostfix({
      files: { 'ca.pem': authority.cert, ...tables(POLICIES) },
      main: {
        transport_maps: 'texthash:$config_directory/transport',
        smtp_tls_policy_maps: 'texthash:$config_directory/tls-policy',
        smtp_tls_CAfile: '$config_directory/ca.pem',
        smtp_tls_loglevel: '1',
        tls_medium_cipherlist: 'ALL:@SECLEVEL=0',
        smtp_tls_mandatory_ciphers: 'medium',
      },
    });
    cleanUp.after(() => postfix.stop());
  });
  after(cleanUp.run);

  function tables(policies: Readonly<Record<string, string>>): Record<string, string> {
    const ways = [...taps].map(([domain, { port }]) => [domain, `[127.0.0.1]:${port}`] as const);
    return {
      transport: ways.map(([domain, hop]) => `${domain} smtp:${hop}\n`).join(''),
      'tls-policy': ways.map(([domain, hop]) => `${hop} ${policies[domain]}\n`).join(''),
    };
  }

  async function sendTo(address: string): Promise<void> {
    await postfix.sendmail([...FROM_ANN, address], mailFromAnn('lunch?', 'CANARY-over-tls'));
  }

  function wireOf(domain: string): Buffer {
    return Buffer.concat((taps.get(domain)?.connections ?? []).map(({ fromClient }) => fromClient));
  }

  for (const [domain, version, trust] of [
    ['may.example', 'TLSv1.3', 'Trusted'],
    ['encrypt.example', 'TLSv1.3', 'Trusted'],
    ['verify.example', 'TLSv1.3', 'Verified'],
    ['secure.example', 'TLSv1.3', 'Verified'],
    ['older.example', 'TLSv1.2', 'Verified'],
  ] as const)
    it(`${POLICIES[domain]}: the mail comes over ${version}, and our trace field says so`, async () => {
      await sendTo(`jane@${domain}`);
      const [mail] = await world.waitFor('outside', ({ to }) => to === `jane@${domain}`);
      const [received] = /^Received: [^]*?\r\n(?!\t)/u.exec(mail?.bytes.toString('latin1') ?? '') ?? [];
      assert.match(
        received ?? '',
        new RegExp(`using ${version} with cipher \\S+\\)[^]* with ESMTPS id `, 'u'),
      );
      const { port } = taps.get(domain) ?? {};
      const line = new RegExp(
        `${trust} TLS connection established to 127\\.0\\.0\\.1.*:${port}: ${version} `,
        'u',
      );
      assert.match(await postfix.log(), line);
      assert.ok(!wireOf(domain).includes('MAIL FROM') && !wireOf(domain).includes('CANARY'));
    });

  for (const [domain, line] of [
    ['wrong-name.example', /Server certificate not verified/u],
    ['too-old.example', /Cannot start TLS: handshake failure/u],
  ] as const)
    it(`${POLICIES[domain]}: Postfix keeps the mail, and nothing of it is on the wire`, async () => {
      await sendTo(`jane@${domain}`);
      await eventually('deferred', async () => {
        const lines = (await postfix.log()).split('\n');
        return lines.some((each) => each.includes(`jane@${domain}`) && line.test(each));
      });
      assert.deepEqual(
        world.at('outside', ({ to }) => to === `jane@${domain}`),
        [],
      );
      assert.ok(
        wireOf(domain).includes(Buffer.from('STARTTLS\r\n\x16\x03\x01', 'latin1')),
        'a handshake was begun',
      );
      assert.ok(!wireOf(domain).includes('MAIL FROM') && !wireOf(domain).includes('CANARY'));
    });
});
