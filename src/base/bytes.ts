/**
 * Byte encodings that several formats share. Every variable-length field that goes into a key derivation, a MAC
 * or a signature is length-prefixed, so that no two different lists of fields give the same bytes.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Concatenates fields, each behind its length as a 16-bit big-endian number. Throws RangeError over 65,535 bytes. */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Buffer {
  const pieces: Buffer[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : Buffer.from(field);
    if (bytes.length > 0xffff) throw new RangeError('a length-prefixed field holds at most 65,535 bytes');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    pieces.push(length, bytes);
  }
  return Buffer.concat(pieces);
}

/** Compares in constant time; false for different lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
