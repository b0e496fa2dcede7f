/** Implicit TLS, TLS that is required, signing in, REQUIRETLS, certificates of clients. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import tls from 'node:tls';

import { FakeClock } from '#src/base/clock.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { RecordingHandler, startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import {
  DialogPeer,
  parseDialog,
  playDialog,
  randomPackets,
  singleOctets,
  wholePackets,
} from '#test/peers/smtp-dialog.ts';

import type { Authenticator } from './auth-connection.ts';
import { leadsTo } from './peer-certificate.ts';
import { createSmtpServer } from './smtp-server.ts';

const authority = new CertificateAuthority();
const strangers = new CertificateAuthority('Another CA');
const certificate = authority.issue({ subjectAltName: 'DNS:gateway.test' });
const client = authority.issue({ subjectAltName: 'DNS:lab.hospital.test' });
const stranger = strangers.issue({ subjectAltName: 'DNS:lab.hospital.test' });

/** One who may sign in: lab, with the password "right horse". */
const onlyLab: Authenticator = {
  isOffered: () => true,
  signIn: (_session, { user, password }) =>
    Promise.resolve(
      user === 'lab' && password === 'right horse'
        ? null
        : { code: 535, enhanced: '5.7.8', text: 'Name or password is wrong' },
    ),
};

const limits = { authFailureDelayMs: 0 };

function folder(name: string): { url: URL; files: string[] } {
  const url = new URL(`../../../test/fixtures/smtp/${name}/`, import.meta.url);
  return { url, files: readdirSync(url) };
}

