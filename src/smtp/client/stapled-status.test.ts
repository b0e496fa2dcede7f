/** S43: what a stapled status says of a certificate, with responses made by openssl. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DAY_MS, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import { makeStatus } from '#test/peers/stapled-status.ts';

import { findStatusFault } from './stapled-status.ts';

const nowMs = Date.now() + MINUTE_MS;
const issuer = makeCertificate({ subject: 'Authority', ca: true });
const server = makeCertificate({ subject: 'mx', issuer, subjectAltName: 'DNS:mx.outside.test' });
const sibling = makeCertificate({ subject: 'other', issuer });
const stranger = makeCertificate({ subject: 'Authority', ca: true });
const demanding = makeCertificate({ subject: 'mx', issuer, tlsFeature: 'status_request' });
const good = makeStatus({ about: server, issuer, status: 'good' });

function faultOf(stapled: Buffer | null, certificate = server, atMs = nowMs): string | null {
  return findStatusFault({ certificate: certificate.der, issuer: issuer.der, stapled, nowMs: atMs });
}

test('good is good, by whichever kind of key; none is enough where none is demanded', () => {
  assert.equal(faultOf(null), null);
  assert.equal(faultOf(good), null);
  const rsa = makeCertificate({ subject: 'RSA authority', ca: true, rsa: true });
  const of = makeCertificate({ subject: 'mx', issuer: rsa });
  const stapled = makeStatus({ about: of, issuer: rsa, status: 'good' });
  assert.equal(findStatusFault({ certificate: of.der, issuer: rsa.der, stapled, nowMs }), null);
});

test('revoked, and unknown to its authority', () => {
  assert.match(faultOf(makeStatus({ about: server, issuer, status: 'revoked' })) ?? '', /been revoked/u);
  assert.match(faultOf(makeStatus({ about: server, issuer, status: 'unknown' })) ?? '', /not know it/u);
});

test('what is revoked stays revoked, although the answer is old', () => {
  const revoked = makeStatus({ about: server, issuer, status: 'revoked' });
  assert.match(faultOf(revoked, server, nowMs + 30 * DAY_MS) ?? '', /been revoked/u);
});

test('an answer has its time', () => {
  assert.match(faultOf(good, server, nowMs + 2 * HOUR_MS) ?? '', /out of date/u);
  assert.match(faultOf(good, server, nowMs - HOUR_MS) ?? '', /from the future/u);
  const endless = makeStatus({ about: server, issuer, status: 'good', minutes: null });
  assert.equal(faultOf(endless, server, nowMs + 20 * HOUR_MS), null);
  assert.match(faultOf(endless, server, nowMs + 26 * HOUR_MS) ?? '', /out of date/u);
});

test('only the issuer answers, or whom it named for that', () => {
  const named = makeCertificate({ subject: 'Responder', issuer, extendedKeyUsage: 'OCSPSigning' });
  const ordinary = makeCertificate({ subject: 'Responder', issuer, extendedKeyUsage: 'serverAuth' });
  const selfNamed = makeCertificate({
    subject: 'Responder',
    issuer: stranger,
    extendedKeyUsage: 'OCSPSigning',
  });
  const expired = makeCertificate({
    subject: 'Responder',
    issuer,
    extendedKeyUsage: 'OCSPSigning',
    expired: true,
  });
  const by = (signer: typeof named) => faultOf(makeStatus({ about: server, issuer, status: 'good', signer }));
  assert.equal(by(named), null);
  for (const signer of [ordinary, selfNamed, expired, sibling, stranger])
    assert.match(by(signer) ?? '', /not signed by the authority/u);
});

test('an answer about another certificate is none about this one', () => {
  const other = makeStatus({ about: sibling, issuer, status: 'good' });
  assert.match(faultOf(other) ?? '', /about another certificate/u);
});

test('a certificate that demands a status is not taken without', () => {
  assert.match(faultOf(null, demanding) ?? '', /demands a stapled status/u);
  assert.equal(faultOf(makeStatus({ about: demanding, issuer, status: 'good' }), demanding), null);
  const tryLater = Buffer.from('30030a0103', 'hex');
  assert.match(faultOf(tryLater, demanding) ?? '', /says nothing/u);
  assert.equal(faultOf(tryLater), null);
});

test('no signature with SHA-1', () => {
  assert.match(
    faultOf(makeStatus({ about: server, issuer, status: 'good', digest: 'sha1' })) ?? '',
    /can’t be read/u,
  );
});

test('every cut and every changed octet is noticed or means the same, and none throws', () => {
  for (let length = 0; length < good.length; length++)
    assert.notEqual(faultOf(good.subarray(0, length)), null, `cut to ${length}`);
  const revoked = makeStatus({ about: server, issuer, status: 'revoked' });
  for (let at = 0; at < revoked.length; at++) {
    const changed = Buffer.from(revoked);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x01, at);
    // The one octet that says whether there is an answer at all is signed by nobody (RFC 6960 section 4.2.1).
    const saysNothing = at === revoked.indexOf(Buffer.from([0x0a, 1, 0])) + 2;
    if (!saysNothing) assert.notEqual(faultOf(changed), null, `changed at ${at}`);
  }
});
