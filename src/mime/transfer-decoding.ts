/**
 * Undoing base64 and quoted-printable (RFC 2045 section 6) in one pass over pieces of any size. What counts as the
 * decoded text of ill-formed input is settled here, and every reader of sealed messages follows it:
 * - base64: characters outside the alphabet are skipped; `=` ends a group, drops its odd bits, and the next
 *   character begins a new one;
 * - quoted-printable: spaces and tabs before a line end are dropped (runs over 998 octets are text), `=` with spaces
 *   and a line end is a soft break, `=` with anything else but two hex digits stands for itself.
 */

export interface TransferDecoder {
  /** May return a view of `bytes`. */
  decode(bytes: Buffer): Buffer;
  /** What was kept back; call once. */
  finish(): Buffer;
}

export function transferDecoder(encoding: string): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder();
  if (encoding === 'quoted-printable') return new QuotedPrintableDecoder();
  return IDENTITY;
}

const NOTHING = Buffer.alloc(0);
const IDENTITY: TransferDecoder = { decode: (bytes) => bytes, finish: () => NOTHING };

const SKIPPED = 0xff;
const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
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

export class Base64Decoder implements TransferDecoder {
  #bits = 0;
  #sextets = 0;

  decode(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(Math.ceil(((bytes.length + 4) * 3) / 4));
    let length = 0;
    let bits = this.#bits;
    let sextets = this.#sextets;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      const value = BASE64_VALUES[byte] as number;
      if (value !== SKIPPED) {
        bits = ((bits << 6) | value) & 0xffffff;
        if (++sextets < 4) continue;
        out[length++] = bits >> 16;
        out[length++] = (bits >> 8) & 0xff;
        out[length++] = bits & 0xff;
        sextets = 0;
      } else if (byte === EQUALS) {
        length = endGroup(out, length, bits, sextets);
        sextets = 0;
      }
    }
    this.#bits = bits;
    this.#sextets = sextets;
    return out.subarray(0, length);
  }

  finish(): Buffer {
    const out = Buffer.alloc(2);
    return out.subarray(0, endGroup(out, 0, this.#bits, this.#sextets));
  }
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

/** RFC 5322 lines hold at most 998 octets: a longer run of blanks is no padding that a transport added. */
const MAX_TRAILING_BLANKS = 998;

type QpState = 'text' | 'cr' | 'escape' | 'escape-digit' | 'escape-blanks' | 'escape-cr';

export class QuotedPrintableDecoder implements TransferDecoder {
  #state: QpState = 'text';
  #digit = 0;
  /** Blanks that are dropped if a line end follows. */
  #blanks: Buffer = NOTHING;
  #blankCount = 0;
  /** Inside a run of blanks that is too long to be dropped. */
  #longRun = false;
  #out: Buffer = NOTHING;
  #length = 0;

  decode(piece: Buffer): Buffer {
    // What is kept back is at most the blanks and an escape of two characters.
    this.#out = Buffer.allocUnsafe(piece.length + this.#blankCount + 3);
    this.#length = 0;
    const end = piece.length;
    let i = 0;
    while (i < end) {
      if (this.#state === 'text' && this.#blankCount === 0 && !this.#longRun) {
        i = this.#copyPlain(piece, i);
        if (i === end) break;
      }
      this.#step(piece[i] as number);
      i++;
    }
    return this.#out.subarray(0, this.#length);
  }

  finish(): Buffer {
    this.#out = Buffer.allocUnsafe(this.#blankCount + 3);
    this.#length = 0;
    if (this.#state === 'cr') {
      this.#emitBlanks();
      this.#emit(CR);
    } else if (this.#state === 'escape-digit') {
      this.#emit(EQUALS);
      this.#emit(this.#digit);
    }
    return this.#out.subarray(0, this.#length);
  }

  /** Copies what stands for itself whatever follows; returns the index of the first byte that does not. */
  #copyPlain(piece: Buffer, from: number): number {
    const out = this.#out;
    const last = piece.length - 1;
    let length = this.#length;
    let i = from;
    for (; i <= last; i++) {
      const byte = piece[i] as number;
      if (byte === EQUALS || byte === CR) break;
      if (byte === SPACE || byte === TAB) {
        const next = i === last ? SPACE : (piece[i + 1] as number);
        if (next === SPACE || next === TAB || next === CR) break;
      }
      out[length++] = byte;
    }
    this.#length = length;
    return i;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'text':
        this.#text(byte);
        return;
      case 'cr':
        this.#state = 'text';
        if (byte === LF) this.#blankCount = 0;
        this.#emitBlanks();
        this.#emit(CR);
        this.#text(byte);
        return;
      case 'escape':
        this.#escape(byte);
        return;
      case 'escape-digit':
        this.#escapeDigit(byte);
        return;
      case 'escape-blanks':
        if (isBlank(byte) && this.#blankCount < MAX_TRAILING_BLANKS) this.#keepBlank(byte);
        else if (byte === CR) this.#state = 'escape-cr';
        else this.#noEscape(byte);
        return;
      case 'escape-cr':
        this.#state = 'text';
        if (byte === LF) this.#blankCount = 0;
        else {
          this.#emit(EQUALS);
          this.#emitBlanks();
          this.#emit(CR);
          this.#text(byte);
        }
    }
  }

  #text(byte: number): void {
    if (isBlank(byte)) {
      this.#blank(byte);
      return;
    }
    if (byte === CR) {
      this.#state = 'cr';
      return;
    }
    this.#emitBlanks();
    if (byte === EQUALS) this.#state = 'escape';
    else this.#emit(byte);
  }

  #blank(byte: number): void {
    if (!this.#longRun && this.#blankCount < MAX_TRAILING_BLANKS) {
      this.#keepBlank(byte);
      return;
    }
    if (!this.#longRun) this.#emitBlanks();
    this.#longRun = true;
    this.#emit(byte);
  }

  #escape(byte: number): void {
    if (isHex(byte)) {
      this.#digit = byte;
      this.#state = 'escape-digit';
    } else if (isBlank(byte)) {
      this.#state = 'escape-blanks';
      this.#keepBlank(byte);
    } else if (byte === CR) this.#state = 'escape-cr';
    else this.#noEscape(byte);
  }

  #escapeDigit(byte: number): void {
    if (isHex(byte)) {
      this.#state = 'text';
      this.#emit((hexValue(this.#digit) << 4) | hexValue(byte));
      return;
    }
    this.#state = 'text';
    this.#emit(EQUALS);
    this.#emit(this.#digit);
    this.#text(byte);
  }

  /** The equals sign stood for itself, and so do the blanks after it. */
  #noEscape(byte: number): void {
    this.#state = 'text';
    this.#emit(EQUALS);
    if (isBlank(byte)) this.#blank(byte);
    else this.#text(byte);
  }

  #keepBlank(byte: number): void {
    if (this.#blanks.length === 0) this.#blanks = Buffer.allocUnsafe(MAX_TRAILING_BLANKS);
    this.#blanks[this.#blankCount++] = byte;
  }

  #emitBlanks(): void {
    for (let i = 0; i < this.#blankCount; i++) this.#emit(this.#blanks[i] as number);
    this.#blankCount = 0;
    this.#longRun = false;
  }

  #emit(byte: number): void {
    this.#out[this.#length++] = byte;
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

function hexValue(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte & 0xdf) - 0x37;
}
