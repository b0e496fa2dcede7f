/**
 * Seals and opens c2sp.org/chunked-encryption in its Cobblestone-256 form: HKDF-Expand over SHA-512, AES-256-GCM, chunks of
 * 16 KiB of which the last is always shorter. The commitment is checked before any chunk is opened. Knows no
 * transport: chunks come in by number.
 */
import { DamagedMessage } from './damaged.ts';
import { hkdfExpand } from './hkdf.ts';
import { concat, equalOctets, utf8, type Octets } from './octets.ts';

export const CHUNK_OCTETS = 16_384;
export const TAG_OCTETS = 16;
export const SEALED_CHUNK_OCTETS = CHUNK_OCTETS + TAG_OCTETS;
export const SALT_OCTETS = 24;
export const COMMITMENT_OCTETS = 32;
export const HEADER_OCTETS = SALT_OCTETS + COMMITMENT_OCTETS;

const INFO_PREFIX = concat(utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM'), new Uint8Array([0]));

/** A message of exactly n chunks' length has one more, empty chunk. */
export function chunkCount(plaintextLength: number): number {
  return Math.floor(plaintextLength / CHUNK_OCTETS) + 1;
}

/** Plaintext octets of chunk `number`. */
export function chunkLength(plaintextLength: number, number: number): number {
  return number === chunkCount(plaintextLength) - 1 ? plaintextLength % CHUNK_OCTETS : CHUNK_OCTETS;
}

export interface StreamOpener {
  /** Plaintext of one chunk. Throws DamagedMessage: wrong octets, wrong place, wrong length. */
  openChunk(number: number, ciphertext: Octets): Promise<Octets>;
}

export interface StreamParameters {
  /** 32 octets. */
  readonly contentKey: Octets;
  /** Salt and commitment, 56 octets. */
  readonly header: Octets;
  readonly context: Octets;
  /** Authenticated length of the whole stream; says which chunk is the last. */
  readonly plaintextLength: number;
}

function chunkNonce(baseNonce: Octets, number: number): Octets {
  const nonce = baseNonce.slice();
  let rest = number;
  for (let i = nonce.length - 1; rest > 0; i--) {
    nonce[i] = (nonce[i] ?? 0) ^ (rest % 256);
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

interface StreamKeys {
  readonly key: CryptoKey;
  readonly baseNonce: Octets;
  readonly commitment: Octets;
}

async function deriveKeys(
  contentKey: Octets,
  salt: Octets,
  context: Octets,
  use: 'encrypt' | 'decrypt',
): Promise<StreamKeys> {
  const derived = await hkdfExpand('SHA-512', contentKey, concat(INFO_PREFIX, salt, context), 32 + 12 + 32);
  const key = await crypto.subtle.importKey('raw', derived.slice(0, 32), 'AES-GCM', false, [use]);
  return { key, baseNonce: derived.slice(32, 44), commitment: derived.slice(44) };
}

export interface StreamSealer {
  /** Salt and commitment; in front of the chunks. */
  readonly header: Octets;
  /** Each number once: other octets under the same number would give both away. */
  sealChunk(number: number, plaintext: Octets): Promise<Octets>;
}

/** A stream under a fresh salt, chunk by chunk; all but the last have `CHUNK_OCTETS`, the last fewer. */
export async function sealerFor(contentKey: Octets, context: Octets): Promise<StreamSealer> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_OCTETS));
  const { key, baseNonce, commitment } = await deriveKeys(contentKey, salt, context, 'encrypt');
  return {
    header: concat(salt, commitment),
    async sealChunk(number, plaintext) {
      const iv = chunkNonce(baseNonce, number);
      const algorithm = { name: 'AES-GCM', iv, tagLength: 128 };
      return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext));
    },
  };
}

/** A whole stream: salt, commitment, chunks. */
export async function sealStream(contentKey: Octets, context: Octets, plaintext: Octets): Promise<Octets> {
  const sealer = await sealerFor(contentKey, context);
  const pieces = [sealer.header];
  for (let number = 0; number < chunkCount(plaintext.length); number++) {
    const chunk = plaintext.slice(number * CHUNK_OCTETS, (number + 1) * CHUNK_OCTETS);
    pieces.push(await sealer.sealChunk(number, chunk));
  }
  return concat(...pieces);
}

/** Checks the commitment, then gives the opener; throws DamagedMessage. */
export async function openStream(stream: StreamParameters): Promise<StreamOpener> {
  const { contentKey, header, context, plaintextLength } = stream;
  if (contentKey.length !== 32 || header.length !== HEADER_OCTETS) throw new DamagedMessage();
  const { key, baseNonce, commitment } = await deriveKeys(
    contentKey,
    header.slice(0, SALT_OCTETS),
    context,
    'decrypt',
  );
  if (!equalOctets(commitment, header.subarray(SALT_OCTETS))) throw new DamagedMessage();
  const chunks = chunkCount(plaintextLength);

  async function openChunk(number: number, ciphertext: Octets): Promise<Octets> {
    if (number < 0 || number >= chunks) throw new DamagedMessage();
    if (ciphertext.length !== chunkLength(plaintextLength, number) + TAG_OCTETS) throw new DamagedMessage();
    try {
      const iv = chunkNonce(baseNonce, number);
      return new Uint8Array(
        await crypto.subtle.decrypt({ name: 'AES-GCM', iv, tagLength: 128 }, key, ciphertext),
      );
    } catch {
      throw new DamagedMessage();
    }
  }
  return { openChunk };
}
