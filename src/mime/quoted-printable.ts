/** Decoding quoted-printable; what ill-formed input means is said in transfer-decoding.ts. */

const NOTHING = Buffer.alloc(0);
const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;
const NOT_HEX = 0xff;

const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = String.fromCharCode(byte);
  return /^[\dA-Fa-f]$/u.test(digit) ? Number.parseInt(digit, 16) : NOT_HEX;
});
/** 1 for what stands for itself, whatever is beside it. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  [EQUALS, SPACE, TAB, CR].includes(byte) ? 0 : 1,
);

/** RFC 5322 lines hold at most 998 octets: a longer run of blanks is no padding that a transport added. */
const MAX_TRAILING_BLANKS = 998;

type QpState = 'text' | 'cr' | 'escape' | 'escape-digit' | 'escape-blanks' | 'escape-cr';

export class QuotedPrintableDecoder {
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

  /** The fast way through lines that are complete in this piece; returns the index where it ends. */
  #copyPlain(piece: Buffer, from: number): number {
    const out = this.#out;
    const last = piece.length - 1;
    let length = this.#length;
    let i = from;
    for (; i <= last; i++) {
      const byte = piece[i] as number;
      if (IS_PLAIN[byte] === 1) out[length++] = byte;
      else if (i + 2 > last) break;
      else if (byte === EQUALS) {
        const pair = hexPair(piece[i + 1] as number, piece[i + 2] as number);
        if (pair >= 0) out[length++] = pair;
        else if (piece[i + 1] !== CR || piece[i + 2] !== LF) break;
        i += 2;
      } else if (byte === CR) {
        if (piece[i + 1] !== LF) break;
        out[length++] = CR;
        out[length++] = LF;
        i++;
      } else {
        // A single blank inside a line.
        const next = piece[i + 1] as number;
        if (next === SPACE || next === TAB || next === CR) break;
        out[length++] = byte;
      }
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
      this.#emit(hexPair(this.#digit, byte));
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
  return HEX_VALUES[byte] !== NOT_HEX;
}

/** The octet, or a negative number where these are no two hex digits; lower case is read too. */
function hexPair(high: number, low: number): number {
  const first = HEX_VALUES[high] as number;
  const second = HEX_VALUES[low] as number;
  return first === NOT_HEX || second === NOT_HEX ? -1 : (first << 4) | second;
}
