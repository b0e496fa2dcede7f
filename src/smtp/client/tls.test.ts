/** S40 to S45, S48: what "verified" refuses, and that nothing of a mail is said before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import SMTPConnection from 'nodemailer/lib/smtp-connection';

import { CertificateAuthority } from '#test/peers/certificates.ts';
import type { CertificateRequest } from '#test/peers/certificates.ts';
import { hopTo, mailOf, newPool, withSink } from '#test/peers/outgoing.ts';
import { unstuffed } from '#test/peers/smtp-sink.ts';
import type { SinkBehaviour, SmtpSink } from '#test/peers/smtp-sink.ts';

import type { NextHop, TransmitOutcome } from './transmit.ts';

const authority = new CertificateAuthority();
const good = authority.issue({ subjectAltName: 'DNS:mx.outside.test' });

async function sendTo(
  behaviour: SinkBehaviour,
  hop: Partial<NextHop> = {},
): Promise<{ outcome: TransmitOutcome; sink: SmtpSink }> {
  return withSink(behaviour, async (sink) => {
    const pool = newPool({ timeouts: { sessionMs: 1_000 } });
    const outcome = await pool.transmit(
      hopTo(sink, { tls: 'verified', servername: 'mx.outside.test', ca: [authority.cert], ...hop }),
      mailOf('x\r\n'),
    );
    await pool.close();
    return { outcome, sink };
  });
}

function assertNothingSaid(outcome: TransmitOutcome, sink: SmtpSink): void {
  assert.equal(outcome.kind, 'deferred', JSON.stringify(outcome));
  assert.ok(
    !sink.commands.some((line) => /^(?:MAIL|RCPT|DATA|AUTH)/iu.test(line)),
    sink.commands.join(' | '),
  );
  assert.equal(sink.mails.length, 0);
}

test('the pinned nodemailer still has the inner methods that we rest on', () => {
  for (const method of ['_onData', '_onError', '_upgradeConnection', '_actionSTARTTLS', '_sendCommand'])
    assert.equal(typeof Reflect.get(SMTPConnection.prototype, method), 'function', method);
  const connection = new SMTPConnection({});
  for (const field of ['_remainder', '_responseQueue', '_responseActions'])
    assert.notEqual(Reflect.get(connection, field), undefined, field);
});

test('a certificate of the right name from a known authority is taken, and the facts say so', async () => {
  for (const implicitTls of [false, true]) {
    const { outcome, sink } = await sendTo({ tls: good, implicitTls }, { implicitTls });
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(outcome.tls?.verified, true);
    assert.equal(outcome.tls.version, 'TLSv1.3');
    assert.equal(outcome.tls.servername, 'mx.outside.test');
    assert.match(outcome.tls.fingerprint256 ?? '', /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/u);
    assert.equal(sink.mails[0]?.tls, true);
  }
});

test('a large mail passes over TLS with back-pressure', async () => {
  const block = Buffer.from(`${'x'.repeat(76)}\r\n.dot\r\n`.repeat(800));
  await withSink({ tls: good }, async (sink) => {
    const pool = newPool();
    const hop = hopTo(sink, { tls: 'verified', servername: 'mx.outside.test', ca: [authority.cert] });
    const outcome = await pool.transmit(hop, mailOf(Array<Buffer>(80).fill(block)));
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(unstuffed(sink.mails[0]?.bytes ?? Buffer.alloc(0)).length, 80 * block.length);
    await pool.close();
  });
});

const BAD_CERTIFICATES: readonly (readonly [string, CertificateRequest, RegExp])[] = [
  ['of another name', { subjectAltName: 'DNS:mx.evil.test' }, /does not match/u],
  ['that has expired', { subjectAltName: 'DNS:mx.outside.test', expired: true }, /expired/u],
  [
    'with the name as common name only',
    { subjectAltName: null, commonName: 'mx.outside.test' },
    /subjectAltName/u,
  ],
  ['with a wildcard two labels up', { subjectAltName: 'DNS:*.test' }, /does not match/u],
  ['with RSA of 1024 bits', { subjectAltName: 'DNS:mx.outside.test', rsaBits: 1_024 }, /key too weak/u],
  [
    'signed with SHA-1',
    { subjectAltName: 'DNS:mx.outside.test', digest: 'sha1' },
    /digest algorithm too weak/u,
  ],
];

for (const [what, request, reason] of BAD_CERTIFICATES)
  test(`S43: a certificate ${what} is refused before MAIL, and the outcome says why`, async () => {
    const certificate = { ...authority.issue(request), ciphers: 'DEFAULT:@SECLEVEL=0' };
    const { outcome, sink } = await sendTo({ tls: certificate });
    assertNothingSaid(outcome, sink);
    assert.equal(outcome.kind === 'deferred' && outcome.stage, 'tls');
    assert.match(outcome.reply, reason);
  });

test('S43: a certificate of an unknown authority is refused', async () => {
  const { outcome, sink } = await sendTo({
    tls: new CertificateAuthority('Other').issue({ subjectAltName: 'DNS:mx.outside.test' }),
  });
  assertNothingSaid(outcome, sink);
});

test('S43: an address is verified by the address in the certificate, not by a name', async () => {
  const byAddress = authority.issue({ subjectAltName: 'IP:127.0.0.1' });
  assert.equal((await sendTo({ tls: byAddress }, { servername: undefined })).outcome.kind, 'accepted');
  const { outcome, sink } = await sendTo({ tls: good }, { servername: undefined });
  assertNothingSaid(outcome, sink);
});

test('S44: old protocols and ciphers without AEAD are refused', async () => {
  for (const options of [
    { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA' },
  ] as const) {
    const { outcome, sink } = await sendTo({ tls: { ...good, ...options } });
    assertNothingSaid(outcome, sink);
  }
  const { outcome } = await sendTo({ tls: { ...good, maxVersion: 'TLSv1.2' } });
  assert.equal(outcome.kind === 'accepted' && outcome.tls?.version, 'TLSv1.2');
});

test('S40: octets after the reply to STARTTLS end the attempt', async () => {
  for (const answer of ['220 Ready\r\n250-evil\r\n250 AUTH LOGIN', '220 Ready\r\n250', '220 Ready\r\nx']) {
    const raw = answer.endsWith('LOGIN') ? answer : Buffer.from(answer);
    const { outcome, sink } = await sendTo({
      tls: good,
      answer: (step) => (step.verb === 'STARTTLS' ? raw : null),
    });
    assertNothingSaid(outcome, sink);
    assert.equal(outcome.kind === 'deferred' && outcome.stage, 'tls', JSON.stringify(outcome));
  }
});

test('S41: without EHLO or without STARTTLS nothing is said', async () => {
  for (const behaviour of [
    {},
    { answer: (step: { verb: string }) => (step.verb === 'EHLO' ? '502 5.5.1 What?' : null) },
  ]) {
    const { outcome, sink } = await sendTo(behaviour);
    assertNothingSaid(outcome, sink);
  }
});

test('S42: a STARTTLS that fails in whatever way is not followed by plaintext', async () => {
  for (const answer of [
    '502 5.5.1 No',
    '454 4.7.0 Not now',
    '354 Go on',
    '250 OK',
    { do: 'close' },
  ] as const) {
    const { outcome, sink } = await sendTo({
      tls: good,
      answer: (step) => (step.verb === 'STARTTLS' ? answer : null),
    });
    assertNothingSaid(outcome, sink);
  }
  const { outcome, sink } = await sendTo({
    tls: good,
    answer: (step) => {
      if (step.verb === 'STARTTLS') setImmediate(() => step.socket.destroy());
      return null;
    },
  });
  assertNothingSaid(outcome, sink);
});

test('opportunistic: TLS where it works, whatever the certificate; plaintext where it does not', async () => {
  const other = authority.issue({ subjectAltName: 'DNS:mx.evil.test', expired: true });
  const encrypted = await sendTo({ tls: other }, { tls: 'opportunistic' });
  assert.equal(encrypted.outcome.kind, 'accepted', JSON.stringify(encrypted.outcome));
  assert.equal(encrypted.outcome.tls?.verified, false);
  for (const behaviour of [
    {},
    {
      tls: good,
      answer: (step: { verb: string }) => (step.verb === 'STARTTLS' ? '454 4.7.0 Not now' : null),
    },
    { tls: { ...good, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } },
  ] as const) {
    const { outcome, sink } = await sendTo(behaviour, { tls: 'opportunistic' });
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(outcome.tls, null);
    assert.equal(sink.mails[0]?.tls, false);
  }
});

test('opportunistic: a server that hangs in its handshake gets the mail without TLS; a verified hop waits', async () => {
  const hangs: SinkBehaviour = {
    tls: good,
    answer: ({ verb, socket }) => {
      if (verb !== 'STARTTLS') return null;
      socket.write('220 2.0.0 Ready\r\n');
      socket.removeAllListeners('data').resume();
      return { do: 'nothing' };
    },
  };
  const { outcome, sink } = await sendTo(hangs, { tls: 'opportunistic' });
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  assert.equal(outcome.tls, null);
  assert.equal(sink.mails.length, 1);
  const verified = await sendTo(hangs);
  assertNothingSaid(verified.outcome, verified.sink);
  assert.equal(verified.outcome.kind === 'deferred' && verified.outcome.stage, 'tls');
});

test('none: STARTTLS is not tried', async () => {
  const { outcome, sink } = await sendTo({ tls: good }, { tls: 'none' });
  assert.equal(outcome.kind, 'accepted');
  assert.ok(!sink.commands.includes('STARTTLS'));
});

test('credentials go over TLS, or to loopback', async () => {
  const auth = { user: 'gateway', password: 'wrong horse' };
  const behaviour: SinkBehaviour = {
    extensions: ['AUTH PLAIN', 'PIPELINING'],
    tls: good,
    answer: (step) => (step.verb === 'AUTH' ? '235 2.7.0 Welcome' : null),
  };
  const { outcome, sink } = await sendTo(behaviour, { auth });
  assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
  assert.ok(sink.commands.some((line) => line.startsWith('AUTH PLAIN ')));
  const refused = await sendTo(
    { ...behaviour, answer: (step) => (step.verb === 'AUTH' ? '535 5.7.8 No' : null) },
    { auth },
  );
  assert.equal(refused.outcome.kind === 'deferred' && refused.outcome.stage, 'connect');
  assert.doesNotMatch(JSON.stringify(refused.outcome), /horse/u);
});

test('S48: REQUIRETLS is asked for where the peer offers it', async () => {
  await withSink({ tls: good, extensions: ['REQUIRETLS'] }, async (sink) => {
    const pool = newPool();
    const hop = hopTo(sink, { tls: 'verified', servername: 'mx.outside.test', ca: [authority.cert] });
    const outcome = await pool.transmit(hop, mailOf('x\r\n', { requireTlsExtension: true }));
    assert.equal(outcome.kind, 'accepted');
    assert.equal(sink.mails[0]?.mailCommand, 'MAIL FROM:<doctor@hospital.test> REQUIRETLS');
    await pool.close();
  });
});

test('hops that differ in what they demand share no connection', async () => {
  await withSink({ tls: good }, async (sink) => {
    const pool = newPool();
    await pool.transmit(hopTo(sink, { tls: 'opportunistic' }), mailOf('x\r\n'));
    await pool.transmit(
      hopTo(sink, { tls: 'verified', servername: 'mx.outside.test', ca: [authority.cert] }),
      mailOf('x\r\n'),
    );
    await pool.transmit(hopTo(sink, { tls: 'none' }), mailOf('x\r\n'));
    assert.equal(sink.connections, 3);
    await pool.close();
  });
});
