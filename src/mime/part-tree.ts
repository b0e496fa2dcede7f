/**
 * The tree of a message while it streams by: which multiparts and embedded messages are open, which boundaries
 * count, how parts are numbered (RFC 9051 section 6.4.5.1), and what is recorded of each. It sees offsets and parsed
 * headers, never bytes of bodies. Depth and number of parts are limited; beyond, the rest is opaque.
 */
import { BodyLines } from './body-lines.ts';
import { CiphertextBody, mayBeCiphertext } from './ciphertext-body.ts';
import type { EntityHeader } from './entity-header.ts';
import { countingBody, type DerivedText, type PartBody, TextBody } from './part-body.ts';
import type { ScanLimits } from './scan-limits.ts';
import type { ScannedContainer, ScannedPart } from './scan-result.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface MultipartFrame {
  readonly kind: 'multipart';
  readonly container: Mutable<ScannedContainer>;
  readonly boundary: string;
  children: number;
  /** Its end boundary was seen: what follows is epilogue. */
  ended: boolean;
  /** Bytes of preamble and epilogue. */
  outsideBytes: number;
}

interface MessageFrame {
  readonly kind: 'message';
  readonly part: Mutable<ScannedPart>;
}

type Frame = MultipartFrame | MessageFrame;

/** A boundary that was met: which frame it belongs to, and whether it ends it. */
export interface BoundaryMatch {
  readonly frame: number;
  readonly ends: boolean;
}

const DERIVED_TYPES = new Set(['text/plain', 'text/html', 'text/calendar']);
const MESSAGE_TYPES = new Set(['message/rfc822', 'message/global']);

export class PartTree {
  readonly parts: Mutable<ScannedPart>[] = [];
  readonly containers: Mutable<ScannedContainer>[] = [];
  readonly bodyLines = new BodyLines();
  readonly #limits: ScanLimits;
  readonly #derived: DerivedText;
  readonly #frames: Frame[] = [];
  #messageDepth = 0;
  #openBoundaries = 0;
  /** How many open boundaries begin with each byte: most lines that begin with dashes are dismissed by it. */
  readonly #firstBytes = new Uint8Array(256);
  #leaf: { part: Mutable<ScannedPart>; body: PartBody; isAttachment: boolean } | null = null;
  #sawBodyText = false;
  #outsideBytes = 0;
  #leafBytes = 0;
  largestAttachmentBytes = 0;
  uninspectable: string | null = null;

  constructor(limits: ScanLimits, derived: DerivedText) {
    this.#limits = limits;
    this.#derived = derived;
  }

  get hasBoundaries(): boolean {
    return this.#openBoundaries > 0;
  }

  get outsideBytes(): number {
    return this.#outsideBytes;
  }

  get decodedBytes(): number {
    return this.#leafBytes + this.#outsideBytes;
  }

  /** Why the structure can't be relied on; the first reason stays. */
  doubt(reason: string): void {
    this.uninspectable ??= reason;
  }

  /** `message/rfc822` for a child of a digest (RFC 2046 section 5.1.5). */
  get defaultType(): string {
    const parent = this.#frames.at(-1);
    const isDigest = parent?.kind === 'multipart' && parent.container.mediaType === 'multipart/digest';
    return isDigest ? 'message/rfc822' : 'text/plain';
  }

  /**
   * Opens the entity whose body begins at `bodyStart`. Returns `header` where the body is a message that begins
   * with its own header, else `body`.
   */
  open(header: EntityHeader, bodyStart: number): 'header' | 'body' {
    if (this.parts.length + this.containers.length >= this.#limits.parts) {
      this.#giveUp();
      return 'body';
    }
    if (header.doubt !== null) this.doubt(header.doubt);
    if (header.mediaType.startsWith('multipart/')) {
      this.#openMultipart(header, bodyStart);
      return 'body';
    }
    const isEncoded = header.transferEncoding === 'base64' || header.transferEncoding === 'quoted-printable';
    if (MESSAGE_TYPES.has(header.mediaType) && !isEncoded && this.#mayNest()) {
      this.#openMessage(header, bodyStart);
      return 'header';
    }
    this.#openLeaf(header, header.mediaType, bodyStart);
    return 'body';
  }

