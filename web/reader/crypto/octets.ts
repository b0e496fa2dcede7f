/**
 * Octet strings as the formats write them: base64url on the wire, fields behind their length in key derivations.
 * The browser's counterpart of the server's byte encodings; knows nothing of keys.
 */

export type Octets = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export function utf8(text: string): Octets {
  return encoder.encode(text);
}

export function concat(...pieces: readonly Uint8Array[]): Octets {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Each field behind its length as a 16-bit big-endian number. Throws RangeError over 65,535 octets. */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Octets {
  const pieces: Uint8Array[] = [];
  for (const field of fields) {
    const octets = typeof field === 'string' ? utf8(field) : field;
    if (octets.length > 0xffff) throw new RangeError('a length-prefixed field holds at most 65,535 octets');
    pieces.push(new Uint8Array([octets.length >> 8, octets.length & 0xff]), octets);
  }
  return concat(...pieces);
}

/** RFC 4648 section 5, without padding. */
export function toBase64Url(octets: Uint8Array): string {
  let binary = '';
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Throws when the text is not base64url. */
export function fromBase64Url(text: string): Octets {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('not base64url');
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i);
  return octets;
}

/** Looks at every octet whatever the first difference; false for different lengths. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
