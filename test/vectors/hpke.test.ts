/** The vector of RFC 9180 for our suite: its encapsulated key opens, and its thousand ciphertexts come out alike. */
import assert from 'node:assert/strict';
import { createCipheriv, createECDH, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { hpkeOpen, kemSharedSecret, keySchedule } from '#src/sealing/hpke.ts';

const vector = JSON.parse(
  await readFile(new URL('hpke-p256-aes256.json', import.meta.url), 'utf8'),
) as Readonly<
  Record<'info' | 'recipientPrivate' | 'recipientPoint' | 'enc' | 'encryptionsAccumulated', string>
>;

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const recipient = createECDH('prime256v1');
recipient.setPrivateKey(hex(vector.recipientPrivate));
const MESSAGES = 1000;

/** Takes length and bytes again and again from SHAKE128 of nothing, as the vector's note says. */
function* drawInputs(): Generator<Buffer> {
  const source = createHash('shake128', { outputLength: MESSAGES * 2 * 256 }).digest();
  for (let offset = 0; ;) {
    const length = source.readUInt8(offset);
    yield source.subarray(offset + 1, offset + 1 + length);
    offset += 1 + length;
  }
}

test('RFC 9180, base mode, P-256, HKDF-SHA256, AES-256-GCM', async () => {
  assert.deepEqual(recipient.getPublicKey(), hex(vector.recipientPoint));
  const shared = kemSharedSecret(
    recipient.computeSecret(hex(vector.enc)),
    hex(vector.enc),
    hex(vector.recipientPoint),
  );
  const { key, baseNonce } = keySchedule(shared, hex(vector.info));
  const inputs = drawInputs();
  const accumulated = createHash('shake128', { outputLength: 16 });
  for (let sequence = 0; sequence < MESSAGES; sequence++) {
    const aad = inputs.next().value as Buffer;
    const plaintext = inputs.next().value as Buffer;
    const nonce = Buffer.from(baseNonce);
    nonce.writeUInt16BE(nonce.readUInt16BE(10) ^ sequence, 10);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
    const sealed = [cipher.update(plaintext), cipher.final()];
    const ciphertext = Buffer.concat([...sealed, cipher.getAuthTag()]);
    accumulated.update(ciphertext);
    if (sequence === 0) assert.deepEqual(await openFirst(aad, ciphertext), plaintext);
  }
  assert.equal(accumulated.digest('hex'), vector.encryptionsAccumulated);
});

/** The first message of the vector is what single-shot sealing would have sent. */
function openFirst(aad: Buffer, ciphertext: Buffer): Promise<Buffer> {
  return hpkeOpen({
    enc: hex(vector.enc),
    recipientPoint: hex(vector.recipientPoint),
    agree: (peerPoint) => recipient.computeSecret(peerPoint),
    info: hex(vector.info),
    aad,
    ciphertext,
  });
}
