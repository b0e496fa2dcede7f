/**
 * The public key of a certificate as it stands there (SubjectPublicKeyInfo, RFC 5280 section 4.1), which is what a
 * TLSA record with selector 1 is made of. Exporting the key would write it anew, and not always in the same octets.
 */
const SEQUENCE = 0x30;
const VERSION = 0xa0;
/** serialNumber, signature, issuer, validity, subject. */
const FIELDS_BEFORE_KEY = 5;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** `der`: a certificate that was parsed before. null where its outline is not that of one. */
export function publicKeyInfoOf(der: Buffer): Buffer | null {
  const certificate = readElement(der, 0, der.length);
  if (certificate?.tag !== SEQUENCE) return null;
  const body = readElement(der, certificate.content, certificate.end);
  if (body?.tag !== SEQUENCE) return null;
  let field = readElement(der, body.content, body.end);
  if (field?.tag === VERSION) field = readElement(der, field.end, body.end);
  for (let i = 0; i < FIELDS_BEFORE_KEY && field !== null; i++) field = readElement(der, field.end, body.end);
  return field?.tag === SEQUENCE ? der.subarray(field.start, field.end) : null;
}

/** One DER element of a one-octet tag. */
function readElement(der: Buffer, start: number, limit: number): Element | null {
  if (start + 2 > limit) return null;
  const tag = der.readUInt8(start);
  const first = der.readUInt8(start + 1);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const content = start + 2 + lengthOctets;
  if (lengthOctets > 4 || first === 0x80 || content > limit) return null;
  const length = lengthOctets === 0 ? first : der.readUIntBE(start + 2, lengthOctets);
  const end = content + length;
  return end <= limit ? { tag, start, content, end } : null;
}
