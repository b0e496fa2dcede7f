/** S30 to S33: what was said in plaintext is forgotten, what was sent in plaintext is not heard. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import tls from 'node:tls';

import { FakeClock } from '#src/base/clock.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import { DialogPeer } from '#test/peers/smtp-dialog.ts';

const authority = new CertificateAuthority();
const certificate = authority.issue({ subjectAltName: 'DNS:gateway.test' });
const another = authority.issue({ subjectAltName: 'DNS:gateway.test' });

async function connected(port: number): Promise<DialogPeer> {
  const peer = new DialogPeer(port);
  await peer.reply();
  await peer.send('EHLO client.test\r\n');
  assert.match((await peer.reply()) ?? '', /^250-STARTTLS$/mu);
  return peer;
}

async function secured(
  peer: DialogPeer,
  options: tls.ConnectionOptions = {},
): Promise<{ peer: DialogPeer; socket: tls.TLSSocket }> {
  peer.socket.removeAllListeners('data');
  const socket = tls.connect({
    socket: peer.socket,
    servername: 'gateway.test',
    ca: authority.cert,
    ...options,
  });
  const over = new DialogPeer(0, socket);
  await once(socket, 'secureConnect');
  return { peer: over, socket };
}

test('S32: after STARTTLS everything is forgotten, and STARTTLS is not offered again', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const plain = await connected(server.port);
  await plain.send('STARTTLS\r\n');
  assert.match((await plain.reply()) ?? '', /^220 2\.0\.0 /u);
  const { peer } = await secured(plain);
  await peer.send('MAIL FROM:<a@hospital.test>\r\nRCPT TO:<b@outside.test>\r\n');
  assert.match((await peer.reply()) ?? '', /^503 5\.5\.1 /u);
  assert.match((await peer.reply()) ?? '', /^503 5\.5\.1 /u);
  await peer.send('EHLO secure.test\r\n');
  assert.doesNotMatch((await peer.reply()) ?? '', /STARTTLS/u);
  await peer.send(
    'STARTTLS\r\nMAIL FROM:<a@hospital.test>\r\nRCPT TO:<b@outside.test>\r\nDATA\r\nx\r\n.\r\n',
  );
  for (const code of ['503', '250', '250', '354', '250'])
    assert.equal((await peer.reply())?.slice(0, 3), code);
  const session = server.handler.mails[0]?.session;
  assert.equal(session?.tls?.version, 'TLSv1.3');
  assert.equal(session?.heloName, 'secure.test');
  peer.close();
});

test('S30: commands in the segment of STARTTLS are not run inside TLS', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const plain = await connected(server.port);
  await plain.send('STARTTLS\r\nEHLO injected.test\r\nMAIL FROM:<injected@a.test>\r\n');
  assert.match((await plain.reply()) ?? '', /^220 /u);
  const { peer } = await secured(plain);
  await peer.send('FAKE x\r\n');
  assert.match((await peer.reply()) ?? '', /^500 5\.5\.2 /u);
  assert.equal(server.handler.senders.length, 0);
  peer.close();
});

test('S31: cut at every octet into two packets, plaintext behind STARTTLS is never a command', async () => {
  const burst = Buffer.from('STARTTLS\r\nMAIL FROM:<a@b.test>\r\n');
  for (let cut = 1; cut < burst.length; cut++) {
    await using server = await startRecordingServer({ tls: certificate });
    const peer = await connected(server.port);
    await peer.send(burst.subarray(0, cut));
    await peer.send(burst.subarray(cut));
    const reply = await peer.reply();
    assert.match(reply ?? '', /^220 /u, `cut at ${cut}`);
    await peer.send('RCPT TO:<x@y.test>\r\n');
    peer.close();
    assert.equal(server.handler.senders.length, 0, `cut at ${cut}`);
  }
});

test('S33: STARTTLS has no parameter, and no place in a transaction', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const peer = await connected(server.port);
  await peer.send('STARTTLS foo\r\nMAIL FROM:<a@hospital.test>\r\nSTARTTLS\r\n');
  assert.match((await peer.reply()) ?? '', /^501 5\.5\.4 /u);
  assert.match((await peer.reply()) ?? '', /^250 /u);
  assert.match((await peer.reply()) ?? '', /^503 5\.5\.1 /u);
  peer.close();
});

test('S33: a handshake that is none ends the connection', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const peer = await connected(server.port);
  await peer.send('STARTTLS\r\n');
  await peer.reply();
  await peer.send('EHLO still plaintext\r\nMAIL FROM:<a@hospital.test>\r\n');
  const rest = await peer.reply();
  assert.ok(rest === null || !rest.startsWith('250'), String(rest));
  assert.equal(server.handler.senders.length, 0);
  peer.close();
});

test('S64: a handshake that does not come to an end is ended', async () => {
  const clock = new FakeClock();
  await using server = await startRecordingServer({ tls: certificate, clock, limits: { sweepMs: 5 } });
  const peer = await connected(server.port);
  await peer.send('STARTTLS\r\n');
  await peer.reply();
  await peer.send(Buffer.from([0x16]));
  clock.advance(31_000);
  assert.equal(await peer.reply(), null);
});

test('TLS 1.1 is refused', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const plain = await connected(server.port);
  await plain.send('STARTTLS\r\n');
  await plain.reply();
  await assert.rejects(
    secured(plain, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  );
});

test('a line end is guarded inside TLS too', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const plain = await connected(server.port);
  await plain.send('STARTTLS\r\n');
  await plain.reply();
  const { peer } = await secured(plain);
  await peer.send('EHLO x.test\nMAIL FROM:<a@hospital.test>\r\n');
  assert.match((await peer.reply()) ?? '', /^500 5\.5\.2 /u);
  assert.equal(server.handler.senders.length, 0);
});

test('a new certificate is used for new sessions', async () => {
  await using server = await startRecordingServer({ tls: certificate });
  const fingerprints: string[] = [];
  for (const renewed of [false, true]) {
    if (renewed) server.server.reload(another);
    const plain = await connected(server.port);
    await plain.send('STARTTLS\r\n');
    await plain.reply();
    const { peer, socket } = await secured(plain);
    fingerprints.push(socket.getPeerCertificate().fingerprint256);
    peer.close();
  }
  assert.notEqual(fingerprints[0], fingerprints[1]);
});
