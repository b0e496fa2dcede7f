/**
 * The multiparts and embedded messages that are open while a message streams by, innermost last, and the boundaries
 * that count (RFC 2046 section 5.1.2: those of outer multiparts count inside inner ones too).
 */
import type { ScannedContainer, ScannedPart } from './scan-result.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface MultipartFrame {
  readonly kind: 'multipart';
  readonly container: Mutable<ScannedContainer>;
  /** Latin1 of the raw bytes. */
  readonly boundary: string;
  children: number;
  /** Its end boundary was seen: what follows is epilogue. */
  ended: boolean;
  /** Bytes of preamble and epilogue. */
  outsideBytes: number;
}

export interface MessageFrame {
  readonly kind: 'message';
  readonly part: Mutable<ScannedPart>;
}

export type Frame = MultipartFrame | MessageFrame;

/** A boundary that was met: which frame it belongs to, and whether it ends it. */
export interface BoundaryMatch {
  readonly frame: number;
  readonly ends: boolean;
}

export class OpenFrames {
  readonly #frames: Frame[] = [];
  #messages = 0;
  #boundaries = 0;
  /** How many boundaries begin with each byte: most lines that begin with dashes are dismissed by it. */
  readonly #firstBytes = new Uint8Array(256);

  get depth(): number {
    return this.#frames.length;
  }

  get top(): Frame | undefined {
    return this.#frames.at(-1);
  }

  get isInsideMessage(): boolean {
    return this.#messages > 0;
  }

  get hasBoundaries(): boolean {
    return this.#boundaries > 0;
  }

  pushMultipart(container: Mutable<ScannedContainer>, boundary: string): void {
    this.#frames.push({ kind: 'multipart', container, boundary, children: 0, ended: false, outsideBytes: 0 });
    this.#count(boundary, 1);
  }

  pushMessage(part: Mutable<ScannedPart>): void {
    this.#frames.push({ kind: 'message', part });
    this.#messages++;
  }

  pop(): Frame | undefined {
    const frame = this.#frames.pop();
    if (frame?.kind === 'message') this.#messages--;
    if (frame?.kind === 'multipart') this.endBoundary(frame);
    return frame;
  }

  endBoundary(frame: MultipartFrame): void {
    if (frame.ended) return;
    frame.ended = true;
    this.#count(frame.boundary, -1);
  }

  /** No boundary counts any more. */
  endAllBoundaries(): void {
    for (const frame of this.#frames) if (frame.kind === 'multipart') this.endBoundary(frame);
  }

  /** False where no boundary line goes on with this byte after its two dashes; undefined: it is not known yet. */
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

  #count(boundary: string, change: 1 | -1): void {
    const first = boundary.charCodeAt(0) & 0xff;
    this.#boundaries += change;
    this.#firstBytes[first] = (this.#firstBytes[first] ?? 0) + change;
  }
}
