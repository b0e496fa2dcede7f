/**
 * HKDF (RFC 5869) over WebCrypto's HMAC. WebCrypto's own HKDF always runs both steps; the formats need
 * Extract and Expand apart.
 */
import { concat, type Octets } from './octets.ts';

export type HashName = 'SHA-256' | 'SHA-512';

const HASH_OCTETS: Readonly<Record<HashName, number>> = { 'SHA-256': 32, 'SHA-512': 64 };

async function hmacKey(hash: HashName, key: Octets): Promise<CryptoKey> {
  // An empty key is not importable everywhere; HMAC pads keys with zeros, so one block of zeros is the same key.
  const material = key.length === 0 ? new Uint8Array(HASH_OCTETS[hash]) : key;
  return crypto.subtle.importKey('raw', material, { name: 'HMAC', hash }, false, ['sign']);
}

/** RFC 5869 section 2.2. */
export async function hkdfExtract(hash: HashName, salt: Octets, material: Octets): Promise<Octets> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(hash, salt), material));
}

/** RFC 5869 section 2.3; `length` in octets. */
export async function hkdfExpand(
  hash: HashName,
  pseudorandomKey: Octets,
  info: Octets,
  length: number,
): Promise<Octets> {
  if (length > 255 * HASH_OCTETS[hash]) throw new RangeError('HKDF-Expand gives at most 255 blocks');
  const key = await hmacKey(hash, pseudorandomKey);
  const blocks: Octets[] = [];
  let block: Octets = new Uint8Array(0);
  for (let counter = 1; blocks.length * HASH_OCTETS[hash] < length; counter++) {
    const input = concat(block, info, new Uint8Array([counter]));
    block = new Uint8Array(await crypto.subtle.sign('HMAC', key, input));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}
