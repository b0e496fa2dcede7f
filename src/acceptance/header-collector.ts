/**
 * Collects the header block of an arriving mail, in pieces of any size. Each octet is looked at once: a client that
 * sends one at a time costs no more than one that sends all.
 */
import { headerBlockEnd } from '#src/mime/header-fields.ts';

/** Octets before a piece that an empty line may have begun in. */
const OVERLAP = 3;

export interface CollectedHeader {
  /** From the first field to the empty line, with it. */
  readonly block: Buffer;
  /** What came behind it in the same piece. */
  readonly rest: Buffer;
}

export class HeaderCollector {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #tail: Buffer = Buffer.alloc(0);

  get length(): number {
    return this.#length;
  }

  /** Null until the empty line has come. */
  take(piece: Buffer): CollectedHeader | null {
    const seen = Buffer.concat([this.#tail, piece]);
    const before = this.#length - this.#tail.length;
    this.#pieces.push(piece);
    this.#length += piece.length;
    const end = this.#endIn(seen, before);
    if (end < 0) {
      this.#tail = seen.subarray(Math.max(0, seen.length - OVERLAP));
      return null;
    }
    const all = this.#all();
    return { block: all.subarray(0, before + end), rest: all.subarray(before + end) };
  }

  /** The mail has ended without an empty line: all of it is header. */
  end(): CollectedHeader {
    return { block: this.#all(), rest: Buffer.alloc(0) };
  }

  /** An empty line at the very start ends the header; elsewhere the same two octets end a line. */
  #endIn(seen: Buffer, before: number): number {
    if (before === 0) return headerBlockEnd(seen);
    const blank = seen.indexOf('\r\n\r\n', 0, 'latin1');
    return blank < 0 ? -1 : blank + 4;
  }

  #all(): Buffer {
    return this.#pieces.length === 1 && this.#pieces[0] !== undefined
      ? this.#pieces[0]
      : Buffer.concat(this.#pieces, this.#length);
  }
}
