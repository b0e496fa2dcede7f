/**
 * From the bytes of a mail to text, for every charset label that mailers write. Labels the platform knows (WHATWG
 * Encoding) go to it; UTF-7, UTF-16 without endianness (RFC 2781) and absent labels are ours; an unknown label is
 * read as windows-1252, which is right for its ASCII, and said to be uncertain. Never throws on content.
 */
import { isAscii, isUtf8 } from 'node:buffer';

import { Iso2022JpRewriter } from './iso-2022-jp.ts';
import { Utf7Decoder } from './utf7.ts';

type CharsetKind = 'guess' | 'utf-8' | 'utf-7' | 'utf-16' | 'iso-2022-jp' | 'platform';

export interface Charset {
  readonly kind: CharsetKind;
  /** A label that `TextDecoder` takes. */
  readonly label: string;
  /** ASCII bytes stand for themselves, wherever they stand. */
  readonly asciiTransparent: boolean;
  /** One byte is one character: no state between two bytes. */
  readonly singleByte: boolean;
  /** False where the label means nothing to us. */
  readonly known: boolean;
}

const MAX_LABEL_LENGTH = 64;

/** What mailers write for charsets that the platform knows by another name. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cp932', 'shift_jis'],
  ['ms932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['ms936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['ms949', 'euc-kr'],
  ['uhc', 'euc-kr'],
  ['cp950', 'big5'],
  ['cp1252-1', 'windows-1252'],
  ['win-1250', 'windows-1250'],
  ['win-1251', 'windows-1251'],
  ['win-1252', 'windows-1252'],
  ['iso-2022-jp-1', 'iso-2022-jp'],
  ['iso-2022-jp-2', 'iso-2022-jp'],
  ['iso-2022-jp-ms', 'iso-2022-jp'],
  ['cp50220', 'iso-2022-jp'],
  ['cp50221', 'iso-2022-jp'],
  ['8859-1', 'iso-8859-1'],
  ['iso-latin-1', 'iso-8859-1'],
  ['utf8mb4', 'utf-8'],
]);
const GUESSED = new Set(['', 'us-ascii', 'ascii', 'ansi_x3.4-1968', 'us', '7bit', '8bit']);
const UTF7 = new Set(['utf-7', 'utf7', 'unicode-1-1-utf-7', 'csunicode11utf7', 'x-unicode-1-1-utf-7']);
const MULTI_BYTE = new Set(['gbk', 'gb18030', 'big5', 'euc-jp', 'shift_jis', 'euc-kr']);

const GUESS: Charset = charset('guess', 'utf-8', true, false, true);
const UNKNOWN: Charset = charset('platform', 'windows-1252', true, true, false);
const resolved = new Map<string, Charset>();

function charset(
  kind: CharsetKind,
  label: string,
  asciiTransparent: boolean,
  singleByte: boolean,
  known: boolean,
): Charset {
  return { kind, label, asciiTransparent, singleByte, known };
}

/** Null and `us-ascii` mean "guess": UTF-8 as far as it is well-formed, windows-1252 from there on. */
export function resolveCharset(label: string | null): Charset {
  if (label === null) return GUESS;
  if (label.length > MAX_LABEL_LENGTH) return UNKNOWN;
  const name = label.trim().toLowerCase();
  if (GUESSED.has(name)) return GUESS;
  const cached = resolved.get(name);
  if (cached !== undefined) return cached;
  const found = lookUp(name);
  // Only what is known is kept: the set of those labels is finite, the set of others is the sender's.
  if (found.known) resolved.set(name, found);
  return found;
}

function lookUp(name: string): Charset {
  if (UTF7.has(name)) return charset('utf-7', 'utf-8', false, false, true);
  if (name === 'utf-16' || name === 'utf16' || name === 'ucs-2' || name === 'iso-10646-ucs-2')
    return charset('utf-16', 'utf-16be', false, false, true);
  let encoding: string;
  try {
    ({ encoding } = new TextDecoder(ALIASES.get(name) ?? name));
  } catch {
    return UNKNOWN;
  }
  if (encoding === 'utf-8') return charset('utf-8', 'utf-8', true, false, true);
  if (encoding.startsWith('utf-16')) return charset('platform', encoding, false, false, true);
  if (encoding === 'iso-2022-jp') return charset('iso-2022-jp', 'euc-jp', false, false, true);
  return charset('platform', encoding, true, !MULTI_BYTE.has(encoding), true);
}

