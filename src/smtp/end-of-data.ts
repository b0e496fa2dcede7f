/**
 * The transparency of SMTP's DATA (RFC 5321 section 4.5.2), both ways: `DataReader` finds the end of data, only ever
 * CR LF . CR LF, and takes the stuffed dots out; `DataWriter` puts them in. Both keep their place across chunks of
 * any size and search with the runtime's own string search instead of walking octets.
 */
const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_THEN_DOT = Buffer.from('\r\n.');
const STUFFED_DOT = Buffer.from('.');

export interface DataPart {
  /** Content octets, in order, without stuffing. */
  readonly pieces: readonly Buffer[];
  /** True when the end of data was in this chunk. */
  readonly ended: boolean;
  /** How many octets of the chunk belong to the content and its end; what follows are commands. */
  readonly consumed: number;
}

type Place = 'in-line' | 'after-cr' | 'line-start' | 'after-dot' | 'after-dot-cr';

export class DataReader {
  #place: Place = 'line-start';

  read(chunk: Buffer): DataPart {
    const pieces: Buffer[] = [];
    let at = 0;
    for (; this.#place !== 'in-line' && at < chunk.length; at++) {
      const octet = chunk[at];
      const place = this.#place;
      if (place === 'after-dot-cr' && octet === LF) return { pieces, ended: true, consumed: at + 1 };
      this.#place = nextPlace(place, octet);
      // The LF of a CR LF is content; a dot that begins a line, and a CR after it, wait for what follows.
      if (place === 'after-cr' && octet === LF) pieces.push(chunk.subarray(at, at + 1));
      if (place === 'after-dot-cr') pieces.push(Buffer.from('.\r'));
      if (this.#place === 'in-line') break;
    }
    return at < chunk.length ? this.#scan(chunk, at, pieces) : { pieces, ended: false, consumed: at };
  }

  #scan(chunk: Buffer, from: number, pieces: Buffer[]): DataPart {
    let start = from;
    let search = from;
    for (;;) {
      const found = chunk.indexOf(LINE_THEN_DOT, search);
      if (found < 0) break;
      const afterDot = found + 3;
      if (afterDot >= chunk.length) return this.#hold('after-dot', chunk, start, found + 2, pieces);
      if (chunk[afterDot] !== CR) {
        pieces.push(chunk.subarray(start, found + 2));
        start = afterDot;
        search = afterDot;
        continue;
      }
      if (afterDot + 1 >= chunk.length) return this.#hold('after-dot-cr', chunk, start, found + 2, pieces);
      if (chunk[afterDot + 1] === LF) {
        pieces.push(chunk.subarray(start, found + 2));
        return { pieces, ended: true, consumed: afterDot + 2 };
      }
      // A lone dot ended by a bare CR is no end of data and no stuffing either.
      search = afterDot;
    }
    if (start < chunk.length) {
      pieces.push(chunk.subarray(start));
      this.#place = placeAtEnd(chunk, start);
    }
    return { pieces, ended: false, consumed: chunk.length };
  }

  #hold(place: Place, chunk: Buffer, start: number, end: number, pieces: Buffer[]): DataPart {
    this.#place = place;
    pieces.push(chunk.subarray(start, end));
    return { pieces, ended: false, consumed: chunk.length };
  }
}

function nextPlace(place: Place, octet: number | undefined): Place {
  if (place === 'after-cr' && octet === LF) return 'line-start';
  if (place === 'line-start' && octet === DOT) return 'after-dot';
  if (place === 'after-dot' && octet === CR) return 'after-dot-cr';
  return 'in-line';
}

function placeAtEnd(chunk: Buffer, start: number): Place {
  const last = chunk[chunk.length - 1];
  if (last === CR) return 'after-cr';
  if (last === LF && chunk.length - start >= 2 && chunk[chunk.length - 2] === CR) return 'line-start';
  return 'in-line';
}

export class DataWriter {
  #place: 'in-line' | 'after-cr' | 'line-start' = 'line-start';

  /** The chunk with every dot that begins a line doubled. */
  write(chunk: Buffer): readonly Buffer[] {
    if (chunk.length === 0) return [];
    const pieces: Buffer[] = [];
    const dotIndex = this.#place === 'after-cr' && chunk[0] === LF ? 1 : 0;
    let start = 0;
    if ((this.#place === 'line-start' || dotIndex === 1) && chunk[dotIndex] === DOT) {
      if (dotIndex > 0) pieces.push(chunk.subarray(0, dotIndex));
      pieces.push(STUFFED_DOT);
      start = dotIndex;
    }
    const crossedLine = this.#place === 'after-cr' && chunk.length === 1 && chunk[0] === LF;
    let found = chunk.indexOf(LINE_THEN_DOT, start);
    while (found >= 0) {
      pieces.push(chunk.subarray(start, found + 2), STUFFED_DOT);
      start = found + 2;
      found = chunk.indexOf(LINE_THEN_DOT, start);
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    const place = placeAtEnd(chunk, 0);
    this.#place = crossedLine
      ? 'line-start'
      : place === 'after-cr' || place === 'line-start'
        ? place
        : 'in-line';
    return pieces;
  }

  /** What ends the last line if the content did not, to be sent before the lone dot. */
  get missingLineEnd(): string {
    return this.#place === 'line-start' ? '' : '\r\n';
  }
}
