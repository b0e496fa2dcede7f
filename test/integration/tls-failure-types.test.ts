/** RFC 8460 section 4.3: what a real handshake fails with is named by the right type. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tlsSessionOf } from '#src/delivery/tls-session.ts';
import type { NextHop } from '#src/smtp/client/transmit.ts';
import { makeCertificate, type ChainCertificate } from '#test/peers/certificate-chain.ts';
import { mailOf, newPool } from '#test/peers/outgoing.ts';
import { startSmtpSink, type SinkBehaviour } from '#test/peers/smtp-sink.ts';

const root = makeCertificate({ subject: 'Root', ca: true });
const stranger = makeCertificate({ subject: 'Stranger', ca: true });
const name = { subject: 'mx', subjectAltName: 'DNS:mx.any.test' } as const;

const CASES: readonly (readonly [what: string, result: string, certificate: ChainCertificate | string])[] = [
  ['right', 'success', makeCertificate({ ...name, issuer: root })],
  ['expired', 'certificate-expired', makeCertificate({ ...name, issuer: root, expired: true })],
  [
    'for another name',
    'certificate-host-mismatch',
    makeCertificate({ subject: 'x', subjectAltName: 'DNS:x.test', issuer: root }),
  ],
  ['of an unknown authority', 'certificate-not-trusted', makeCertificate({ ...name, issuer: stranger })],
  ['its own', 'certificate-not-trusted', makeCertificate(name)],
  ['refused', 'starttls-not-supported', '454 4.7.0 TLS not available'],
  ['unheard of', 'starttls-not-supported', '502 Command not implemented'],
];

for (const [what, result, certificate] of CASES)
  test(`a certificate that is ${what}: ${result}`, async (t) => {
    const behaviour: SinkBehaviour =
      typeof certificate === 'string'
        ? { answer: ({ verb }) => (verb === 'STARTTLS' ? certificate : null) }
        : { tls: certificate };
    const sink = await startSmtpSink({ behaviour });
    t.after(() => sink.stop());
    const pool = newPool();
    t.after(() => pool.close());
    const hop: NextHop = {
      host: '127.0.0.1',
      port: sink.port,
      implicitTls: false,
      tls: 'verified',
      servername: 'mx.any.test',
      certificateNames: ['mx.any.test'],
      ca: [root.cert],
    };
    const outcome = await pool.transmit(hop, mailOf('x'));
    const policy = { id: '1', mode: 'enforce', mx: ['mx.any.test'], fetchedMs: 0, expiresMs: 1 } as const;
    const host = {
      host: 'mx.any.test',
      port: sink.port,
      addresses: ['127.0.0.1'],
      servername: 'mx.any.test',
      verify: { kind: 'pkix', names: ['mx.any.test'], by: 'mta-sts' },
      why: '',
    } as const;
    const mtaSts = { kind: 'policy', policy, source: 'kept', problem: null } as const;
    assert.equal(tlsSessionOf({ domain: 'any.test', host, hop, mtaSts }, outcome)?.result, result);
  });
