/** The real program: SIGHUP takes other submitters and another certificate, for who comes and for who is there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import tls, { type TLSSocket } from 'node:tls';

import { CertificateAuthority } from '#test/peers/certificates.ts';
import { startSmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit } from '#test/support/submit.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const AUTHOR = 'ann.lee@hospital.test';

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const fingerprintOf = ({ cert }: Certificate): string => new X509Certificate(cert).fingerprint256;

test('SIGHUP with other submitters and another certificate', async (t) => {
  const authority = new CertificateAuthority();
  const [first, second] = [1, 2].map(() => authority.issue({ subjectAltName: 'DNS:gateway.test' }));
  const [lab, ward] = ['lab', 'ward'].map((name) =>
    new CertificateAuthority(name).issue({ subjectAltName: null }),
  );
  assert.ok(first && second && lab && ward);
  const sink = await startSmtpSink();
  t.after(() => sink.stop());
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-submitters-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const [port, plainPort, portal, console] = ports;
  const file = join(folder, 'gateway.toml');
  const write = async (server: Certificate, submitter: Certificate): Promise<void> => {
    await writeFile(join(folder, 'server.pem'), server.cert);
    await writeFile(join(folder, 'server.key'), server.key);
    await writeFile(
      file,
      `publicUrl = "http://localhost:${portal}"
[organization]
domains = ["hospital.test"]
serviceAddress = "send-secure@hospital.test"
[smtp]
listen = "127.0.0.1:${plainPort}"
listenTls = "127.0.0.1:${port}"
trustedNetworks = ["192.0.2.0/24"]
tls = { cert = "${join(folder, 'server.pem')}", key = "${join(folder, 'server.key')}" }
[portal]
listen = "localhost:${portal}"
[console]
listen = "localhost:${console}"
[delivery]
nextHop = "smtp://127.0.0.1:${sink.port}"
internalNextHop = "smtp://127.0.0.1:${sink.port}"
[limits]
lowDiskMB = 10
[[submitters]]
name = "department"
certificateSha256 = ["${fingerprintOf(submitter)}"]
`,
    );
  };

  await write(first, lab);
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', file], { stdio: 'pipe' });
  t.after(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (output += piece.toString()));
  const logged = (words: string): Promise<unknown> => eventually(words, () => output.includes(words), 60_000);
  const open = async (by: Certificate): Promise<{ socket: TLSSocket; server: string }> => {
    const { cert, key } = by;
    const socket = tls.connect({
      host: '127.0.0.1',
      port,
      servername: 'gateway.test',
      ca: authority.cert,
      cert,
      key,
    });
    t.after(() => void socket.destroy());
    socket.on('error', () => {});
    await eventually('connected', () => socket.authorized);
    return { socket, server: socket.getPeerCertificate().fingerprint256 };
  };
  const send = async (by: Certificate) => {
    const { socket, server } = await open(by);
    const mail = mailOf({ to: 'jane@outside.example', from: AUTHOR });
    const { replies, final } = await submit({
      port,
      socket,
      from: AUTHOR,
      to: ['jane@outside.example'],
      mail,
    });
    return { server, final, replies: replies.join('\n') };
  };

  await logged('Send Secure is running');
  const before = await send(lab);
  assert.equal(before.server, fingerprintOf(first));
  assert.match(before.final, /^250 /u);
  assert.match((await send(ward)).replies, /^550 5\.7\.1 This server takes mail/mu);

  const kept = await open(lab);
  let said = '';
  kept.socket.on('data', (piece: Buffer) => (said += piece.toString('latin1')));
  kept.socket.write('EHLO lab.hospital.test\r\n');
  await eventually('greeted', () => /^250 /mu.test(said));

  await write(second, ward);
  child.kill('SIGHUP');
  await logged('were read again');
  const after = await send(ward);
  assert.equal(after.server, fingerprintOf(second));
  assert.match(after.final, /^250 /u);
  assert.match((await send(lab)).replies, /^550 5\.7\.1 This server takes mail/mu);
  kept.socket.write(`MAIL FROM:<${AUTHOR}>\r\n`);
  await eventually('who was there already is refused too', () => /^550 5\.7\.1 /mu.test(said));

  // A key that is not this certificate's: nothing of the file counts.
  await write({ cert: first.cert, key: second.key }, lab);
  child.kill('SIGHUP');
  await logged('the old one stays in force');
  const still = await send(ward);
  assert.equal(still.server, fingerprintOf(second));
  assert.match(still.final, /^250 /u);
  assert.match((await send(lab)).replies, /^550 /mu);
});
