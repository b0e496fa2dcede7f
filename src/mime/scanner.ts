/**
 * Reads a message once, as it arrives, and finds where each part lies (RFC 2045, RFC 2046 section 5.1). Holds at
 * most one header block or one line that may be a boundary; bodies pass by. The result is the same whatever the
 * pieces. It must not know what becomes of the message, and no content makes it throw: what it can't follow it
 * names in `uninspectable`.
 */
import { readEntityHeader } from './entity-header.ts';
import { HeldBytes } from './held-bytes.ts';
import { parseHeaderFields } from './header-fields.ts';
import type { BoundaryMatch } from './open-frames.ts';
import { DerivedText } from './part-body.ts';
import { PartTree } from './part-tree.ts';
import { DEFAULT_SCAN_LIMITS, type ScanLimits } from './scan-limits.ts';
import type { HeaderField, ScanResult } from './scan-result.ts';

const CRLF = Buffer.from('\r\n', 'latin1');
const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1');
const CRLF_DASHES = Buffer.from('\r\n--', 'latin1');
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
/** A boundary line with its padding; a longer line is no boundary. */
const MAX_BOUNDARY_LINE = 2_048;
/** Larger pieces are taken in slices, so that a line that is too long spans at least one of them. */
const SLICE_BYTES = 256 * 1024;

export interface MimeScannerOptions {
  readonly limits?: Partial<ScanLimits>;
  /**
   * Takes the next bytes of the derived stream; they are valid during the call only. False: there is no room for
   * them or for anything after.
   */
  readonly onDerived?: (utf8: Buffer) => boolean;
}

/** Where a boundary line stands in the bytes at hand. */
interface FoundBoundary {
  readonly match: BoundaryMatch;
  readonly lineStart: number;
  readonly next: number;
}

export class MimeScanner {
  readonly #limits: ScanLimits;
  readonly #tree: PartTree;
  readonly #held = new HeldBytes();
  #mode: 'header' | 'body' = 'header';
  /** Offset in the message of the first byte at hand. */
  #base = 0;
  /** Offset at which the header or body began that is being read. */
  #entityStart = 0;
  /** Offsets up to which a header was searched, and of the next empty line (-1: not found yet). */
  #searchedTo = 0;
  #boundarySearchedTo = 0;
  #blankLine = -1;
  #lineStart = 0;
  #headerBytes = -1;
  #header: readonly HeaderField[] = [];

  constructor(options: MimeScannerOptions = {}) {
    this.#limits = { ...DEFAULT_SCAN_LIMITS, ...options.limits };
    this.#tree = new PartTree(this.#limits, new DerivedText(options.onDerived));
  }