  /** The next bytes of whatever body is open; bytes between parts are only counted. */
  addBody(data: Buffer, from: number, to: number): void {
    if (this.#leaf !== null) {
      this.#leaf.body.add(data, from, to);
      return;
    }
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'multipart') frame.outsideBytes += to - from;
    this.#outsideBytes += to - from;
  }

  /** False where no boundary line goes on with this byte after its two dashes. */
  mayBeBoundary(byte: number | undefined): boolean {
    return byte === undefined || this.#firstBytes[byte] !== 0;
  }

  /** Is the line (without its line end) a boundary of an open multipart? The innermost one counts. */
  matchBoundary(data: Buffer, from: number, to: number): BoundaryMatch | null {
    let end = to;
    while (end > from && (data[end - 1] === 0x20 || data[end - 1] === 0x09)) end--;
    let line = '';
    for (let frame = this.#frames.length - 1; frame >= 0; frame--) {
      const candidate = this.#frames[frame];
      if (candidate?.kind !== 'multipart' || candidate.ended) continue;
      const rest = end - from - 2 - candidate.boundary.length;
      if (rest !== 0 && rest !== 2) continue;
      if (line === '') line = data.toString('latin1', from + 2, end);
      if (line.startsWith(candidate.boundary) && (rest === 0 || line.endsWith('--')))
        return { frame, ends: rest === 2 };
    }
    return null;
  }

  /** A boundary: everything inside its multipart ends at `offset`, or where it begins if that is later. */
  crossBoundary(match: BoundaryMatch, offset: number): void {
    this.#closeLeaf(offset);
    while (this.#frames.length > match.frame + 1) this.#closeFrame(offset);
    const frame = this.#frames.at(-1);
    if (frame?.kind !== 'multipart' || !match.ends) return;
    this.#endBoundary(frame);
  }

  #endBoundary(frame: MultipartFrame): void {
    if (frame.ended) return;
    frame.ended = true;
    this.#openBoundaries--;
    const first = firstByte(frame.boundary);
    this.#firstBytes[first] = (this.#firstBytes[first] ?? 0) - 1;
  }

  /** The end of the message; boundaries that never came are not missed. */
  closeAll(offset: number): void {
    this.#closeLeaf(offset);
    while (this.#frames.length > 0) this.#closeFrame(offset);
  }

  #mayNest(): boolean {
    if (this.#frames.length < this.#limits.depth) return true;
    this.doubt('too-deep');
    return false;
  }

  #openMultipart(header: EntityHeader, bodyStart: number): void {
    if (header.boundary === null) {
      // RFC 2045 section 5.2: what can't be understood is read as plain text.
      this.doubt('no-boundary');
      this.#openLeaf(header, 'text/plain', bodyStart);
    } else if (header.transferEncoding === 'base64') {
      this.doubt('encoded-multipart');
      this.#openLeaf(header, header.mediaType, bodyStart);
    } else if (!this.#mayNest()) {
      this.#openLeaf(header, header.mediaType, bodyStart);
    } else {
      const path = this.#nextPath(true);
      const container = {
        path,
        mediaType: header.mediaType,
        start: bodyStart,
        end: bodyStart,
        parentMediaType: this.#parentMediaType(),
      };
      this.containers.push(container);
      const { boundary } = header;
      this.#frames.push({
        kind: 'multipart',
        container,
        boundary,
        children: 0,
        ended: false,
        outsideBytes: 0,
      });
      this.#openBoundaries++;
      const first = firstByte(boundary);
      this.#firstBytes[first] = (this.#firstBytes[first] ?? 0) + 1;
    }
  }

  #openMessage(header: EntityHeader, bodyStart: number): void {
    const part = this.#record(header, header.mediaType, bodyStart);
    this.#frames.push({ kind: 'message', part });
    this.#messageDepth++;
  }

  #openLeaf(header: EntityHeader, mediaType: string, bodyStart: number): void {
    const isNamed = header.name !== null && !mediaType.startsWith('text/');
    const isText = DERIVED_TYPES.has(mediaType) && header.disposition !== 'attachment' && !isNamed;
    const part = this.#record(header, mediaType, bodyStart);
    const body = isText && this.#messageDepth === 0 ? this.#textBody(part) : null;
    this.#leaf = { part, body: body ?? opaqueBody(part), isAttachment: !isText };
  }

  #textBody(part: ScannedPart): PartBody | null {
    const { mediaType, transferEncoding, charset } = part;
    const isFirst = mediaType === 'text/plain' && !this.#sawBodyText;
    if (isFirst) this.#sawBodyText = true;
    if (!isFirst && !this.#derived.hasRoom) return null;
    const { derivedCalendarBytes, derivedTextBytes } = this.#limits;
    const maxDerivedBytes = mediaType === 'text/calendar' ? derivedCalendarBytes : derivedTextBytes;
    const lines = isFirst ? this.bodyLines : null;
    return new TextBody({ transferEncoding, charset, derived: this.#derived, maxDerivedBytes, lines });
  }

  #record(header: EntityHeader, mediaType: string, bodyStart: number): Mutable<ScannedPart> {
    const part: Mutable<ScannedPart> = {
      path: this.#nextPath(false),
      mediaType,
      charset: header.charset,
      name: header.name,
      disposition: header.disposition,
      contentId: header.contentId,
      transferEncoding: header.transferEncoding,
      start: bodyStart,
      end: bodyStart,
      decodedBytes: 0,
      text: null,
      parentMediaType: this.#parentMediaType(),
      embeddedSubject: null,
      calendarMethod: header.calendarMethod,
      ciphertext: null,
    };
    this.parts.push(part);
    return part;
  }

  /** Notes the subject of the embedded message whose header was just read. */
  noteEmbeddedSubject(subject: string | null): void {
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'message') frame.part.embeddedSubject = subject;
  }

  #parentMediaType(): string | null {
    const parent = this.#frames.at(-1);
    if (parent === undefined) return null;
    return parent.kind === 'message' ? parent.part.mediaType : parent.container.mediaType;
  }

  /** A multipart that is a whole message has no number of its own. */
  #nextPath(isMultipart: boolean): string {
    const parent = this.#frames.at(-1);
    if (parent === undefined) return isMultipart ? '' : '1';
    if (parent.kind === 'message') return isMultipart ? parent.part.path : `${parent.part.path}.1`;
    parent.children++;
    const { path } = parent.container;
    return path === '' ? String(parent.children) : `${path}.${parent.children}`;
  }

  #closeLeaf(offset: number): void {
    const leaf = this.#leaf;
    if (leaf === null) return;
    this.#leaf = null;
    leaf.body.finish();
    leaf.part.end = Math.max(leaf.part.start, offset);
    leaf.part.decodedBytes = leaf.body.decodedBytes;
    leaf.part.text = leaf.body.text;
    if (leaf.body instanceof CiphertextBody) leaf.part.ciphertext = leaf.body.kind;
    this.#leafBytes += leaf.part.decodedBytes;
    if (leaf.isAttachment) this.#noteAttachment(leaf.part.decodedBytes);
  }

  #closeFrame(offset: number): void {
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'message') {
      this.#frames.pop();
      this.#messageDepth--;
      frame.part.end = Math.max(frame.part.start, offset);
      frame.part.decodedBytes = frame.part.end - frame.part.start;
      this.#noteAttachment(frame.part.decodedBytes);
    } else if (frame !== undefined) {
      this.#endBoundary(frame);
      frame.container.end = Math.max(frame.container.start, offset);
      if (frame.children === 0) this.#keepUnparted(frame);
      this.#frames.pop();
    }
  }

  /** A multipart without a single boundary: its text would be lost to the reader, so it is one plain part. */
  #keepUnparted(frame: MultipartFrame): void {
    const { start, end } = frame.container;
    if (end === start || this.parts.length >= this.#limits.parts) return;
    const part = this.#record(UNPARTED, UNPARTED.mediaType, start);
    part.end = end;
    part.decodedBytes = end - start;
    this.#outsideBytes -= frame.outsideBytes;
    this.#leafBytes += part.decodedBytes;
  }

  #noteAttachment(bytes: number): void {
    this.largestAttachmentBytes = Math.max(this.largestAttachmentBytes, bytes);
  }

  /** Nothing more is looked at: the rest of the message is counted. */
  #giveUp(): void {
    this.doubt('too-many-parts');
    for (const frame of this.#frames) if (frame.kind === 'multipart') this.#endBoundary(frame);
  }
}

/** Boundaries are latin1 of the raw bytes. */
function firstByte(boundary: string): number {
  return boundary.charCodeAt(0) & 0xff;
}

function opaqueBody(part: ScannedPart): PartBody {
  const body = countingBody(part.transferEncoding);
  return mayBeCiphertext(part) ? new CiphertextBody(part.transferEncoding, body) : body;
}

const UNPARTED: EntityHeader = {
  mediaType: 'text/plain',
  charset: null,
  boundary: null,
  name: null,
  disposition: null,
  contentId: null,
  transferEncoding: '8bit',
  calendarMethod: null,
  subject: null,
  doubt: null,
};
