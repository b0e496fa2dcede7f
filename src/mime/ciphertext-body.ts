/**
 * Looks at the first bytes of a body that says it is encrypted. A label is not enough: an opaque signature has the
 * same media type as an encrypted mail and can be read by everybody (RFC 8551 section 3.2).
 */
import type { PartBody } from './part-body.ts';
import type { ScannedPart } from './scan-result.ts';
import { transferDecoder, type TransferDecoder } from './transfer-decoding.ts';

const CMS_TYPES = new Set(['application/pkcs7-mime', 'application/x-pkcs7-mime']);
const SNIFFED_BYTES = 64;
const STEP_BYTES = 128;
/** Object identifiers with tag and length: 1.2.840.113549.1.7.3 and 1.2.840.113549.1.9.16.1.23. */
const ENVELOPED_DATA = Buffer.from('06092a864886f70d010703', 'hex');
const AUTH_ENVELOPED_DATA = Buffer.from('060b2a864886f70d0109100117', 'hex');
const ARMOR = '-----BEGIN PGP MESSAGE-----';

export function mayBeCiphertext(part: ScannedPart): boolean {
  return CMS_TYPES.has(part.mediaType) || part.parentMediaType === 'multipart/encrypted';
}

/** Counts as the body it is given does, and sniffs. */
export class CiphertextBody implements PartBody {
  readonly text = null;
  readonly #counter: PartBody;
  readonly #decoder: TransferDecoder;
  #first: Buffer = Buffer.alloc(0);

  constructor(transferEncoding: string, counter: PartBody) {
    this.#counter = counter;
    this.#decoder = transferDecoder(transferEncoding);
  }

  add(data: Buffer, from: number, to: number): void {
    this.#counter.add(data, from, to);
    for (let at = from; at < to && this.#first.length < SNIFFED_BYTES; at += STEP_BYTES) {
      const decoded = this.#decoder.decode(data.subarray(at, Math.min(to, at + STEP_BYTES)));
      this.#first = Buffer.concat([this.#first, decoded]).subarray(0, SNIFFED_BYTES);
    }
  }

  finish(): void {
    this.#counter.finish();
    if (this.#first.length < SNIFFED_BYTES)
      this.#first = Buffer.concat([this.#first, this.#decoder.finish()]);
  }

  get decodedBytes(): number {
    return this.#counter.decodedBytes;
  }

  get kind(): ScannedPart['ciphertext'] {
    if (isEnveloped(this.#first, this.decodedBytes)) return 'cms-enveloped';
    return isPgpMessage(this.#first) ? 'pgp-message' : null;
  }
}

/** A line end that a transport added behind binary content. */
const MAX_TRAILING_BYTES = 2;

/**
 * ContentInfo is a SEQUENCE that begins with the type of its content (RFC 5652 section 3). Where its length is
 * given it must be that of the body: text behind the ciphertext would be readable.
 */
function isEnveloped(first: Buffer, decodedBytes: number): boolean {
  if (first[0] !== 0x30) return false;
  const head = first[1] ?? 0;
  const lengthBytes = head > 0x80 ? head - 0x80 : 0;
  if (lengthBytes > 4) return false;
  const contentAt = 2 + lengthBytes;
  const startsWith = (identifier: Buffer): boolean =>
    first.subarray(contentAt, contentAt + identifier.length).equals(identifier);
  if (!startsWith(ENVELOPED_DATA) && !startsWith(AUTH_ENVELOPED_DATA)) return false;
  // BER of indefinite length says nothing here.
  if (head === 0x80) return true;
  const length = lengthBytes === 0 ? head : first.readUIntBE(2, lengthBytes);
  const beyond = decodedBytes - contentAt - length;
  return beyond >= 0 && beyond <= MAX_TRAILING_BYTES;
}

/** Armored (RFC 9580 section 6.2), as RFC 3156 asks for. */
function isPgpMessage(first: Buffer): boolean {
  return first.toString('latin1').trimStart().startsWith(ARMOR);
}
