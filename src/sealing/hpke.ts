/**
 * HPKE (RFC 9180), base mode, single shot, with one suite: DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256 0x0001,
 * AES-256-GCM 0x0002. Knows nothing of what it seals or for whom: that is bound through `info`. The private half
 * of a recipient may lie in a key provider, so opening asks for the raw shared secret through `agree`.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, encapsulate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { importWrappingPoint } from '#src/keys/wrapping-point.ts';

import { AuthenticationFailed } from './authentication-failed.ts';

/** Number of this suite in our own formats; a hybrid with ML-KEM-768 will have another. */
export const SUITE_P256 = 1;
/** Bytes of an encapsulated key: an uncompressed point. */
export const POINT_BYTES = 65;
/** How much longer than the plaintext a ciphertext is. */
export const HPKE_TAG_BYTES = 16;

const KEM_SUITE = Buffer.from('KEM\x00\x10', 'latin1');
const HPKE_SUITE = Buffer.from('HPKE\x00\x10\x00\x01\x00\x02', 'latin1');
const VERSION_LABEL = Buffer.from('HPKE-v1', 'latin1');
const NOTHING = Buffer.alloc(0);
const MODE_BASE = Buffer.of(0);
/** RFC 5869 section 2.2: without a salt the hash's length of zeros. */
const NO_SALT = createSecretKey(Buffer.alloc(32));
const PSK_ID_HASH = labeledExtract(NO_SALT, HPKE_SUITE, 'psk_id_hash', NOTHING);

export interface HpkeSealed {
  /** Encapsulated key, 65 bytes. */
  readonly enc: Buffer;
  /** Ciphertext and tag: 16 bytes longer than the plaintext. */
  readonly ciphertext: Buffer;
}

/** Seals to a public point. Throws AuthenticationFailed for a point that is not on the curve. */
export function hpkeSeal(input: {
  /** Uncompressed point, 65 bytes. */
  readonly recipientPoint: Uint8Array;
  readonly info: Uint8Array;
  readonly aad?: Uint8Array;
  readonly plaintext: Uint8Array;
}): HpkeSealed {
  const { sharedKey, ciphertext } = encapsulate(importPoint(input.recipientPoint));
  return sealWith(sharedKey, ciphertext, input);
}

/** The same with the curve's arithmetic in another thread; it is most of the work. */
export async function hpkeSealOffThread(input: Parameters<typeof hpkeSeal>[0]): Promise<HpkeSealed> {
  const { sharedKey, ciphertext } = await encapsulateOffThread(importPoint(input.recipientPoint));
  return sealWith(sharedKey, ciphertext, input);
}

interface Encapsulated {
  readonly sharedKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function encapsulateOffThread(key: KeyObject): Promise<Encapsulated> {
  return new Promise((resolve, reject) => {
    encapsulate(key, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/** node:crypto's encapsulation with an EC key is DHKEM of RFC 9180 section 4.1. */
function sealWith(
  sharedKey: Uint8Array,
  enc: Uint8Array,
  input: { readonly info: Uint8Array; readonly aad?: Uint8Array; readonly plaintext: Uint8Array },
): HpkeSealed {
  const { key, baseNonce } = keySchedule(Buffer.from(sharedKey), input.info);
  const cipher = createCipheriv('aes-256-gcm', key, baseNonce);
  cipher.setAAD(input.aad ?? NOTHING);
  const sealed = cipher.update(input.plaintext);
  cipher.final();
  return { enc: Buffer.from(enc), ciphertext: Buffer.concat([sealed, cipher.getAuthTag()]) };
}

/** Opens; throws AuthenticationFailed, the same for every cause. Errors of `agree` pass through. */
export async function hpkeOpen(input: {
  readonly enc: Uint8Array;
  /** The recipient's own public point, 65 bytes. */
  readonly recipientPoint: Uint8Array;
  /** ECDH of the recipient's private half with the peer's point: the x coordinate, 32 bytes. */
  agree(peerPoint: Uint8Array): Buffer | Promise<Buffer>;
  readonly info: Uint8Array;
  readonly aad?: Uint8Array;
  readonly ciphertext: Uint8Array;
}): Promise<Buffer> {
  if (input.ciphertext.length < HPKE_TAG_BYTES) throw new AuthenticationFailed();
  importPoint(input.enc);
  const sharedSecret = kemSharedSecret(await input.agree(input.enc), input.enc, input.recipientPoint);
  const { key, baseNonce } = keySchedule(sharedSecret, input.info);
  const tagStart = input.ciphertext.length - HPKE_TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, baseNonce, { authTagLength: HPKE_TAG_BYTES });
  decipher.setAAD(input.aad ?? NOTHING);
  decipher.setAuthTag(input.ciphertext.subarray(tagStart));
  const plaintext = decipher.update(input.ciphertext.subarray(0, tagStart));
  try {
    decipher.final();
  } catch {
    throw new AuthenticationFailed();
  }
  return plaintext;
}

/** Imports a point and so proves that it lies on the curve (RFC 9180 section 7.1.4). Throws AuthenticationFailed. */
function importPoint(point: Uint8Array): KeyObject {
  try {
    return importWrappingPoint(point);
  } catch {
    throw new AuthenticationFailed();
  }
}

/** ExtractAndExpand of DHKEM over the raw shared secret (RFC 9180 section 4.1). */
export function kemSharedSecret(rawSecret: Buffer, enc: Uint8Array, recipientPoint: Uint8Array): Buffer {
  const pseudorandomKey = labeledExtract(NO_SALT, KEM_SUITE, 'eae_prk', rawSecret);
  const kemContext = Buffer.concat([enc, recipientPoint]);
  return labeledExpand(pseudorandomKey, KEM_SUITE, 'shared_secret', kemContext, 32);
}

/** Key schedule of base mode (RFC 9180 section 5.1): the key and nonce of the only message that we send. */
export function keySchedule(
  sharedSecret: Buffer,
  info: Uint8Array,
): { readonly key: KeyObject; readonly baseNonce: Buffer } {
  const infoHash = labeledExtract(NO_SALT, HPKE_SUITE, 'info_hash', info);
  const context = Buffer.concat([MODE_BASE, PSK_ID_HASH, infoHash]);
  const secret = labeledExtract(createSecretKey(sharedSecret), HPKE_SUITE, 'secret', NOTHING);
  return {
    key: createSecretKey(labeledExpand(secret, HPKE_SUITE, 'key', context, 32)),
    baseNonce: labeledExpand(secret, HPKE_SUITE, 'base_nonce', context, 12),
  };
}

function labeledExtract(salt: KeyObject, suite: Buffer, label: string, inputKey: Uint8Array): Buffer {
  return createHmac('sha256', salt)
    .update(VERSION_LABEL)
    .update(suite)
    .update(label, 'latin1')
    .update(inputKey)
    .digest();
}

/** LabeledExpand (RFC 9180 section 4) for at most one block of the hash, which is all that this suite needs. */
function labeledExpand(
  pseudorandomKey: Buffer,
  suite: Buffer,
  label: string,
  info: Buffer,
  length: number,
): Buffer {
  return createHmac('sha256', createSecretKey(pseudorandomKey))
    .update(Buffer.of(0, length))
    .update(VERSION_LABEL)
    .update(suite)
    .update(label, 'latin1')
    .update(info)
    .update(Buffer.of(1))
    .digest()
    .subarray(0, length);
}
