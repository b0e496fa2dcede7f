/**
 * Replies of a peer, read strictly (RFC 5321 section 4.2). A peer that sends anything but well-formed replies of one
 * code each, within bounds, has lost our trust in what its `250` means: the connection is dropped, the mail waits.
 */
export interface Reply {
  readonly code: number;
  readonly enhanced: string | null;
  /** One line, printable, at most 512 characters, codes included. */
  readonly text: string;
}

const MAX_LINE = 2_048;
const MAX_REPLY = 65_536;
const MAX_TEXT = 512;
const REPLY_LINE = /^([2-5]\d\d)(?:([ -])[^\0]*)?\r?$/u;

/** Watches the octets of a connection; says why as soon as they stop being replies. */
export class ReplyGuard {
  #partial = '';
  #code = '';
  #replyLength = 0;

  /** null while all is well, else the reason. */
  inspect(chunk: Buffer): string | null {
    const text = this.#partial + chunk.toString('latin1');
    const lines = text.split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) {
      const problem = this.#line(line);
      if (problem !== null) return problem;
    }
    return this.#partial.length > MAX_LINE ? 'reply line too long' : null;
  }

  #line(line: string): string | null {
    this.#replyLength += line.length;
    if (line.length > MAX_LINE || this.#replyLength > MAX_REPLY) return 'reply too long';
    const match = REPLY_LINE.exec(line);
    if (match === null) return 'malformed reply';
    const [, code = '', separator] = match;
    if (this.#code !== '' && this.#code !== code) return 'reply with two codes';
    const more = separator === '-';
    this.#code = more ? code : '';
    if (!more) this.#replyLength = 0;
    return null;
  }
}

/** `raw`: one whole reply, its lines separated by LF. */
export function parseReply(raw: string): Reply {
  const text = printable(raw);
  const code = Number(/^\d{3}/u.exec(raw)?.[0] ?? 0);
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?![\d.])/u.exec(raw)?.[1] ?? null;
  // A code of another class than the reply says nothing (RFC 2034 section 4).
  return { code, enhanced: enhanced !== null && enhanced[0] === raw[0] ? enhanced : null, text };
}

/** One line for logs, audit entries and bounces. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}
