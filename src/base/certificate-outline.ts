/**
 * The parts of a certificate as they stand there (RFC 5280 section 4.1), for what is compared or hashed octet for
 * octet. Nothing is judged here: node has parsed the certificate before, and OpenSSL has verified it.
 */
import { DER, readElements, readInside, type DerElement } from './der.ts';

export interface CertificateOutline {
  /** Content of the INTEGER. */
  readonly serialNumber: Buffer;
  /** Name, whole. */
  readonly issuer: Buffer;
  /** Name, whole. */
  readonly subject: Buffer;
  /** SubjectPublicKeyInfo, whole. */
  readonly publicKeyInfo: Buffer;
  /** By the content of their object identifier: the content of extnValue. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** null where the outline is not that of a certificate. */
export function readCertificate(der: Buffer): CertificateOutline | null {
  const [body] = readInside(der, DER.sequence) ?? [];
  if (body?.tag !== DER.sequence) return null;
  const fields = readElements(body.content) ?? [];
  if (fields[0]?.tag === VERSION) fields.shift();
  const [serialNumber, , issuer, , subject, key] = fields;
  if (serialNumber?.tag !== DER.integer || issuer?.tag !== DER.sequence) return null;
  if (subject?.tag !== DER.sequence || key?.tag !== DER.sequence) return null;
  const extensions = readExtensions(fields.find(({ tag }) => tag === EXTENSIONS));
  if (extensions === null) return null;
  return {
    serialNumber: serialNumber.content,
    issuer: issuer.whole,
    subject: subject.whole,
    publicKeyInfo: key.whole,
    extensions,
  };
}

function readExtensions(field: DerElement | undefined): ReadonlyMap<string, Buffer> | null {
  const found = new Map<string, Buffer>();
  if (field === undefined) return found;
  const list = readInside(field.content, DER.sequence);
  if (list === null) return null;
  for (const extension of list) {
    const parts = readElements(extension.content);
    const [name, value] = [parts?.[0], parts?.at(-1)];
    if (name?.tag !== DER.objectIdentifier || value?.tag !== DER.octetString) return null;
    found.set(name.content.toString('hex'), value.content);
  }
  return found;
}

/** The octets of the key itself in a SubjectPublicKeyInfo: what RFC 6960 hashes. null where it is none. */
export function publicKeyBits(publicKeyInfo: Buffer): Buffer | null {
  const bits = readInside(publicKeyInfo, DER.sequence)?.[1];
  return bits?.tag === DER.bitString && bits.content[0] === 0 ? bits.content.subarray(1) : null;
}
