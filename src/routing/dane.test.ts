/** S47: what TLSA records accept and what they refuse, with chains made by openssl. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';

import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { makeCertificate } from '#test/peers/certificate-chain.ts';
import type { ChainCertificate } from '#test/peers/certificate-chain.ts';

import { publicKeyInfoOf } from './certificate-key.ts';
import { isUsableRecord, verifyDane } from './dane.ts';
import type { TlsaRecord } from './dns-answer.ts';

const NAMES = ['mx.outside.test', 'outside.test'];
// Later than the certificates that the tests make.
const nowMs = Date.now() + HOUR_MS;

const root = makeCertificate({ subject: 'Root', ca: true });
const intermediate = makeCertificate({ subject: 'Intermediate', ca: true, issuer: root });
const server = makeCertificate({
  subject: 'mx',
  issuer: intermediate,
  subjectAltName: 'DNS:mx.outside.test',
  extendedKeyUsage: 'serverAuth',
});
const chain = [server, intermediate, root].map(({ der }) => der);

function record(usage: number, selector: number, matchingType: number, of: ChainCertificate): TlsaRecord {
  const selected = selector === 0 ? of.der : of.publicKeyInfo;
  const hash = { 1: 'sha256', 2: 'sha512' }[matchingType];
  const data = hash === undefined ? selected : createHash(hash).update(selected).digest();
  return { usage, selector, matchingType, data };
}

function verify(records: readonly TlsaRecord[], certificates: readonly Uint8Array[] = chain, atMs = nowMs) {
  return verifyDane(records, certificates, NAMES, atMs);
}

const EVERY_KIND = [0, 1].flatMap((selector) => [0, 1, 2].map((matching) => [selector, matching] as const));

suite('DANE-EE(3)', () => {
  for (const [selector, matching] of EVERY_KIND)
    test(`3 ${selector} ${matching} fits its certificate and no other`, () => {
      const expected = { kind: 'verified', record: `3 ${selector} ${matching}`, depth: 0 };
      assert.deepEqual(verify([record(3, selector, matching, server)]), expected);
      assert.equal(verify([record(3, selector, matching, intermediate)]).kind, 'mismatch');
      assert.equal(verify([record(3, selector, matching, root)]).kind, 'mismatch');
    });

  test('names and dates count for nothing', () => {
    const odd = makeCertificate({ subject: 'odd', subjectAltName: 'DNS:elsewhere.test', expired: true });
    assert.equal(verify([record(3, 1, 1, odd)], [odd.der]).kind, 'verified');
  });

  test('one of several records is enough, as while a key changes', () => {
    const next = makeCertificate({ subject: 'next' });
    assert.equal(verify([record(3, 1, 1, next), record(3, 1, 1, server)]).kind, 'verified');
  });
});

suite('DANE-TA(2)', () => {
  for (const [selector, matching] of EVERY_KIND)
    test(`2 ${selector} ${matching} fits an authority of the chain`, () => {
      assert.deepEqual(verify([record(2, selector, matching, intermediate)]), {
        kind: 'verified',
        record: `2 ${selector} ${matching}`,
        depth: 1,
      });
      assert.equal(verify([record(2, selector, matching, root)]).kind, 'verified');
      assert.equal(verify([record(2, selector, matching, server)]).kind, 'mismatch');
    });

  test('an authority that the record holds whole need not be sent', () => {
    for (const selector of [0, 1]) {
      const expected = { kind: 'verified', record: `2 ${selector} 0`, depth: 1 };
      assert.deepEqual(verify([record(2, selector, 0, root)], chain.slice(0, 2)), expected);
      assert.equal(verify([record(2, selector, 1, root)], chain.slice(0, 2)).kind, 'mismatch');
    }
  });

  test('a chain in another order is put in order', () => {
    const [leaf, ...others] = chain;
    assert.ok(leaf);
    assert.equal(verify([record(2, 0, 1, root)], [leaf, ...others.toReversed()]).kind, 'verified');
  });

  test('the authority beside a chain that it did not sign is worth nothing', () => {
    const stranger = makeCertificate({ subject: 'mx', subjectAltName: 'DNS:mx.outside.test' });
    assert.equal(verify([record(2, 0, 1, root)], [stranger.der, root.der]).kind, 'mismatch');
    const namesake = makeCertificate({ subject: 'Root', ca: true });
    const forged = makeCertificate({
      subject: 'mx',
      subjectAltName: 'DNS:mx.outside.test',
      issuer: namesake,
    });
    for (const sent of [
      [forged, root],
      [forged, namesake, root],
      [forged, root, namesake],
    ])
      assert.equal(
        verify(
          [record(2, 0, 1, root), record(2, 1, 0, root), record(2, 0, 0, root)],
          sent.map(({ der }) => der),
        ).kind,
        'mismatch',
      );
  });

  test("a server's certificate signs no other", () => {
    const child = makeCertificate({ subject: 'c', issuer: server, subjectAltName: 'DNS:mx.outside.test' });
    assert.equal(verify([record(2, 0, 1, root)], [child.der, ...chain]).kind, 'mismatch');
    assert.equal(verify([record(2, 0, 0, server)], [child.der]).kind, 'mismatch');
  });

  test('name, dates and purpose must be right', () => {
    const records = [record(2, 0, 1, intermediate)];
    for (const [request, why] of [
      [{ subjectAltName: 'DNS:elsewhere.test' }, /for none of/u],
      [{}, /for none of/u],
      [{ subjectAltName: 'DNS:*.test' }, /for none of/u],
      [{ subjectAltName: 'DNS:mx.outside.test', expired: true }, /expired/u],
      [{ subjectAltName: 'DNS:mx.outside.test', extendedKeyUsage: 'clientAuth' }, /not for servers/u],
    ] as const) {
      const bad = makeCertificate({ subject: 'mx.outside.test', issuer: intermediate, ...request });
      const result = verify(records, [bad.der, intermediate.der]);
      assert.ok(result.kind === 'mismatch' && why.test(result.why), JSON.stringify(result));
    }
    for (const subjectAltName of ['DNS:*.outside.test', 'DNS:outside.test']) {
      const good = makeCertificate({ subject: 'x', issuer: intermediate, subjectAltName });
      assert.equal(verify(records, [good.der, intermediate.der]).kind, 'verified', subjectAltName);
    }
    assert.match(JSON.stringify(verify(records, chain, nowMs + 4_000 * DAY_MS)), /expired/u);
    assert.match(JSON.stringify(verify(records, chain, nowMs - 4_000 * DAY_MS)), /not valid yet/u);
  });
});

test('records that we can not use are as good as none', () => {
  const { data } = record(3, 1, 1, server);
  for (const unusable of [
    record(0, 0, 1, root),
    record(1, 1, 1, server),
    { usage: 4, selector: 1, matchingType: 1, data },
    { usage: 3, selector: 2, matchingType: 1, data },
    { usage: 3, selector: 1, matchingType: 3, data },
    { usage: 3, selector: 1, matchingType: 2, data },
    { usage: 3, selector: 1, matchingType: 1, data: data.subarray(1) },
    { usage: 3, selector: 1, matchingType: 1, data: Buffer.alloc(0) },
    { usage: 3, selector: 0, matchingType: 0, data: Buffer.from('no certificate') },
    { usage: 2, selector: 1, matchingType: 0, data: Buffer.from('no key') },
  ]) {
    assert.equal(isUsableRecord(unusable), false, JSON.stringify(unusable));
    assert.equal(verify([unusable]).kind, 'no-usable-records');
  }
  assert.equal(verify([]).kind, 'no-usable-records');
});

test('a chain that can not be read fits nothing', () => {
  const records = [record(3, 1, 1, server), record(2, 0, 1, root)];
  const truncated = server.der.subarray(0, 100);
  for (const broken of [[], [Buffer.alloc(0)], [Buffer.from('x')], [truncated], [server.der, truncated]])
    assert.equal(verify(records, broken).kind, 'mismatch');
  assert.equal(verify(records, Array<Buffer>(100).fill(intermediate.der)).kind, 'mismatch');
});

test('the public key is cut out as it stands, and nothing is read beyond the end', () => {
  for (const certificate of [server, makeCertificate({ subject: 'rsa', rsa: true })]) {
    assert.deepEqual(publicKeyInfoOf(certificate.der), certificate.publicKeyInfo);
    for (let length = 0; length < certificate.der.length; length++)
      assert.equal(publicKeyInfoOf(certificate.der.subarray(0, length)), null);
  }
});
