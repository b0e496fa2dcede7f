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

export function platformDecode(label: string, bytes: Uint8Array): string {
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

export function byteOrder(bytes: Uint8Array): { label: string; skip: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { label: 'utf-16le', skip: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { label: 'utf-16be', skip: 2 };
  return { label: 'utf-16be', skip: 0 };
}
