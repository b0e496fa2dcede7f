/**
 * c2sp.org/chunked-encryption in its instantiation Cobblestone-256: HKDF-Expand with SHA-512, AEAD_AES_256_GCM,
 * chunks of 16 KiB of which the last is always shorter, a 24-byte salt and a 32-byte key commitment in front.
 * Knows nothing of messages: what a stream is for comes in as `context`. Reading by range is in `chunked-stream.ts`.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { CipherGCM, KeyObject } from 'node:crypto';

import { equalBytes } from '#src/base/bytes.ts';

import { AuthenticationFailed } from './authentication-failed.ts';

export const CHUNK_BYTES = 16 * 1024;
export const TAG_BYTES = 16;
export const SALT_BYTES = 24;
export const COMMITMENT_BYTES = 32;
export const HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const MAX_CHUNKS = 2 ** 38;
const INFO_PREFIX = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0', 'latin1');
const AEAD = 'aes-256-gcm';
const NOTHING = Buffer.alloc(0);
/** Shorter pieces are collected first: a cipher call and a buffer of their own would cost more than a copy. */
const SMALL_PIECE_BYTES = 1024;

/** What one input key, salt and context give. */
export interface StreamKeys {
  readonly key: KeyObject;
  readonly baseNonce: Buffer;
  readonly commitment: Buffer;
}

/** Derives the keys of one stream. Throws AuthenticationFailed for an input key that has not 32 bytes. */
export function deriveStreamKeys(inputKey: Uint8Array, salt: Uint8Array, context: Uint8Array): StreamKeys {
  const info = Buffer.concat([INFO_PREFIX, salt, context]);
  const material = expandSha512(inputKey, info, KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES);
  const derived = {
    key: createSecretKey(material.subarray(0, KEY_BYTES)),
    baseNonce: Buffer.from(material.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES)),
    commitment: Buffer.from(material.subarray(KEY_BYTES + NONCE_BYTES)),
  };
  material.fill(0);
  return derived;
}

/** HKDF-Expand with SHA-512 (RFC 5869 section 2.3); the pseudorandom key is 32 uniformly random bytes. */
export function expandSha512(pseudorandomKey: Uint8Array, info: Uint8Array, length: number): Buffer {
  if (pseudorandomKey.length !== KEY_BYTES) throw new AuthenticationFailed();
  const key = createSecretKey(pseudorandomKey);
  const blocks: Buffer[] = [];
  let previous: Buffer = NOTHING;
  for (let counter = 1; blocks.length * 64 < length; counter++) {
    previous = createHmac('sha512', key).update(previous).update(info).update(Buffer.of(counter)).digest();
    blocks.push(previous);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** Base nonce XOR chunk number, which is big-endian and at most 38 bits long. */
function chunkNonce(baseNonce: Buffer, chunk: number): Buffer {
  const nonce = Buffer.from(baseNonce);
  nonce.writeUInt8(nonce.readUInt8(7) ^ Math.floor(chunk / 2 ** 32), 7);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ (chunk % 2 ** 32)) >>> 0, 8);
  return nonce;
}

/**
 * Seals a stream piece by piece. Each piece is encrypted as it comes, so at most `SMALL_PIECE_BYTES` of plaintext
 * wait inside; the caller writes `header` and then every returned buffer in order.
 */
export class ChunkedEncryptor {
  /** Salt and commitment, 56 bytes; the first bytes of the ciphertext. */
  readonly header: Buffer;
  readonly commitment: Buffer;
  readonly #keys: StreamKeys;
  #chunk = 0;
  #inChunk = 0;
  #plaintextLength = 0;
  #cipher: CipherGCM | null = null;
  #staged: Buffer | null = null;
  #stagedLength = 0;
  #finished = false;

  /** `inputKey`: 32 random bytes. `salt`: 24 bytes, given only by tests; must never repeat for one input key. */
  constructor(inputKey: Uint8Array, context: Uint8Array, options: { readonly salt?: Uint8Array } = {}) {
    const salt = options.salt ?? randomBytes(SALT_BYTES);
    if (salt.length !== SALT_BYTES) throw new RangeError('a salt has 24 bytes');
    if (inputKey.length !== KEY_BYTES) throw new RangeError('an input key has 32 bytes');
    this.#keys = deriveStreamKeys(inputKey, salt, context);
    this.commitment = this.#keys.commitment;
    this.header = Buffer.concat([salt, this.commitment]);
  }

  /** Bytes given so far. */
  get plaintextLength(): number {
    return this.#plaintextLength;
  }

