import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import tls from 'node:tls';

import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startRecordingServer } from '#test/peers/recording-smtp-server.ts';
import {
  DialogPeer,
  octetsOf,
  parseDialog,
  playDialog,
  randomPackets,
  singleOctets,
  wholePackets,
} from '#test/peers/smtp-dialog.ts';

import { parseProxyHeader } from './proxy-header.ts';

const folder = new URL('../../../test/fixtures/smtp/behind-proxy/', import.meta.url);
const VERSION_2 = octetsOf(
  String.raw`\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x07\x0a\x00\x00\x02\xc8\x22\x00\x19`,
);

for (const file of readdirSync(folder))
  for (const [name, packets] of [
    ['whole', wholePackets],
    ['octet by octet', singleOctets],
    ['random packets', randomPackets(1)],
  ] as const)
    test(`behind a load balancer: ${file}, ${name}`, async () => {
      const asked: string[] = [];
      await using server = await startRecordingServer({
        isProxy: (address) => address === '127.0.0.1',
        limits: { proxyHeaderMs: file.startsWith('garbage') ? 200 : 5_000 },
        connection: (address) => {
          asked.push(address);
          return null;
        },
      });
      const dialog = parseDialog(readFileSync(new URL(file, folder), 'utf8'));
      await playDialog(server.port, dialog, packets);
      const { mails } = server.handler;
      assert.equal(mails.length, Number(dialog.facts.get('stored')));
      const session = mails[0]?.session;
      if (session !== undefined) {
        assert.equal(`${session.remoteAddress} ${session.remotePort}`, dialog.facts.get('from'));
        assert.deepEqual(asked, [session.remoteAddress]);
      }
    });

test('the header is read before TLS, and limits count the client, not the load balancer', async () => {
  const authority = new CertificateAuthority();
  await using server = await startRecordingServer({
    tls: authority.issue({ subjectAltName: 'DNS:gateway.test' }),
    implicitTls: true,
    isProxy: () => true,
    limits: { connectionsPerAddress: 1 },
  });
  const replies: (string | null)[] = [];
  const peers: DialogPeer[] = [];
  for (const port of [1, 2, 3]) {
    const plain = new DialogPeer(server.port);
    plain.socket.removeAllListeners('data');
    plain.socket.write(port === 3 ? 'PROXY TCP4 192.0.2.8 10.0.0.2 3 465\r\n' : VERSION_2);
    const peer = new DialogPeer(
      0,
      tls.connect({ socket: plain.socket, ca: authority.cert, servername: 'gateway.test' }),
    );
    replies.push(await peer.reply());
    peers.push(peer);
  }
  assert.match(replies[0] ?? '', /^220 /u);
  assert.match(replies[1] ?? '', /^421 4\.7\.0 /u);
  assert.match(replies[2] ?? '', /^220 /u);
  for (const peer of peers) peer.close();
});

test('S66: what a client says behind the header and before the greeting is early talk', async () => {
  await using server = await startRecordingServer({ isProxy: () => true });
  const peer = new DialogPeer(server.port);
  await peer.send(Buffer.concat([VERSION_2, Buffer.from('EHLO early.test\r\n')]));
  assert.match((await peer.reply()) ?? '', /^554 /u);
  assert.equal(await peer.reply(), null);
});

test('S64: a load balancer that says nothing is not waited for, and does not stop the end', async () => {
  await using server = await startRecordingServer({ isProxy: () => true, limits: { proxyHeaderMs: 100 } });
  const silent = new DialogPeer(server.port);
  assert.equal(await silent.reply(), null);
  await using patient = await startRecordingServer({ isProxy: () => true });
  const waiting = new DialogPeer(patient.port);
  await waiting.send('PROXY');
  await patient.server.close({ graceMs: 0 });
  assert.equal(await waiting.reply(), null);
});

test('every shorter form of a header asks for more', () => {
  for (const whole of [VERSION_2, Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.2 51234 25\r\n')]) {
    for (let length = 0; length < whole.length; length++)
      assert.equal(parseProxyHeader(whole.subarray(0, length)), 'incomplete', String(length));
    assert.deepEqual(parseProxyHeader(Buffer.concat([whole, Buffer.from('EHLO')])), {
      client: { address: '192.0.2.7', port: 51_234 },
      length: whole.length,
    });
  }
});
