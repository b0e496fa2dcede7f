/**
 * Text of any charset to UTF-8 while it streams by, the same whatever the pieces. Well-formed UTF-8 and ASCII go
 * through without a copy; what is ill-formed becomes U+FFFD or, where no charset was given, windows-1252.
 */
import { isAscii, isUtf8 } from 'node:buffer';

import { byteOrder, type Charset, platformDecode, resolveCharset } from './charset.ts';
import { Iso2022JpRewriter } from './iso-2022-jp.ts';
import { Utf7Decoder } from './utf7.ts';

/** The buffers it returns may be views of what was passed in. */
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
