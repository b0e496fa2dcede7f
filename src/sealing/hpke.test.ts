import assert from 'node:assert/strict';
import { diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke';

import { importWrappingPoint, wrappingPublicKey } from '#src/keys/wrapping-point.ts';

import { hpkeOpen, hpkeSeal } from './hpke.ts';

const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const info = Buffer.from('what it is for');
const aad = Buffer.from('and more');
const plaintext = randomBytes(32);

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { point } = wrappingPublicKey(pair.publicKey);
const agree = (peerPoint: Uint8Array): Buffer =>
  diffieHellman({ privateKey: pair.privateKey, publicKey: importWrappingPoint(peerPoint) });

describe('against a second implementation of RFC 9180', () => {
  test('what we seal it opens', async () => {
    const { enc, ciphertext } = hpkeSeal({ recipientPoint: point, info, aad, plaintext });
    const { d } = pair.privateKey.export({ format: 'jwk' });
    const theirs = await suite.DeserializePrivateKey(Buffer.from(d ?? '', 'base64url'));
    const opened = await suite.Open(theirs, enc, ciphertext, { aad, info });
    assert.deepEqual(Buffer.from(opened), plaintext);
  });

  test('what it seals we open', async () => {
    const theirs = await suite.DeserializePublicKey(point);
    const { encapsulatedSecret: enc, ciphertext } = await suite.Seal(theirs, plaintext, { aad, info });
    assert.deepEqual(await hpkeOpen({ enc, recipientPoint: point, agree, info, aad, ciphertext }), plaintext);
  });
});

describe('opening', () => {
  const sealed = hpkeSeal({ recipientPoint: point, info, aad, plaintext });
  const good = { ...sealed, recipientPoint: point, agree, info, aad };
  const same = { code: 'authentication-failed', message: 'the ciphertext does not authenticate' };

  test('gives the plaintext back', async () => {
    assert.deepEqual(await hpkeOpen(good), plaintext);
  });

  test('fails the same way for another info, aad, recipient, ciphertext or encapsulated key', async () => {
    const other = wrappingPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey).point;
    for (const change of [
      { info: Buffer.from('something else') },
      { aad: Buffer.alloc(0) },
      { recipientPoint: other },
      { enc: other },
      { ciphertext: Buffer.concat([sealed.ciphertext, Buffer.of(0)]) },
      { ciphertext: sealed.ciphertext.subarray(0, 15) },
      { ciphertext: Buffer.alloc(0) },
    ])
      await assert.rejects(hpkeOpen({ ...good, ...change }), same);
  });

  test('refuses every encapsulated key that is no point of the curve, before it asks for the secret', async () => {
    let asked = 0;
    const counting = (peerPoint: Uint8Array): Buffer => {
      asked++;
      return agree(peerPoint);
    };
    const offCurve = Buffer.from(point);
    offCurve.writeUInt8(offCurve.readUInt8(64) ^ 1, 64);
    const compressed = Buffer.concat([Buffer.of(2 + (point.readUInt8(64) & 1)), point.subarray(1, 33)]);
    const overField = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)]);
    const zero = Buffer.concat([Buffer.of(4), Buffer.alloc(64)]);
    for (const enc of [
      offCurve,
      compressed,
      overField,
      zero,
      Buffer.of(0),
      Buffer.alloc(0),
      Buffer.alloc(65),
    ])
      await assert.rejects(hpkeOpen({ ...good, enc, agree: counting }), same);
    assert.equal(asked, 0);
  });
});

test('sealing to a point off the curve is refused', () => {
  const offCurve = Buffer.from(point);
  offCurve.writeUInt8(offCurve.readUInt8(40) ^ 1, 40);
  assert.throws(() => hpkeSeal({ recipientPoint: offCurve, info, plaintext }), {
    code: 'authentication-failed',
  });
});

test('an empty plaintext and no aad are possible', async () => {
  const sealed = hpkeSeal({ recipientPoint: point, info, plaintext: Buffer.alloc(0) });
  assert.equal((await hpkeOpen({ ...sealed, recipientPoint: point, agree, info })).length, 0);
});
