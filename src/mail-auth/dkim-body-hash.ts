/**
 * The body hash of a DKIM signature while the body passes: relaxed canonicalisation (RFC 6376 section 3.4.4) and
 * SHA-256. Takes the body in any pieces, keeps a few counters, and reads each octet once. Lines end in CR LF; a CR
 * or LF alone is an ordinary octet, as the standard has it. There is no `l=`: all of the body counts.
 */
import { createHash } from 'node:crypto';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

const PIECE_BYTES = 16 * 1024;
/** White space and a CR may wait from the piece before. */
const MAX_WAITING_BYTES = 2;
const LINE_ENDS = Buffer.from('\r\n'.repeat(4096), 'latin1');

export class DkimBodyHash {
  readonly #hash = createHash('sha256');
  /** What the piece at hand became. */
  readonly #out = Buffer.allocUnsafe(PIECE_BYTES + MAX_WAITING_BYTES);
  #isEmpty = true;
  /** White space that counts, as one space, only if the line goes on. */
  #spaceWaits = false;
  /** A CR that may begin a line end. */
  #crWaits = false;
  /** Line ends that count only if something follows them. */
  #lineEndsWait = 0;

  update(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) this.#take(chunk.subarray(at, at + PIECE_BYTES));
  }

  /** The 32 bytes of `bh=`. Call it once, after all of the body. */
  digest(): Buffer {
    if (this.#crWaits) this.#hashOut(this.#put(CR, 0));
    // A body that is not empty ends with exactly one line end; an empty one stays empty (RFC 6376 section 3.4.4).
    if (!this.#isEmpty) this.#hash.update('\r\n');
    return this.#hash.digest();
  }

  #take(piece: Buffer): void {
    let start = 0;
    while (start < piece.length && isBlank(piece[start])) start++;
    // Behind the first octet that stays nothing waits any more.
    start = Math.min(start + 1, piece.length);
    let end = piece.length;
    while (end > start && isBlank(piece[end - 1])) end--;
    this.#takeOctets(piece.subarray(0, start));
    const inner = piece.subarray(start, end);
    if (staysAsItIs(inner)) this.#hashInner(inner);
    else this.#takeOctets(inner);
    this.#takeOctets(piece.subarray(end));
  }

  /** Most attachments are lines of base64, on which nothing is to be done. */
  #hashInner(inner: Buffer): void {
    if (inner.length === 0) return;
    this.#isEmpty = false;
    this.#hash.update(inner);
  }

  #takeOctets(octets: Buffer): void {
    const out = this.#out;
    let length = 0;
    let waits = this.#somethingWaits();
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (octet > SPACE && !waits) {
        out[length++] = octet;
      } else {
        length = this.#takeOther(octet, length);
        waits = this.#somethingWaits();
      }
    }
    this.#hashOut(length);
  }

  #somethingWaits(): boolean {
    return this.#spaceWaits || this.#crWaits || this.#lineEndsWait > 0;
  }

  /** Returns the new length of `#out`. */
  #takeOther(octet: number, outLength: number): number {
    let length = outLength;
    if (this.#crWaits) {
      this.#crWaits = false;
      if (octet === LF) {
        this.#spaceWaits = false;
        this.#lineEndsWait++;
        return length;
      }
      length = this.#put(CR, length);
    }
    if (octet === CR) this.#crWaits = true;
    else if (octet === SPACE || octet === TAB) this.#spaceWaits = true;
    else length = this.#put(octet, length);
    return length;
  }

  /** An octet that stays, behind what waited for one. */
  #put(octet: number, outLength: number): number {
    const out = this.#out;
    let length = outLength;
    // Behind nothing of this piece: they may be of earlier ones, and more than `out` has room for.
    if (length === 0) this.#hashLineEnds();
    for (; this.#lineEndsWait > 0; this.#lineEndsWait--) {
      out[length++] = CR;
      out[length++] = LF;
    }
    if (this.#spaceWaits) out[length++] = SPACE;
    this.#spaceWaits = false;
    out[length++] = octet;
    return length;
  }

  #hashLineEnds(): void {
    for (let left = this.#lineEndsWait * 2; left > 0; left -= LINE_ENDS.length)
      this.#hash.update(LINE_ENDS.subarray(0, left));
    this.#lineEndsWait = 0;
  }

  #hashOut(length: number): void {
    if (length === 0) return;
    this.#isEmpty = false;
    this.#hash.update(this.#out.subarray(0, length));
  }
}

/** White space, or an octet that may belong to a line end. */
function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB || octet === CR || octet === LF;
}

/** No white space is to be reduced in `inner`, which follows an octet that stays and ends with one. */
function staysAsItIs(inner: Buffer): boolean {
  return !inner.includes(TAB) && !inner.includes('  ', 0, 'latin1') && !inner.includes(' \r\n', 0, 'latin1');
}
