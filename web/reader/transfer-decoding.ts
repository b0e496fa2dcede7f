/**
 * Undoes MIME transfer encodings (RFC 2045 section 6) piece by piece. Lenient as readers of mail must be: what is
 * no digit of base64 is skipped, a broken quoted-printable escape stands as written.
 */
import type { Octets } from './crypto/octets.ts';

/** Takes encoded pieces, gives decoded ones; `finish` gives what was still kept back. */
export interface TransferDecoder {
  push(piece: Octets): Octets;
  finish(): Octets;
}

const NOTHING: Octets = new Uint8Array(0);
const NO_DIGIT = 255;

function digitsOfBase64(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_DIGIT);
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < digits.length; i++) table[digits.charCodeAt(i)] = i;
  return table;
}

function base64Decoder(): TransferDecoder {
  const table = digitsOfBase64();
  const PADDING = 61;
  let bits = 0;
  let bitCount = 0;
  return {
    push(piece) {
      const out = new Uint8Array(Math.ceil((piece.length * 3) / 4) + 3);
      let length = 0;
      for (const octet of piece) {
        if (octet === PADDING) {
          bits = bitCount = 0;
          continue;
        }
        const digit = table[octet] ?? NO_DIGIT;
        if (digit === NO_DIGIT) continue;
        bits = ((bits << 6) | digit) & 0xffffff;
        bitCount += 6;
        if (bitCount >= 8) {
          bitCount -= 8;
          out[length++] = (bits >> bitCount) & 0xff;
        }
      }
      return out.slice(0, length);
    },
    finish: () => NOTHING,
  };
}

function hexDigit(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 48 && octet <= 57) return octet - 48;
  const letter = octet | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

const EQUALS = 61;
const CR = 13;
const LF = 10;

/** Decodes one whole line without its line end; a soft break at its end joins the next line. */
function decodeQuotedLine(line: Octets, lineEnd: readonly number[], out: number[]): void {
  let end = line.length;
  while (end > 0 && (line[end - 1] === 32 || line[end - 1] === 9)) end--;
  const soft = end > 0 && line[end - 1] === EQUALS;
  if (soft) end--;
  for (let i = 0; i < end; i++) {
    const octet = line[i] ?? 0;
    const high = octet === EQUALS ? hexDigit(line[i + 1]) : -1;
    const low = high >= 0 && i + 2 < end ? hexDigit(line[i + 2]) : -1;
    if (low >= 0) {
      out.push(high * 16 + low);
      i += 2;
    } else out.push(octet);
  }
  if (!soft) out.push(...lineEnd);
}

function quotedPrintableDecoder(): TransferDecoder {
  let kept: Octets = NOTHING;
  return {
    push(piece) {
      const input = new Uint8Array(kept.length + piece.length);
      input.set(kept);
      input.set(piece, kept.length);
      const out: number[] = [];
      let start = 0;
      for (let i = 0; i < input.length; i++) {
        if (input[i] !== LF) continue;
        const beforeCr = i > start && input[i - 1] === CR;
        decodeQuotedLine(input.slice(start, beforeCr ? i - 1 : i), beforeCr ? [CR, LF] : [LF], out);
        start = i + 1;
      }
      kept = input.slice(start);
      return Uint8Array.from(out);
    },
    finish() {
      const out: number[] = [];
      decodeQuotedLine(kept, [], out);
      kept = NOTHING;
      return Uint8Array.from(out);
    },
  };
}

/** `7bit`, `8bit`, `binary` and whatever is unknown pass as they are. */
export function transferDecoder(encoding: string): TransferDecoder {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return base64Decoder();
    case 'quoted-printable':
      return quotedPrintableDecoder();
    default:
      return { push: (piece) => piece, finish: () => NOTHING };
  }
}

/** Text of octets in a MIME charset; UTF-8 where that fits and the label is missing or unknown, else windows-1252. */
export function decodeText(octets: Octets, charset: string | null): string {
  const label = charset === null || /^us-ascii$/i.test(charset) ? '' : charset;
  if (label !== '') {
    try {
      return new TextDecoder(label).decode(octets);
    } catch {
      // An unknown label: guess below.
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder('windows-1252').decode(octets);
  }
}
