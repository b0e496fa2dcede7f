/**
 * What may not travel inside SMTP: a CR without LF, an LF without CR, a NUL (RFC 5321 sections 2.3.8 and 4.1.1.4).
 * A server that passes one on, or a client that sends one, lets the next server see an end of data that the first
 * did not see, and with it a second mail that nobody checked ("smuggling"). `LineEndingGuard` finds the first such
 * octet in a stream cut into any chunks; `LineEndingNormaliser` repairs instead, for submitters that can do no better.
 */
const CR = 0x0d;
const LF = 0x0a;

// One native scan over a one-byte string costs a quarter of what a loop over the octets does.
const FORBIDDEN = /\r(?!\n)|(?<!\r)\n|\0/u;

export class LineEndingGuard {
  #endedInCr = false;

  /**
   * The offset in `chunk` up to which the stream is clean, or -1 if the whole chunk is. The offset is 0 where a CR
   * that ended the chunk before turns out to be bare. A CR at the end of a chunk is clean until the next one comes.
   */
  inspect(chunk: Buffer): number {
    if (chunk.length === 0) return -1;
    let from = 0;
    if (this.#endedInCr) {
      if (chunk[0] !== LF) return 0;
      from = 1;
    }
    this.#endedInCr = chunk[chunk.length - 1] === CR;
    const found = chunk
      .toString('latin1', from, this.#endedInCr ? chunk.length - 1 : chunk.length)
      .search(FORBIDDEN);
    if (found >= 0) return from + found;
    return -1;
  }

  /** True while the last octet was a CR: at the end of a stream it was a bare one. */
  get endedInCr(): boolean {
    return this.#endedInCr;
  }
}

/**
 * Turns bare CR and bare LF into CR LF and leaves out NUL. A line that followed a bare LF was dot-stuffed by its
 * sender like any other, so one of two leading dots is taken away there too (RFC 5321 section 4.5.2).
 */
export class LineEndingNormaliser {
  #held = '';

  normalise(chunk: Buffer): Buffer {
    const text = this.#held + chunk.toString('latin1').replaceAll('\0', '');
    // A CR may be half of a CR LF; a dot after a bare ending may be the first of two.
    const undecided = /(?:\r\.?|(?<!\r)\n\.?)$/u.exec(text);
    this.#held = undecided?.[0] ?? '';
    return repairLineEndings(text.slice(0, undecided?.index ?? text.length));
  }

  /** What was held back because the next octet was not known. */
  finish(): Buffer {
    const text = this.#held;
    this.#held = '';
    return repairLineEndings(text);
  }
}

function repairLineEndings(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\r\n|[\r\n](?:\.(?=\.))?/gu, '\r\n'), 'latin1');
}
