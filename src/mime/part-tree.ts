/**
 * The tree of a message while it streams by: which multiparts and embedded messages are open, which boundaries
 * count, how parts are numbered (RFC 9051 section 6.4.5.1), and what is recorded of each. It sees offsets and parsed
 * headers, never bytes of bodies. Depth and number of parts are limited; beyond, the rest is opaque.
 */
import { BodyLines } from './body-lines.ts';
import { CiphertextBody, mayBeCiphertext } from './ciphertext-body.ts';
import type { EntityHeader } from './entity-header.ts';
import { type BoundaryMatch, type MultipartFrame, type Mutable, OpenFrames } from './open-frames.ts';
import { countingBody, type DerivedText, type PartBody, TextBody } from './part-body.ts';
import type { ScanLimits } from './scan-limits.ts';
import type { ScannedContainer, ScannedPart } from './scan-result.ts';

const DERIVED_TYPES = new Set(['text/plain', 'text/html', 'text/calendar']);
const MESSAGE_TYPES = new Set(['message/rfc822', 'message/global']);

export class PartTree {
  readonly parts: Mutable<ScannedPart>[] = [];
  readonly containers: Mutable<ScannedContainer>[] = [];
  readonly bodyLines = new BodyLines();
  readonly #limits: ScanLimits;
  readonly #derived: DerivedText;
  readonly frames = new OpenFrames();
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
    const parent = this.frames.top;
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
    const frame = this.frames.top;
    if (frame?.kind === 'multipart') frame.outsideBytes += to - from;
    this.#outsideBytes += to - from;
  }

  /** A boundary: everything inside its multipart ends at `offset`, or where it begins if that is later. */
  crossBoundary(match: BoundaryMatch, offset: number): void {
    this.#closeLeaf(offset);
    while (this.frames.depth > match.frame + 1) this.#closeFrame(offset);
    const { top } = this.frames;
    if (top?.kind === 'multipart' && match.ends) this.frames.endBoundary(top);
  }

  /** The end of the message; boundaries that never came are not missed. */
  closeAll(offset: number): void {
    this.#closeLeaf(offset);
    while (this.frames.depth > 0) this.#closeFrame(offset);
  }

  #mayNest(): boolean {
    if (this.frames.depth < this.#limits.depth) return true;
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
      this.frames.pushMultipart(container, header.boundary);
    }
  }

  #openMessage(header: EntityHeader, bodyStart: number): void {
    const part = this.#record(header, header.mediaType, bodyStart);
    this.frames.pushMessage(part);
  }

  #openLeaf(header: EntityHeader, mediaType: string, bodyStart: number): void {
    const isNamed = header.name !== null && !mediaType.startsWith('text/');
    const isText = DERIVED_TYPES.has(mediaType) && header.disposition !== 'attachment' && !isNamed;
    const part = this.#record(header, mediaType, bodyStart);
    const body = isText && !this.frames.isInsideMessage ? this.#textBody(part) : null;
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
    const frame = this.frames.top;
    if (frame?.kind === 'message') frame.part.embeddedSubject = subject;
  }

  #parentMediaType(): string | null {
    const parent = this.frames.top;
    if (parent === undefined) return null;
    return parent.kind === 'message' ? parent.part.mediaType : parent.container.mediaType;
  }

  /** A multipart that is a whole message has no number of its own. */
  #nextPath(isMultipart: boolean): string {
    const parent = this.frames.top;
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
    const frame = this.frames.top;
    if (frame?.kind === 'message') {
      frame.part.end = Math.max(frame.part.start, offset);
      frame.part.decodedBytes = frame.part.end - frame.part.start;
      this.#noteAttachment(frame.part.decodedBytes);
    } else if (frame !== undefined) {
      frame.container.end = Math.max(frame.container.start, offset);
      if (frame.children === 0) this.#keepUnparted(frame);
    }
    this.frames.pop();
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
    this.frames.endAllBoundaries();
  }
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