async function overTls(port: number, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = tls.connect({
    port,
    host: '127.0.0.1',
    servername: 'gateway.test',
    ca: authority.cert,
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
}

const insideTls = folder('inside-tls');
for (const file of insideTls.files)
  for (const [name, packets] of [
    ['whole', wholePackets],
    ['random packets', randomPackets(3)],
  ] as const)
    test(`inside TLS: ${file}, ${name}`, async () => {
      await using server = await startRecordingServer({
        tls: certificate,
        implicitTls: true,
        authenticator: onlyLab,
        offersRequireTls: true,
        limits,
      });
      const dialog = parseDialog(readFileSync(new URL(file, insideTls.url), 'utf8'));
      await playDialog(0, dialog, packets, await overTls(server.port));
      assert.equal(server.handler.mails.length, Number(dialog.facts.get('stored')));
      assert.equal(server.handler.mails[0]?.session.user, dialog.facts.get('user'));
    });

const tlsRequired = folder('tls-required');
for (const file of tlsRequired.files)
  for (const [name, packets] of [
    ['whole', wholePackets],
    ['octet by octet', singleOctets],
  ] as const)
    test(`S34: TLS is required: ${file}, ${name}`, async () => {
      await using server = await startRecordingServer({
        tls: certificate,
        authenticator: onlyLab,
        requiresTls: () => true,
      });
      const dialog = parseDialog(readFileSync(new URL(file, tlsRequired.url), 'utf8'));
      await playDialog(server.port, dialog, packets);
      assert.equal(server.handler.senders.length, 0);
    });

test('S34: AUTH and REQUIRETLS are offered inside TLS alone, AUTH until somebody has signed in', async () => {
  await using server = await startRecordingServer({
    tls: certificate,
    authenticator: onlyLab,
    offersRequireTls: true,
    requiresTls: () => true,
  });
  const plain = new DialogPeer(server.port);
  await plain.reply();
  await plain.send('EHLO client.test\r\n');
  assert.doesNotMatch((await plain.reply()) ?? '', /AUTH|REQUIRETLS/u);
  await plain.send('STARTTLS\r\n');
  await plain.reply();
  plain.socket.removeAllListeners('data');
  const peer = new DialogPeer(
    0,
    tls.connect({ socket: plain.socket, ca: authority.cert, servername: 'gateway.test' }),
  );
  await peer.send('EHLO client.test\r\n');
  const offers = (await peer.reply()) ?? '';
  assert.match(offers, /^250-AUTH PLAIN LOGIN$/mu);
  assert.match(offers, /^250-REQUIRETLS$/mu);
  const plainText = Buffer.from('\0lab\0right horse').toString('base64');
  await peer.send(
    `AUTH PLAIN ${plainText}\r\nEHLO client.test\r\nMAIL FROM:<a@hospital.test> REQUIRETLS\r\n`,
  );
  assert.match((await peer.reply()) ?? '', /^235 /u);
  assert.doesNotMatch((await peer.reply()) ?? '', /AUTH/u);
  assert.match((await peer.reply()) ?? '', /^250 /u);
  assert.equal(server.handler.senders[0]?.requireTls, true);
  peer.close();
});

test('R35: who signed in may say with each mail who handed it in, as Postfix does; it counts for nothing', async () => {
  await using server = await startRecordingServer({
    tls: certificate,
    implicitTls: true,
    authenticator: onlyLab,
  });
  const peer = new DialogPeer(0, await overTls(server.port));
  assert.match((await peer.reply()) ?? '', /^220 /u);
  await peer.send('EHLO client.test\r\n');
  assert.match((await peer.reply()) ?? '', /^250-AUTH/mu);
  await peer.send(`AUTH PLAIN ${Buffer.from('\0lab\0right horse').toString('base64')}\r\n`);
  assert.match((await peer.reply()) ?? '', /^235 /u);
  const answers: (readonly [parameter: string, reply: RegExp])[] = [
    ['AUTH=<>', /^250 /u],
    ['SIZE=10 AUTH=ann+2Blee@hospital.test BODY=8BITMIME', /^250 /u],
    [`AUTH=${'a'.repeat(494)}`, /^250 /u],
    ['AUTH=ann+0D+0A@hospital.test', /^501 5\.5\.4 /u],
    ['AUTH=', /^501 5\.5\.4 /u],
    ['AUTH=<> AUTH=<>', /^501 5\.5\.4 /u],
  ];
  for (const [parameter, expected] of answers) {
    await peer.send(`MAIL FROM:<a@hospital.test> ${parameter}\r\n`);
    assert.match((await peer.reply()) ?? '', expected, parameter);
    await peer.send('RSET\r\n');
    await peer.reply();
  }
  peer.close();
});

test('R35: where nobody can sign in, the parameter of AUTH is not known', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const peer = new DialogPeer(server.port);
  await peer.reply();
  await peer.send('EHLO client.test\r\n');
  await peer.reply();
  await peer.send('MAIL FROM:<a@hospital.test> AUTH=<>\r\n');
  assert.match((await peer.reply()) ?? '', /^555 5\.5\.4 /u);
  peer.close();
});

test('S30: what stands behind STARTTLS in plaintext signs nobody in', async () => {
  await using server = await startRecordingServer({ tls: certificate, authenticator: onlyLab });
  const plain = new DialogPeer(server.port);
  await plain.reply();
  const credentials = Buffer.from('\0lab\0right horse').toString('base64');
  await plain.send(`EHLO x.test\r\nSTARTTLS\r\nEHLO x.test\r\nAUTH PLAIN ${credentials}\r\n`);
  await plain.reply();
  assert.match((await plain.reply()) ?? '', /^220 /u);
  plain.socket.removeAllListeners('data');
  const peer = new DialogPeer(
    0,
    tls.connect({ socket: plain.socket, ca: authority.cert, servername: 'gateway.test' }),
  );
  await peer.send('EHLO client.test\r\n');
  assert.match((await peer.reply()) ?? '', /^250-AUTH/mu);
  await peer.send('MAIL FROM:<a@hospital.test>\r\n');
  await peer.reply();
  await peer.send('RCPT TO:<b@outside.test>\r\nDATA\r\nx\r\n.\r\n');
  for (let count = 0; count < 3; count++) await peer.reply();
  assert.equal(server.handler.mails[0]?.session.user, null);
  peer.close();
});

test('S33: plaintext and old TLS end an implicit TLS connection; a slow handshake is ended', async () => {
  const clock = new FakeClock();
  await using server = await startRecordingServer({
    tls: certificate,
    implicitTls: true,
    clock,
    limits: { sweepMs: 5 },
  });
  const plain = new DialogPeer(server.port);
  await plain.send('EHLO x.test\r\nMAIL FROM:<a@hospital.test>\r\n');
  const answer = await plain.reply();
  assert.ok(answer === null || !/^\d{3}[ -]/u.test(answer), String(answer));
  await assert.rejects(
    overTls(server.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  );
  const slow = new DialogPeer(server.port);
  await slow.send(Buffer.from([0x16, 0x03]));
  const timer = setInterval(() => clock.advance(31_000), 20);
  const ended = await slow.reply();
  clearInterval(timer);
  assert.equal(ended, null);
  assert.equal(server.handler.senders.length, 0);
});

test('S65: handshakes that dribble count as connections of their address', async () => {
  await using server = await startRecordingServer({
    tls: certificate,
    implicitTls: true,
    limits: { connectionsPerAddress: 2 },
  });
  const open = [new DialogPeer(server.port), new DialogPeer(server.port)];
  for (const peer of open) await peer.send(Buffer.from([0x16]));
  const third = new DialogPeer(0, await overTls(server.port));
  assert.match((await third.reply()) ?? '', /^421 4\.7\.0 /u);
  for (const peer of open) peer.close();
});

test('implicit TLS without a certificate is refused at the start', () => {
  assert.throws(
    () =>
      createSmtpServer({
        hostname: 'gateway.test',
        implicitTls: true,
        maxMessageBytes: 1,
        handler: new RecordingHandler(),
        log: { debug() {}, info() {}, warn() {}, error() {} },
        clock: new FakeClock(),
      }),
    { code: 'tls-missing' },
  );
});

test('R35: the certificate of a client reaches the handler, and whom it leads to', async () => {
  await using server = await startRecordingServer({
    tls: { ...certificate, clientAnchors: [authority.cert] },
    implicitTls: true,
  });
  const submitted = 'EHLO x.test\r\nMAIL FROM:<a@hospital.test>\r\nRCPT TO:<b@outside.test>\r\nDATA\r\n';
  for (const own of [client, stranger, null]) {
    const peer = new DialogPeer(0, await overTls(server.port, own ?? {}));
    await peer.reply();
    await peer.send(submitted);
    for (let count = 0; count < 4; count++) await peer.reply();
    await peer.send('x\r\n.\r\n');
    assert.match((await peer.reply()) ?? '', /^250 /u);
    peer.close();
  }
  const anchor = new Set([sha256(authority.cert)]);
  const [ours, theirs, none] = server.handler.mails.map(({ session }) => session.tls?.clientCertificate);
  assert.equal(ours?.sha256, sha256(client.cert));
  assert.equal(ours.trusted, true);
  assert.equal(leadsTo(ours, anchor), true);
  assert.equal(theirs?.sha256, sha256(stranger.cert));
  assert.equal(theirs.trusted, false);
  assert.equal(leadsTo(theirs, anchor), false);
  assert.equal(none, null);
});

test('TLS sessions are not resumed: a certificate is shown each time', async () => {
  await using server = await startRecordingServer({
    tls: { ...certificate, clientAnchors: [authority.cert] },
    implicitTls: true,
  });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await overTls(server.port, { maxVersion });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    const peer = new DialogPeer(0, first);
    await peer.reply();
    await peer.send('NOOP\r\n');
    await peer.reply();
    const session = sessions.at(-1) ?? first.getSession();
    peer.close();
    const second = await overTls(server.port, { maxVersion, ...(session !== undefined && { session }) });
    assert.equal(second.isSessionReused(), false, maxVersion);
    const again = new DialogPeer(0, second);
    assert.match((await again.reply()) ?? '', /^220 /u);
    again.close();
  }
});

test('openssl s_client speaks with both listeners', async () => {
  for (const implicitTls of [true, false]) {
    await using server = await startRecordingServer({ tls: certificate, implicitTls });
    const child = spawn(
      'openssl',
      ['s_client', '-quiet', '-crlf', '-connect', `127.0.0.1:${server.port}`].concat(
        implicitTls ? [] : ['-starttls', 'smtp'],
      ),
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    const said: string[] = [];
    const commands = 'EHLO openssl.test\nMAIL FROM:<a@hospital.test>\n';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      const lines = said.join('').split('\r\n');
      if (implicitTls && said.length === 1) child.stdin.write(commands);
      // s_client ends at once when its input does, so QUIT waits for the reply before it.
      if (lines.some((line) => line.startsWith('250 2.1.0'))) child.stdin.end('QUIT\n');
    });
    if (!implicitTls) child.stdin.write(commands);
    await once(child, 'close');
    assert.match(said.join(''), /^250-SIZE |^250 SIZE /mu);
    assert.match(said.join(''), /^221 /mu);
    assert.equal(server.handler.senders.length, 1);
  }
});

function sha256(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
}
