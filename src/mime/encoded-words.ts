/**
 * Header text as a reader sees it: encoded words (RFC 2047, with the language suffix of RFC 2231) decoded once, raw
 * 8-bit bytes read as UTF-8 (RFC 6532) or else windows-1252. Reads what mailers really write: words glued to text,
 * raw spaces in a Q word, base64 without padding, characters split between two words. It must not know what the
 * text is for; it never throws, and what it returns never holds CR, LF or NUL.
 */
import { decodeBytes, guessText } from './charset.ts';

export interface HeaderText {
  readonly text: string;
  /** True where a charset is unknown or malformed, so that the text is only a best effort. */
  readonly uncertain: boolean;
}

const MAX_CHARSET_LENGTH = 64;

interface EncodedWord {
  /** Lower case, without language suffix. */
  readonly charset: string;
  readonly bytes: Buffer;
  /** Index after the closing `?=`. */
  readonly end: number;
}

/** `rawLatin1Value`: the unfolded field value, one character for each byte. */
export function decodeHeaderText(rawLatin1Value: string): HeaderText {
  if (!rawLatin1Value.includes('=?')) return { text: printable(rawText(rawLatin1Value)), uncertain: false };
  return new HeaderTextReader(rawLatin1Value).read();
}

/** CR, LF and NUL have no place in a header text, however they were encoded. */
export function printable(text: string): string {
  return /[\r\n\0]/u.test(text) ? text.replaceAll(/\r\n|[\r\n\0]/gu, ' ') : text;
}

class HeaderTextReader {
  readonly #value: string;
  #text = '';
  #uncertain = false;
  #charset = '';
  #bytes: Buffer[] = [];
  /** Where the next `?=` stands; found once, so that many openings without an end stay linear. */
  #nextEnd = -1;

  constructor(value: string) {
    this.#value = value;
  }

  read(): HeaderText {
    let done = 0;
    let search = 0;
    for (;;) {
      const at = this.#value.indexOf('=?', search);
      if (at === -1) break;
      const word = this.#wordAt(at);
      if (word === null) {
        search = at + 2;
        continue;
      }
      this.#addRaw(done, at);
      this.#addWord(word);
      done = word.end;
      search = word.end;
    }
    this.#flushWords();
    this.#text += rawText(this.#value.slice(done));
    return { text: printable(this.#text), uncertain: this.#uncertain };
  }

  /** Text between two words; white space alone is dropped (RFC 2047 section 6.2). */
  #addRaw(from: number, to: number): void {
    const raw = this.#value.slice(from, to);
    if (this.#bytes.length > 0 && /^[ \t\r\n]*$/u.test(raw)) return;
    this.#flushWords();
    this.#text += rawText(raw);
  }

  /** Words of one charset are joined as bytes first: mailers split characters between two words. */
  #addWord(word: EncodedWord): void {
    if (this.#bytes.length > 0 && word.charset !== this.#charset) this.#flushWords();
    this.#charset = word.charset;
    this.#bytes.push(word.bytes);
  }

  #flushWords(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes.length === 1 ? this.#bytes[0] : undefined;
    const decoded = decodeBytes(bytes ?? Buffer.concat(this.#bytes), this.#charset);
    this.#text += decoded.text;
    this.#uncertain ||= !decoded.certain;
    this.#bytes = [];
  }

  #wordAt(at: number): EncodedWord | null {
    const value = this.#value;
    const charsetEnd = value.slice(at + 2, at + 3 + MAX_CHARSET_LENGTH).indexOf('?');
    if (charsetEnd < 1) return null;
    const label = value.slice(at + 2, at + 2 + charsetEnd);
    if (/[\s=]/u.test(label)) return null;
    const textStart = at + 2 + charsetEnd + 3;
    const encoding = value.slice(textStart - 2, textStart).toLowerCase();
    const end = this.#endAfter(textStart);
    if ((encoding !== 'b?' && encoding !== 'q?') || end === -1) {
      // It looks like a word and can't be read: whoever tests the text must know.
      this.#uncertain = true;
      return null;
    }
    // A second opening before the end: this one was never closed.
    const opening = value.indexOf('=?', textStart);
    if (opening !== -1 && opening < end - 1) return null;
    const encoded = value.slice(textStart, end);
    const bytes = encoding === 'b?' ? Buffer.from(encoded, 'base64') : decodeQ(encoded);
    return { charset: withoutLanguage(label), bytes, end: end + 2 };
  }

  #endAfter(from: number): number {
    if (this.#nextEnd < from) {
      const end = this.#value.indexOf('?=', from);
      this.#nextEnd = end === -1 ? Number.MAX_SAFE_INTEGER : end;
    }
    return this.#nextEnd === Number.MAX_SAFE_INTEGER ? -1 : this.#nextEnd;
  }
}

/** RFC 2231 section 5: `us-ascii*en-us`. */
function withoutLanguage(label: string): string {
  const star = label.indexOf('*');
  return (star === -1 ? label : label.slice(0, star)).toLowerCase();
}

/** RFC 2047 section 4.2; a raw space is one, and an equals sign that begins no hex pair stands for itself. */
function decodeQ(encoded: string): Buffer {
  const bytes = Buffer.allocUnsafe(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i++) {
    const code = encoded.charCodeAt(i);
    let byte = code === 0x5f ? 0x20 : code;
    if (code === 0x3d) {
      const pair = encoded.slice(i + 1, i + 3);
      if (/^[\dA-Fa-f]{2}$/u.test(pair)) {
        byte = Number.parseInt(pair, 16);
        i += 2;
      }
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function rawText(latin1: string): string {
  for (let i = 0; i < latin1.length; i++) {
    if (latin1.charCodeAt(i) >= 0x80) return guessText(Buffer.from(latin1, 'latin1'));
  }
  return latin1;
}
