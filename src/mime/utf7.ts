/**
 * UTF-7 (RFC 2152), which no decoder of the platform reads and which old mailers still put into subjects. Kept in
 * pieces as it arrives; never throws, and what is ill-formed becomes U+FFFD.
 */

const NOT_BASE64 = 0xff;
const BASE64_VALUES = makeValues();

function makeValues(): Uint8Array {
  const values = new Uint8Array(256).fill(NOT_BASE64);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

export class Utf7Decoder {
  #shifted = false;
  #fresh = false;
  #bits = 0;
  #bitCount = 0;
  /** First half of a surrogate pair, until the second comes. */
  #high = '';

  /** Decodes the next bytes; what may still change with the following byte is kept back. */
  write(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) text += this.#next(byte);
    return text;
  }

  end(): string {
    const text = this.#shifted ? this.#leave() : '';
    this.#shifted = false;
    return text;
  }

  #next(byte: number): string {
    if (!this.#shifted) {
      if (byte !== 0x2b) return byte < 0x80 ? String.fromCharCode(byte) : '\ufffd';
      this.#shifted = true;
      this.#fresh = true;
      this.#bits = 0;
      this.#bitCount = 0;
      return '';
    }
    const value = BASE64_VALUES[byte] ?? NOT_BASE64;
    if (value !== NOT_BASE64) {
      this.#fresh = false;
      return this.#shiftIn(value);
    }
    // RFC 2152: "+-" is a plus sign; a "-" that ends a shifted sequence is absorbed.
    if (byte === 0x2d) {
      const text = this.#fresh ? '+' : this.#leave();
      this.#shifted = false;
      return text;
    }
    const text = this.#leave();
    this.#shifted = false;
    return text + this.#next(byte);
  }

  #shiftIn(value: number): string {
    this.#bits = ((this.#bits << 6) | value) & 0x3fffff;
    this.#bitCount += 6;
    if (this.#bitCount < 16) return '';
    this.#bitCount -= 16;
    return this.#codeUnit((this.#bits >> this.#bitCount) & 0xffff);
  }

  #codeUnit(unit: number): string {
    const high = this.#high;
    this.#high = '';
    if (unit >= 0xdc00 && unit <= 0xdfff) return high === '' ? '\ufffd' : high + String.fromCharCode(unit);
    const broken = high === '' ? '' : '\ufffd';
    if (unit < 0xd800 || unit > 0xdfff) return broken + String.fromCharCode(unit);
    this.#high = String.fromCharCode(unit);
    return broken;
  }

  /** Rest bits must be fewer than six and zero; anything else was cut off. */
  #leave(): string {
    const rest = this.#bits & ((1 << this.#bitCount) - 1);
    const isCut = this.#bitCount >= 6 || rest !== 0 || this.#high !== '';
    this.#high = '';
    return isCut ? '\ufffd' : '';
  }
}