const platformDecoders = new Map<string, InstanceType<typeof TextDecoder>>();

function platformDecode(label: string, bytes: Uint8Array): string {
  let decoder = platformDecoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true });
    platformDecoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

/** All bytes at once. `certain` is false where the charset is unknown or bytes don't fit it. */
export function decodeBytes(bytes: Buffer, label: string | null): { text: string; certain: boolean } {
  const charset = resolveCharset(label);
  if (charset.asciiTransparent && isAscii(bytes))
    return { text: bytes.toString('latin1'), certain: charset.known };
  if (charset.kind === 'guess') return { text: guessText(bytes), certain: false };
  const text = decodeWhole(bytes, charset);
  return { text, certain: charset.known && !text.includes('\ufffd') };
}

function decodeWhole(bytes: Buffer, charset: Charset): string {
  if (charset.kind === 'utf-7') {
    const decoder = new Utf7Decoder();
    return decoder.write(bytes) + decoder.end();
  }
  if (charset.kind === 'iso-2022-jp') {
    const rewriter = new Iso2022JpRewriter();
    return platformDecode(charset.label, Buffer.concat([rewriter.write(bytes), rewriter.end()]));
  }
  if (charset.kind === 'utf-16') {
    const order = byteOrder(bytes);
    return platformDecode(order.label, bytes.subarray(order.skip));
  }
  return platformDecode(charset.label, bytes);
}

/** Text without a label: UTF-8 if it is well-formed, else windows-1252. */
export function guessText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : platformDecode('windows-1252', bytes);
}

