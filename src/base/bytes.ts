/**
 * Byte encodings that several formats share. Every variable-length field that goes into a key derivation, a MAC
 * or a signature is length-prefixed, so that no two different lists of fields give the same bytes.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Concatenates fields, each behind its length as a 16-bit big-endian number. Throws RangeError over 65,535 bytes. */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Buffer {
  const lengths = fields.map((field) =>
    typeof field === 'string' ? Buffer.byteLength(field) : field.length,
  );
  if (lengths.some((length) => length > 0xffff))
    throw new RangeError('a length-prefixed field holds at most 65,535 bytes');
  const joined = Buffer.alloc(lengths.reduce((sum, length) => sum + 2 + length, 0));
  let offset = 0;
  for (const [index, field] of fields.entries()) {
    offset = joined.writeUInt16BE(lengths[index] ?? 0, offset);
    if (typeof field === 'string') joined.write(field, offset);
    else joined.set(field, offset);
    offset += lengths[index] ?? 0;
  }
  return joined;
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
