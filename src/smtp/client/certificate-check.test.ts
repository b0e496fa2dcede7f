/** S45, S47: hops that name several names, demand TLS without a name, or bring a check of their own (DANE). */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';

import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';
import { hopTo, mailOf, newPool, withSink } from '#test/peers/outgoing.ts';
import type { SinkBehaviour, SmtpSink } from '#test/peers/smtp-sink.ts';

import type { CertificateCheck, NextHop, TransmitOutcome } from './transmit.ts';

const authority = new CertificateAuthority();
const good = authority.issue({ subjectAltName: 'DNS:mx.outside.test' });
const expired = authority.issue({ subjectAltName: 'DNS:elsewhere.test', expired: true });

async function sendTo(
  behaviour: SinkBehaviour,
  hop: Partial<NextHop>,
): Promise<{ outcome: TransmitOutcome; sink: SmtpSink }> {
  return withSink(behaviour, async (sink) => {
    const pool = newPool({ timeouts: { sessionMs: 1_000 } });
    const outcome = await pool.transmit(hopTo(sink, hop), mailOf('x\r\n'));
    await pool.close();
    return { outcome, sink };
  });
}

function assertNothingSaid(outcome: TransmitOutcome, sink: SmtpSink): void {
  assert.equal(outcome.kind, 'deferred', JSON.stringify(outcome));
  assert.equal(outcome.kind === 'deferred' && outcome.stage, 'tls');
  const said = sink.commands.filter((line) => /^(?:MAIL|RCPT|DATA|AUTH)/iu.test(line));
  assert.deepEqual(said, []);
  assert.equal(sink.mails.length, 0);
}

function checkThat(verify: (chain: readonly Buffer[]) => string | null, id = 'test'): CertificateCheck {
  return { id, verify };
}

test('one of several names is enough, and none of them is too little', async () => {
  const verified = { tls: 'verified', ca: [authority.cert], servername: 'mx.elsewhere.test' } as const;
  const names = ['outside.test', 'mx.outside.test'];
  const { outcome } = await sendTo({ tls: good }, { ...verified, certificateNames: names });
  assert.equal(outcome.kind === 'accepted' && outcome.tls?.verified, true, JSON.stringify(outcome));
  for (const certificateNames of [['outside.test', 'mx.elsewhere.test'], []]) {
    const refused = await sendTo({ tls: good }, { ...verified, certificateNames });
    assertNothingSaid(refused.outcome, refused.sink);
  }
  const named = await sendTo(
    { tls: good },
    { ...verified, certificateNames: ['elsewhere.test'], servername: 'mx.outside.test' },
  );
  assertNothingSaid(named.outcome, named.sink);
});

