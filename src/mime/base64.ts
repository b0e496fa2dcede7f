/** Counting and decoding base64 (RFC 4648); what ill-formed input means is said in transfer-decoding.ts. */

const SKIPPED = 0xff;
const EQUALS = 0x3d;
const BASE64_VALUES = makeBase64Values();
/** 1 for a character of the alphabet: summed over a piece it counts sextets. */
const BASE64_COUNTS = BASE64_VALUES.map((value) => (value === SKIPPED ? 0 : 1));

/** The same for two bytes in either order. */
const PAIR_COUNTS = Uint8Array.from(
  { length: 65_536 },
  (_, pair) => (BASE64_COUNTS[pair & 0xff] as number) + (BASE64_COUNTS[pair >> 8] as number),
);

function makeBase64Values(): Uint8Array {
  const values = new Uint8Array(256).fill(SKIPPED);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

/** Counts the decoded bytes of base64 without decoding it. */
export class Base64Counter {
  #bytes = 0;
  #sextets = 0;

  add(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const found = bytes.indexOf(EQUALS, at);
      const end = found === -1 || found >= to ? to : found;
      this.#sextets += countSextets(bytes, at, end);
      if (end < to) this.#endGroup();
      at = end + 1;
    }
  }

  get decodedBytes(): number {
    return this.#bytes + Math.floor((this.#sextets * 3) / 4);
  }

  #endGroup(): void {
    this.#bytes += Math.floor((this.#sextets * 3) / 4);
    this.#sextets = 0;
  }
}

/** Two bytes at a time: attachments are most of what passes, and this loop is most of what they cost. */
function countSextets(bytes: Buffer, from: number, to: number): number {
  if (from >= to) return 0;
  let at = from;
  let count = 0;
  if ((bytes.byteOffset + at) % 2 === 1) count += BASE64_COUNTS[bytes[at++] as number] as number;
  const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 1);
  const unrolled = pairs.length - (pairs.length % 4);
  const counts = PAIR_COUNTS;
  for (let i = 0; i < unrolled; i += 4) {
    count +=
      (counts[pairs[i] as number] as number) +
      (counts[pairs[i + 1] as number] as number) +
      (counts[pairs[i + 2] as number] as number) +
      (counts[pairs[i + 3] as number] as number);
  }
  for (let i = unrolled; i < pairs.length; i++) count += counts[pairs[i] as number] as number;
  at += 2 * pairs.length;
  return at < to ? count + (BASE64_COUNTS[bytes[at] as number] as number) : count;
}

export class Base64Decoder {
  #bits = 0;
  #sextets = 0;

  decode(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(Math.ceil(((bytes.length + 4) * 3) / 4));
    let length = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#sextets === 0) {
        const groups = decodeGroups(bytes, at, out, length);
        at += 4 * groups;
        length += 3 * groups;
        if (at >= bytes.length) break;
      }
      length = this.#step(bytes[at++] as number, out, length);
    }
    return out.subarray(0, length);
  }

  #step(byte: number, out: Buffer, length: number): number {
    const value = BASE64_VALUES[byte] as number;
    if (value !== SKIPPED) {
      this.#bits = ((this.#bits << 6) | value) & 0xffffff;
      if (++this.#sextets < 4) return length;
      this.#sextets = 0;
      return writeGroup(out, length, this.#bits);
    }
    if (byte !== EQUALS) return length;
    const end = endGroup(out, length, this.#bits, this.#sextets);
    this.#sextets = 0;
    return end;
  }

  finish(): Buffer {
    const out = Buffer.alloc(2);
    return out.subarray(0, endGroup(out, 0, this.#bits, this.#sextets));
  }
}

/** Whole groups without anything between; returns how many. */
function decodeGroups(bytes: Buffer, from: number, out: Buffer, outAt: number): number {
  const values = BASE64_VALUES;
  const last = bytes.length - 4;
  let length = outAt;
  let at = from;
  for (; at <= last; at += 4) {
    const a = values[bytes[at] as number] as number;
    const b = values[bytes[at + 1] as number] as number;
    const c = values[bytes[at + 2] as number] as number;
    const d = values[bytes[at + 3] as number] as number;
    if ((a | b | c | d) === SKIPPED) break;
    length = writeGroup(out, length, (a << 18) | (b << 12) | (c << 6) | d);
  }
  return (at - from) / 4;
}

function writeGroup(out: Buffer, length: number, bits: number): number {
  out[length] = bits >> 16;
  out[length + 1] = (bits >> 8) & 0xff;
  out[length + 2] = bits & 0xff;
  return length + 3;
}

function endGroup(out: Buffer, length: number, bits: number, sextets: number): number {
  if (sextets < 2) return length;
  if (sextets === 2) {
    out[length] = (bits >> 4) & 0xff;
    return length + 1;
  }
  out[length] = (bits >> 10) & 0xff;
  out[length + 1] = (bits >> 2) & 0xff;
  return length + 2;
}