  /** The next bytes of the message; the buffer may be used again afterwards. */
  write(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; from += SLICE_BYTES)
      this.#take(chunk.length <= SLICE_BYTES ? chunk : chunk.subarray(from, from + SLICE_BYTES), false);
  }

  /** The message is complete. */
  finish(): ScanResult {
    this.#take(Buffer.alloc(0), true);
    const tree = this.#tree;
    tree.closeAll(this.#base);
    return {
      headerBytes: this.#headerBytes,
      header: this.#header,
      parts: tree.parts,
      containers: tree.containers,
      decodedBytes: tree.decodedBytes,
      outsideBytes: tree.outsideBytes,
      largestAttachmentBytes: tree.largestAttachmentBytes,
      firstBodyLine: tree.bodyLines.first,
      lastBodyLine: tree.bodyLines.last,
      uninspectable: tree.uninspectable,
    };
  }

  #take(chunk: Buffer, isLast: boolean): void {
    const data = this.#held.join(chunk);
    let at = 0;
    for (;;) {
      const next =
        this.#mode === 'header' ? this.#readHeader(data, at, isLast) : this.#readBody(data, at, isLast);
      if (next === null) break;
      at = next;
    }
    this.#held.keep(data, at);
    this.#base += at;
  }

  /** Reads a header block; returns where to go on, or null where more bytes are needed. */
  #readHeader(data: Buffer, at: number, isLast: boolean): number | null {
    const available = data.length - at;
    if (data[at] === CR && data[at + 1] === LF) return this.#openEntity(data, at, at, at + 2);
    const blank = this.#findBlankLine(data, at);
    const blockEnd = blank === -1 ? data.length : blank + CRLF.length;
    const isTooLarge = (blank === -1 ? available : blockEnd - at) > this.#limits.headerBytes;
    const limit = Math.min(blockEnd, at + this.#limits.headerBytes);
    if (this.#tree.frames.hasBoundaries) {
      const from = Math.max(at, this.#boundarySearchedTo - this.#base);
      const lines = blank === -1 ? data : data.subarray(0, blockEnd);
      const found = this.#findBoundary(lines, from, from === at, isLast);
      if (typeof found === 'number') this.#boundarySearchedTo = this.#base + found;
      else if (found.lineStart < limit) {
        this.#openEntity(data, at, found.lineStart, Math.max(at, found.lineStart - CRLF.length));
        return this.#crossBoundary(found);
      }
    }
    if (blank !== -1 && !isTooLarge) return this.#openEntity(data, at, blockEnd, blank + BLANK_LINE.length);
    const isDecided = isLast || available > this.#limits.headerBytes + MAX_BOUNDARY_LINE;
    if (!isDecided) return null;
    if (isTooLarge) return this.#openTooLarge(data, at);
    // The message ends inside a header: there is a body only if there is an entity at all.
    if (available === 0 && this.#headerBytes !== -1) return null;
    return this.#openEntity(data, at, data.length, data.length);
  }

  #findBlankLine(data: Buffer, at: number): number {
    if (this.#blankLine >= this.#base + at) return this.#blankLine - this.#base;
    const from = Math.max(at, this.#searchedTo - this.#base);
    const found = data.indexOf(BLANK_LINE, from);
    const settled = found === -1 ? Math.max(from, data.length - BLANK_LINE.length + 1) : found;
    this.#searchedTo = this.#base + settled;
    if (found !== -1) this.#blankLine = this.#base + found;
    return found;
  }

  /** `blockEnd`: end of the header lines; `bodyAt`: after the empty line. Returns where the body begins. */
  #openEntity(data: Buffer, at: number, blockEnd: number, bodyAt: number): number {
    const fields = parseHeaderFields(data.subarray(at, blockEnd));
    const isRoot = this.#headerBytes === -1;
    if (isRoot) this.#header = fields;
    const header = readEntityHeader(fields, this.#tree.defaultType);
    if (!isRoot) this.#tree.noteEmbeddedSubject(header.subject);
    this.#begin(this.#tree.open(header, this.#base + bodyAt), bodyAt);
    return bodyAt;
  }

  /** The header is read as far as the limit goes; the entity is opaque from there, and nothing in it is looked at. */
  #openTooLarge(data: Buffer, at: number): number {
    this.#tree.doubt('header-too-large');
    const isRoot = this.#headerBytes === -1;
    const bodyAt = isRoot ? at + this.#limits.headerBytes : at;
    if (isRoot) this.#header = parseHeaderFields(data.subarray(at, bodyAt));
    this.#begin(this.#tree.open(OPAQUE, this.#base + bodyAt), bodyAt);
    return bodyAt;
  }

  #begin(mode: 'header' | 'body', at: number): void {
    this.#mode = mode;
    this.#entityStart = this.#base + at;
    this.#lineStart = this.#entityStart;
    if (this.#headerBytes === -1) this.#headerBytes = this.#entityStart;
  }

  #readBody(data: Buffer, at: number, isLast: boolean): number | null {
    if (at === data.length) return null;
    if (!this.#tree.frames.hasBoundaries) {
      this.#addBody(data, at, data.length);
      return data.length;
    }
    const found = this.#findBoundary(data, at, this.#base + at === this.#entityStart, isLast);
    if (typeof found !== 'number') {
      this.#addBody(data, at, found.lineStart - CRLF.length);
      return this.#crossBoundary(found);
    }
    const settled = isLast ? data.length : found;
    this.#addBody(data, at, settled);
    return settled === at ? null : settled;
  }

  #addBody(data: Buffer, from: number, to: number): void {
    if (to <= from) return;
    this.#measureLine(data, from, to);
    this.#tree.addBody(data, from, to);
  }

  #measureLine(data: Buffer, from: number, to: number): void {
    if (this.#tree.uninspectable !== null) return;
    const first = data.indexOf(LF, from);
    const hasEnd = first !== -1 && first < to;
    if (this.#base + (hasEnd ? first : to) - this.#lineStart > this.#limits.lineBytes)
      this.#tree.doubt('line-too-long');
    if (hasEnd) this.#lineStart = this.#base + data.lastIndexOf(LF, to - 1) + 1;
  }

  /** The line end before the boundary belongs to the boundary, unless nothing is before it. */
  #crossBoundary(found: FoundBoundary): number {
    this.#tree.crossBoundary(found.match, this.#base + found.lineStart - CRLF.length);
    this.#begin(found.match.ends ? 'body' : 'header', found.next);
    return found.next;
  }

  /**
   * The first boundary line at or after `at`, or the index before which there is none. `atLineStart`: the byte at
   * `at` begins a line whose line end is not at hand.
   */
  #findBoundary(data: Buffer, at: number, atLineStart: boolean, isLast: boolean): FoundBoundary | number {
    let search = at;
    if (atLineStart) {
      const begins = beginsWithDashes(data, at);
      if (begins === 'perhaps' && !isLast) return at;
      if (begins === 'yes') {
        const found = this.#boundaryAt(data, at, isLast);
        if (found === 'incomplete') return at;
        if (found !== null) return found;
      }
    }
    for (;;) {
      const hit = data.indexOf(CRLF_DASHES, search);
      if (hit === -1) return Math.max(search, data.length - unsettledTail(data, search));
      const found = this.#boundaryAt(data, hit + CRLF.length, isLast);
      if (found === 'incomplete') return hit;
      if (found !== null) return found;
      search = hit + CRLF.length;
    }
  }

  #boundaryAt(data: Buffer, lineStart: number, isLast: boolean): FoundBoundary | 'incomplete' | null {
    if (!this.#tree.frames.mayBeBoundary(data[lineStart + 2])) return null;
    const end = data.indexOf(CRLF, lineStart);
    if (end === -1 && !isLast) return data.length - lineStart > MAX_BOUNDARY_LINE ? null : 'incomplete';
    const lineEnd = end === -1 ? data.length : end;
    if (lineEnd - lineStart > MAX_BOUNDARY_LINE) return null;
    const match = this.#tree.frames.matchBoundary(data, lineStart, lineEnd);
    if (match === null) return null;
    return { match, lineStart, next: end === -1 ? data.length : end + CRLF.length };
  }
}

const OPAQUE = readEntityHeader([], 'application/octet-stream');

function beginsWithDashes(data: Buffer, at: number): 'yes' | 'no' | 'perhaps' {
  if (at >= data.length) return 'perhaps';
  if (data[at] !== DASH) return 'no';
  if (at + 1 >= data.length) return 'perhaps';
  return data[at + 1] === DASH ? 'yes' : 'no';
}

/** How many bytes at the end may begin CR LF and two dashes. */
function unsettledTail(data: Buffer, from: number): number {
  const length = data.length;
  for (let tail = Math.min(3, length - from); tail > 0; tail--) {
    if (data.compare(CRLF_DASHES, 0, tail, length - tail, length) === 0) return tail;
  }
  return 0;
}