test('S43: a wildcard stands for one whole label, the leftmost (RFC 9525 section 6.3)', async () => {
  const send = (subjectAltName: string, servername: string) =>
    sendTo(
      { tls: authority.issue({ subjectAltName }) },
      { tls: 'verified', ca: [authority.cert], servername },
    );
  for (const [pattern, servername] of [
    ['*.outside.test', 'mx.outside.test'],
    ['*.outside.test', 'xn--mx-fka.outside.test'],
    ['m*.outside.test,DNS:mx.outside.test', 'mx.outside.test'],
  ] as const) {
    const { outcome } = await send(`DNS:${pattern}`, servername);
    assert.equal(outcome.kind, 'accepted', `${pattern} ${JSON.stringify(outcome)}`);
  }
  for (const [pattern, servername] of [
    ['m*.outside.test', 'mx.outside.test'],
    ['*x.outside.test', 'mx.outside.test'],
    ['*mx.outside.test', 'mx.outside.test'],
    ['m*x.outside.test', 'mx.outside.test'],
    ['xn--*.outside.test', 'xn--mx-fka.outside.test'],
    ['mx.*.test', 'mx.outside.test'],
    ['*.*.test', 'mx.outside.test'],
    ['*.outside.test', 'outside.test'],
    ['*.outside.test', 'a.mx.outside.test'],
    ['*.test', 'outside.test'],
    ['*', 'mx.outside.test'],
  ] as const) {
    const { outcome, sink } = await send(`DNS:${pattern}`, servername);
    assertNothingSaid(outcome, sink);
    assert.match(outcome.reply, /does not match|not in the cert's list|is not a whole label/u, pattern);
  }
});

test('encrypted: any certificate, and never plaintext', async () => {
  for (const implicitTls of [false, true]) {
    const { outcome } = await sendTo({ tls: expired, implicitTls }, { tls: 'encrypted', implicitTls });
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(outcome.tls?.verified, false);
  }
  for (const behaviour of [
    {},
    {
      tls: good,
      answer: (step: { verb: string }) => (step.verb === 'STARTTLS' ? '454 4.7.0 Not now' : null),
    },
    { answer: (step: { verb: string }) => (step.verb === 'EHLO' ? '502 5.5.1 What?' : null) },
  ]) {
    const { outcome, sink } = await sendTo(behaviour, { tls: 'encrypted' });
    assertNothingSaid(outcome, sink);
  }
});

test('a check of its own sees the chain as it was sent, and decides alone', async () => {
  const root = makeCertificate({ subject: 'Root', ca: true });
  const intermediate = makeCertificate({ subject: 'Intermediate', ca: true, issuer: root });
  const server = makeCertificate({ subject: 'mx', issuer: intermediate, expired: true });
  const cert = [server, root, intermediate].map((each) => each.cert).join('');
  for (const implicitTls of [false, true]) {
    let seen: readonly Buffer[] = [];
    const certificateCheck = checkThat((chain) => {
      seen = chain;
      return null;
    });
    const { outcome } = await sendTo(
      { tls: { cert, key: server.key }, implicitTls },
      { tls: 'verified', certificateCheck, implicitTls },
    );
    assert.equal(outcome.kind, 'accepted', JSON.stringify(outcome));
    assert.equal(outcome.tls?.verified, true);
    assert.equal(outcome.tls.fingerprint256, new X509Certificate(server.cert).fingerprint256);
    assert.deepEqual(seen, [server.der, root.der, intermediate.der]);
  }
});

test('S47: a check that refuses lets nothing be said, whatever the trust anchors think', async () => {
  const certificateCheck = checkThat(() => 'the certificate fits no TLSA record');
  const auth = { user: 'gateway', password: 'wrong horse' };
  for (const implicitTls of [false, true]) {
    const { outcome, sink } = await sendTo(
      { tls: good, implicitTls, extensions: ['AUTH PLAIN'] },
      {
        tls: 'verified',
        servername: 'mx.outside.test',
        ca: [authority.cert],
        certificateCheck,
        implicitTls,
        auth,
      },
    );
    assertNothingSaid(outcome, sink);
    assert.match(outcome.reply, /fits no TLSA record/u);
  }
});

test('a check is of no use without TLS, or with old TLS', async () => {
  const certificateCheck = checkThat(() => null);
  for (const behaviour of [
    {},
    { tls: { ...good, ciphers: 'ECDHE-ECDSA-AES256-SHA384', maxVersion: 'TLSv1.2' } },
    { tls: { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } },
  ] as const) {
    const { outcome, sink } = await sendTo(behaviour, { tls: 'verified', certificateCheck });
    assertNothingSaid(outcome, sink);
  }
});

test('what one check has passed serves no hop with another', async () => {
  await withSink({ tls: good }, async (sink) => {
    const pool = newPool();
    const send = (hop: Partial<NextHop>) =>
      pool.transmit(hopTo(sink, { tls: 'verified', ...hop }), mailOf('x\r\n'));
    let asked = 0;
    const counting = checkThat(() => {
      asked += 1;
      return null;
    }, 'one');
    assert.equal((await send({ certificateCheck: counting })).kind, 'accepted');
    assert.equal((await send({ certificateCheck: counting })).kind, 'accepted');
    assert.deepEqual([asked, sink.connections], [1, 1]);
    assert.equal((await send({ certificateCheck: checkThat(() => 'no', 'two') })).kind, 'deferred');
    assert.equal(
      (await send({ certificateNames: ['elsewhere.test'], ca: [authority.cert] })).kind,
      'deferred',
    );
    assert.equal((await send({ tls: 'encrypted' })).kind, 'accepted');
    assert.equal(sink.connections, 4);
    await pool.close();
  });
});