  /** Bytes of the whole ciphertext if the stream ended now. */
  get ciphertextLength(): number {
    return sealedLength(this.#plaintextLength);
  }

  /** Takes plaintext; returns the ciphertext that became ready. The piece may be reused by the caller afterwards. */
  update(plaintext: Uint8Array): Buffer[] {
    if (this.#finished) throw new Error('the stream is finished');
    this.#plaintextLength += plaintext.length;
    const out: Buffer[] = [];
    if (plaintext.length < SMALL_PIECE_BYTES) this.#stage(plaintext, out);
    else {
      this.#flushStaged(out);
      this.#encrypt(plaintext, out);
    }
    return out;
  }

  /** Seals what is left as the final chunk, which may be empty; returns the rest of the ciphertext. */
  finish(): Buffer[] {
    if (this.#finished) throw new Error('the stream is finished');
    const out: Buffer[] = [];
    this.#flushStaged(out);
    this.#closeChunk(out);
    this.#finished = true;
    return out;
  }

  #stage(piece: Uint8Array, out: Buffer[]): void {
    if (this.#stagedLength + piece.length > SMALL_PIECE_BYTES) this.#flushStaged(out);
    this.#staged ??= Buffer.allocUnsafeSlow(SMALL_PIECE_BYTES);
    this.#staged.set(piece, this.#stagedLength);
    this.#stagedLength += piece.length;
  }

  #flushStaged(out: Buffer[]): void {
    if (this.#staged === null || this.#stagedLength === 0) return;
    const length = this.#stagedLength;
    this.#stagedLength = 0;
    this.#encrypt(this.#staged.subarray(0, length), out);
    this.#staged.fill(0, 0, length);
  }

  #encrypt(plaintext: Uint8Array, out: Buffer[]): void {
    for (let offset = 0; offset < plaintext.length;) {
      const end = Math.min(plaintext.length, offset + CHUNK_BYTES - this.#inChunk);
      out.push(this.#currentCipher().update(plaintext.subarray(offset, end)));
      this.#inChunk += end - offset;
      offset = end;
      if (this.#inChunk === CHUNK_BYTES) this.#closeChunk(out);
    }
  }

  #currentCipher(): CipherGCM {
    if (this.#chunk >= MAX_CHUNKS) throw new RangeError('a stream has at most 2^38 chunks');
    this.#cipher ??= createCipheriv(AEAD, this.#keys.key, chunkNonce(this.#keys.baseNonce, this.#chunk));
    return this.#cipher;
  }

  #closeChunk(out: Buffer[]): void {
    const cipher = this.#currentCipher();
    cipher.final();
    out.push(cipher.getAuthTag());
    this.#cipher = null;
    this.#inChunk = 0;
    this.#chunk++;
  }
}

/** Opens one sealed chunk (ciphertext and tag). Throws AuthenticationFailed. */
export function openChunk(keys: StreamKeys, chunk: number, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new AuthenticationFailed();
  const decipher = createDecipheriv(AEAD, keys.key, chunkNonce(keys.baseNonce, chunk), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new AuthenticationFailed();
  }
  return plaintext;
}

/** Checks the key commitment, before anything is decrypted. Throws AuthenticationFailed. */
export function openHeader(inputKey: Uint8Array, context: Uint8Array, header: Uint8Array): StreamKeys {
  if (header.length !== HEADER_BYTES) throw new AuthenticationFailed();
  const keys = deriveStreamKeys(inputKey, header.subarray(0, SALT_BYTES), context);
  if (!equalBytes(keys.commitment, header.subarray(SALT_BYTES))) throw new AuthenticationFailed();
  return keys;
}

/** Ciphertext bytes of a plaintext of this length. */
export function sealedLength(plaintextLength: number): number {
  return HEADER_BYTES + plaintextLength + TAG_BYTES * (Math.floor(plaintextLength / CHUNK_BYTES) + 1);
}

/**
 * Plaintext bytes in a ciphertext of this length; throws AuthenticationFailed where no plaintext gives this length,
 * which is how a ciphertext cut at the end of a full chunk is found.
 */
export function openedLength(ciphertextLength: number): number {
  const chunkBytes = ciphertextLength - HEADER_BYTES;
  const fullChunks = Math.floor(chunkBytes / SEALED_CHUNK_BYTES);
  const lastBytes = chunkBytes - fullChunks * SEALED_CHUNK_BYTES - TAG_BYTES;
  if (!Number.isSafeInteger(ciphertextLength) || chunkBytes < TAG_BYTES || lastBytes < 0)
    throw new AuthenticationFailed();
  if (fullChunks >= MAX_CHUNKS) throw new AuthenticationFailed();
  return fullChunks * CHUNK_BYTES + lastBytes;
}

/** Seals a whole buffer. */
export function encryptChunked(
  inputKey: Uint8Array,
  context: Uint8Array,
  plaintext: Uint8Array,
  options: { readonly salt?: Uint8Array } = {},
): Buffer {
  const encryptor = new ChunkedEncryptor(inputKey, context, options);
  return Buffer.concat([encryptor.header, ...encryptor.update(plaintext), ...encryptor.finish()]);
}

/** Opens a whole buffer. Throws AuthenticationFailed; no plaintext is given out before all of it is authentic. */
export function decryptChunked(inputKey: Uint8Array, context: Uint8Array, ciphertext: Uint8Array): Buffer {
  const bytes = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
  const keys = openHeader(inputKey, context, bytes.subarray(0, HEADER_BYTES));
  openedLength(bytes.length);
  const chunks: Buffer[] = [];
  for (let offset = HEADER_BYTES; offset < bytes.length; offset += SEALED_CHUNK_BYTES)
    chunks.push(openChunk(keys, chunks.length, bytes.subarray(offset, offset + SEALED_CHUNK_BYTES)));
  return Buffer.concat(chunks);
}