function byteOrder(bytes: Uint8Array): { label: string; skip: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { label: 'utf-16le', skip: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { label: 'utf-16be', skip: 2 };
  return { label: 'utf-16be', skip: 0 };
}

/**
 * Turns the bytes of one text into UTF-8, piece by piece; the same whatever the pieces. The buffers it returns may
 * be views of what was passed in.
 */
export interface Utf8Converter {
  write(bytes: Buffer): Buffer;
  end(): Buffer;
}

export function utf8Converter(label: string | null): Utf8Converter {
  const charset = resolveCharset(label);
  if (charset.kind === 'guess') return new GuessConverter();
  if (charset.kind === 'utf-8') return new Utf8Repair();
  if (charset.kind === 'utf-7') return new TextConverter(new Utf7Decoder());
  if (charset.kind === 'utf-16') return new Utf16Converter();
  if (charset.kind === 'iso-2022-jp') return new Iso2022JpConverter(charset);
  return new PlatformConverter(charset);
}

const NOTHING = Buffer.alloc(0);

class TextConverter implements Utf8Converter {
  readonly #decoder: Utf7Decoder;

  constructor(decoder: Utf7Decoder) {
    this.#decoder = decoder;
  }

  write(bytes: Buffer): Buffer {
    return Buffer.from(this.#decoder.write(bytes), 'utf8');
  }

  end(): Buffer {
    return Buffer.from(this.#decoder.end(), 'utf8');
  }
}

/** Bytes below this are no second, third or fourth byte of a character in any multi-byte charset of the platform. */
const LOWEST_TRAIL_BYTE = 0x30;
/** A run of other bytes that is longer is decoded without waiting for its end. */
const MAX_WAITING_BYTES = 8_192;

class PlatformConverter implements Utf8Converter {
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #charset: Charset;
  /** Some bytes were not ASCII: a multi-byte decoder may keep half a character between two pieces. */
  #stateful: boolean;
  #waiting: Buffer = NOTHING;

  constructor(charset: Charset) {
    this.#charset = charset;
    this.#decoder = new TextDecoder(charset.label, { ignoreBOM: true });
    this.#stateful = !charset.asciiTransparent;
  }

  write(bytes: Buffer): Buffer {
    if (!this.#stateful && isAscii(bytes)) return bytes;
    if (this.#charset.singleByte || !this.#charset.asciiTransparent) return this.#decode(bytes);
    this.#stateful = true;
    return this.#decode(this.#settled(bytes));
  }

  end(): Buffer {
    const rest = this.#decode(this.#waiting);
    return Buffer.concat([rest, Buffer.from(this.#decoder.decode(), 'utf8')]);
  }

  #decode(bytes: Buffer): Buffer {
    return bytes.length === 0 ? NOTHING : Buffer.from(this.#decoder.decode(bytes, { stream: true }), 'utf8');
  }

  /** Cut where no character can be cut: the platform reads an ill-formed one otherwise if it comes in two pieces. */
  #settled(bytes: Buffer): Buffer {
    const all = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    let end = all.length;
    while (end > 0 && (all[end - 1] ?? 0) >= LOWEST_TRAIL_BYTE) end--;
    if (all.length - end > MAX_WAITING_BYTES) end = all.length;
    this.#waiting = Buffer.from(all.subarray(end));
    return all.subarray(0, end);
  }
}

class Iso2022JpConverter implements Utf8Converter {
  readonly #rewriter = new Iso2022JpRewriter();
  readonly #converter: PlatformConverter;

  constructor(charset: Charset) {
    this.#converter = new PlatformConverter(charset);
  }

  write(bytes: Buffer): Buffer {
    return this.#converter.write(this.#rewriter.write(bytes));
  }

  end(): Buffer {
    return Buffer.concat([this.#converter.write(this.#rewriter.end()), this.#converter.end()]);
  }
}

class Utf16Converter implements Utf8Converter {
  #start: Buffer = NOTHING;
  #decoder: InstanceType<typeof TextDecoder> | null = null;

  write(bytes: Buffer): Buffer {
    if (this.#decoder !== null) return Buffer.from(this.#decoder.decode(bytes, { stream: true }), 'utf8');
    this.#start = Buffer.concat([this.#start, bytes]);
    return this.#start.length < 2 ? NOTHING : this.#begin(this.#start);
  }

  end(): Buffer {
    const begun = this.#decoder === null ? this.#begin(this.#start) : NOTHING;
    return Buffer.concat([begun, Buffer.from(this.#decoder?.decode() ?? '', 'utf8')]);
  }

  #begin(bytes: Buffer): Buffer {
    const order = byteOrder(bytes);
    this.#decoder = new TextDecoder(order.label, { ignoreBOM: true });
    return Buffer.from(this.#decoder.decode(bytes.subarray(order.skip), { stream: true }), 'utf8');
  }
}

/** Well-formed UTF-8 goes through as it is; ill-formed sequences become U+FFFD. */
class Utf8Repair implements Utf8Converter {
  #tail: Buffer = NOTHING;

  write(bytes: Buffer): Buffer {
    const all = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    const end = all.length - incompleteTail(all);
    this.#tail = end === all.length ? NOTHING : Buffer.from(all.subarray(end));
    return repaired(all.subarray(0, end));
  }

  end(): Buffer {
    return repaired(this.#tail);
  }
}

function repaired(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(platformDecode('utf-8', bytes), 'utf8');
}

/** UTF-8 up to the first ill-formed sequence, windows-1252 from there to the end. */
class GuessConverter implements Utf8Converter {
  #tail: Buffer = NOTHING;
  #latin = false;

  write(bytes: Buffer): Buffer {
    if (this.#latin) return windows1252(bytes);
    const all = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    const end = all.length - incompleteTail(all);
    this.#tail = NOTHING;
    if (isUtf8(all.subarray(0, end))) {
      if (end < all.length) this.#tail = Buffer.from(all.subarray(end));
      return all.subarray(0, end);
    }
    this.#latin = true;
    const good = wellFormedLength(all);
    return Buffer.concat([all.subarray(0, good), windows1252(all.subarray(good))]);
  }

  end(): Buffer {
    return windows1252(this.#tail);
  }
}

function windows1252(bytes: Buffer): Buffer {
  return isAscii(bytes) ? bytes : Buffer.from(platformDecode('windows-1252', bytes), 'utf8');
}

/** How many bytes at the end begin a UTF-8 sequence that is not complete yet: 0 to 3. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return lead <= 0xf4 ? 4 : 1;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc2 ? 2 : 1;
}

/** Length of the longest prefix that is well-formed UTF-8; called once a text, where it stops being UTF-8. */
function wellFormedLength(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const next = at + (lead < 0x80 ? 1 : sequenceLength(lead));
    if (lead >= 0x80 && (next > bytes.length || !isUtf8(bytes.subarray(at, next)))) return at;
    at = next;
  }
  return at;
}
