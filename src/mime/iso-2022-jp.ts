/**
 * ISO-2022-JP (RFC 1468, with the JIS X 0212 and katakana sets of its successors) rewritten to EUC-JP, byte by byte:
 * the platform's own decoder gives up on escape sequences that are cut, and a mail may be cut anywhere.
 */

const ESCAPE = 0x1b;
const LF = 0x0a;
const CR = 0x0d;
/** EUC-JP's prefixes for half-width katakana and JIS X 0212. */
const SINGLE_SHIFT_2 = 0x8e;
const SINGLE_SHIFT_3 = 0x8f;
/** An octet that EUC-JP never holds: the decoder makes U+FFFD of it. */
const INVALID = 0xff;
const MAX_ESCAPE_LENGTH = 3;

type CharacterSet = 'ascii' | 'katakana' | 'jis0208' | 'jis0212';

/** By what follows the escape character. */
const DESIGNATIONS: ReadonlyMap<string, CharacterSet> = new Map([
  ['(B', 'ascii'],
  ['(J', 'ascii'],
  ['(I', 'katakana'],
  ['$@', 'jis0208'],
  ['$B', 'jis0208'],
  ['$(D', 'jis0212'],
]);

export class Iso2022JpRewriter {
  #set: CharacterSet = 'ascii';
  /** An escape sequence that is not complete, without the escape character; null: none. */
  #escape: string | null = null;
  /** First byte of a pair; 0: none. */
  #lead = 0;

  /** EUC-JP for these bytes, as far as it is settled. */
  write(bytes: Uint8Array): Buffer {
    const out: number[] = [];
    for (const byte of bytes) this.#next(byte, out);
    return Buffer.from(out);
  }

  end(): Buffer {
    const isCut = this.#lead !== 0 || this.#escape !== null;
    this.#lead = 0;
    this.#escape = null;
    return Buffer.from(isCut ? [INVALID] : []);
  }

  #next(byte: number, out: number[]): void {
    if (this.#escape !== null) this.#inEscape(byte, out);
    else if (byte === ESCAPE) {
      this.#dropLead(out);
      this.#escape = '';
    } else if (byte === LF || byte === CR) {
      // A line ends in ASCII, whatever the sender forgot.
      this.#dropLead(out);
      this.#set = 'ascii';
      out.push(byte);
    } else if (this.#set === 'ascii') out.push(byte < 0x80 ? byte : INVALID);
    else this.#inSet(byte, out);
  }

  #inEscape(byte: number, out: number[]): void {
    const escape = this.#escape + String.fromCharCode(byte);
    const set = DESIGNATIONS.get(escape);
    if (set !== undefined) {
      this.#set = set;
      this.#escape = null;
    } else if (escape.length < MAX_ESCAPE_LENGTH && (escape === '(' || escape === '$' || escape === '$(')) {
      this.#escape = escape;
    } else {
      // What followed the escape character is text again.
      const rest = Buffer.from(escape, 'latin1');
      this.#escape = null;
      out.push(INVALID);
      for (const other of rest) this.#next(other, out);
    }
  }

  #inSet(byte: number, out: number[]): void {
    if (byte < 0x21 || byte > 0x7e) {
      this.#dropLead(out);
      out.push(byte < 0x21 ? byte : INVALID);
    } else if (this.#set === 'katakana') out.push(SINGLE_SHIFT_2, byte | 0x80);
    else if (this.#lead === 0) this.#lead = byte;
    else {
      if (this.#set === 'jis0212') out.push(SINGLE_SHIFT_3);
      out.push(this.#lead | 0x80, byte | 0x80);
      this.#lead = 0;
    }
  }

  #dropLead(out: number[]): void {
    if (this.#lead !== 0) out.push(INVALID);
    this.#lead = 0;
  }
}
