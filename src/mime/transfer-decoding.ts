/**
 * Undoing base64 and quoted-printable (RFC 2045 section 6) in one pass over pieces of any size. What counts as the
 * decoded text of ill-formed input is settled here, and every reader of sealed messages follows it:
 * - base64: characters outside the alphabet are skipped; `=` ends a group, drops its odd bits, and the next
 *   character begins a new one;
 * - quoted-printable: spaces and tabs before a line end are dropped (runs over 998 octets are text), `=` with spaces
 *   and a line end is a soft break, `=` with anything else but two hex digits stands for itself.
 */
import { Base64Decoder } from './base64.ts';
import { QuotedPrintableDecoder } from './quoted-printable.ts';

export interface TransferDecoder {
  /** May return a view of `bytes`. */
  decode(bytes: Buffer): Buffer;
  /** What was kept back; call once. */
  finish(): Buffer;
}

export function transferDecoder(encoding: string): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder();
  if (encoding === 'quoted-printable') return new QuotedPrintableDecoder();
  return IDENTITY;
}

const NOTHING = Buffer.alloc(0);
const IDENTITY: TransferDecoder = { decode: (bytes) => bytes, finish: () => NOTHING };
