/**
 * What takes the body bytes of one entity as they stream by: a counter for what is only counted, and the chain
 * transfer encoding → charset → UTF-8 for text that is shown. Holds no body; buffers are handed on and forgotten.
 */
import { Base64Counter } from './base64.ts';
import type { BodyLines } from './body-lines.ts';
import { QuotedPrintableDecoder } from './quoted-printable.ts';
import { transferDecoder, type TransferDecoder } from './transfer-decoding.ts';
import { utf8Converter, type Utf8Converter } from './utf8-converter.ts';

export interface PartBody {
  /** `data` belongs to the caller: nothing may keep it. */
  add(data: Buffer, from: number, to: number): void;
  finish(): void;
  readonly decodedBytes: number;
  readonly text: { readonly start: number; readonly end: number } | null;
}

/** The stream of derived text, as far as there is room for it. */
export class DerivedText {
  readonly #take: ((utf8: Buffer) => boolean) | undefined;
  #hasRoom: boolean;
  #length = 0;

  constructor(take: ((utf8: Buffer) => boolean) | undefined) {
    this.#take = take;
    this.#hasRoom = take !== undefined;
  }

  get hasRoom(): boolean {
    return this.#hasRoom;
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  push(utf8: Buffer): boolean {
    if (!this.#hasRoom || this.#take === undefined) return false;
    if (utf8.length === 0) return true;
    this.#hasRoom = this.#take(utf8);
    if (this.#hasRoom) this.#length += utf8.length;
    return this.#hasRoom;
  }
}

/** Counts the decoded bytes of a body that is not shown as text. */
export function countingBody(transferEncoding: string): PartBody {
  if (transferEncoding === 'base64') return new Base64Body();
  if (transferEncoding === 'quoted-printable') return new QuotedPrintableBody();
  return new PlainBody();
}

export class PlainBody implements PartBody {
  readonly text = null;
  decodedBytes = 0;

  add(_data: Buffer, from: number, to: number): void {
    this.decodedBytes += to - from;
  }

  finish(): void {}
}

class Base64Body implements PartBody {
  readonly text = null;
  readonly #counter = new Base64Counter();

  add(data: Buffer, from: number, to: number): void {
    this.#counter.add(data, from, to);
  }

  finish(): void {}

  get decodedBytes(): number {
    return this.#counter.decodedBytes;
  }
}

class QuotedPrintableBody implements PartBody {
  readonly text = null;
  readonly #decoder = new QuotedPrintableDecoder();
  decodedBytes = 0;

  add(data: Buffer, from: number, to: number): void {
    this.decodedBytes += this.#decoder.decode(data.subarray(from, to)).length;
  }

  finish(): void {
    this.decodedBytes += this.#decoder.finish().length;
  }
}

/** Stands between two texts of the derived stream, so that both together can be shown as one. */
export const DERIVED_SEPARATOR = Buffer.from('\r\n', 'latin1');

export interface TextBodyOptions {
  readonly transferEncoding: string;
  readonly charset: string | null;
  readonly derived: DerivedText;
  /** Longest text that is derived; a longer one is left to the reader. */
  readonly maxDerivedBytes: number;
  /** Looks at the lines of the message's body; null for other texts. */
  readonly lines: BodyLines | null;
}

export class TextBody implements PartBody {
  readonly #decoder: TransferDecoder;
  readonly #converter: Utf8Converter;
  readonly #derived: DerivedText;
  readonly #maxDerivedBytes: number;
  readonly #lines: BodyLines | null;
  readonly #start: number;
  #derives: boolean;
  decodedBytes = 0;
  text: { start: number; end: number } | null = null;

  constructor(options: TextBodyOptions) {
    this.#decoder = transferDecoder(options.transferEncoding);
    this.#converter = utf8Converter(options.charset);
    this.#derived = options.derived;
    if (options.derived.length > 0) options.derived.push(DERIVED_SEPARATOR);
    this.#derives = options.derived.hasRoom;
    this.#maxDerivedBytes = options.maxDerivedBytes;
    this.#lines = options.lines;
    this.#start = options.derived.length;
  }

  add(data: Buffer, from: number, to: number): void {
    this.#take(this.#decoder.decode(data.subarray(from, to)));
  }

  finish(): void {
    this.#take(this.#decoder.finish());
    this.#hand(this.#converter.end());
    this.#lines?.finish();
    if (this.#derives) this.text = { start: this.#start, end: this.#derived.length };
  }

  #take(decoded: Buffer): void {
    this.decodedBytes += decoded.length;
    if (decoded.length === 0 || (!this.#derives && this.#lines === null)) return;
    this.#hand(this.#converter.write(decoded));
  }

  #hand(utf8: Buffer): void {
    if (utf8.length === 0) return;
    this.#lines?.add(utf8);
    if (!this.#derives) return;
    const used = this.#derived.length - this.#start;
    this.#derives = used + utf8.length <= this.#maxDerivedBytes && this.#derived.push(utf8);
  }
}
