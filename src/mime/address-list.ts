/**
 * The mailboxes of From, Sender, To, Cc and Reply-To (RFC 5322 section 3.4, obsolete forms of 4.4 included), for
 * display and to know the author; who receives is said by SMTP alone. Never repairs: an entry that is not clearly
 * one mailbox comes back with its text as it stands for an address, so that no domain arises that nobody wrote.
 */
import { guessText } from './charset.ts';
import { decodeHeaderText, printable } from './encoded-words.ts';
import { trimWhiteSpace } from './header-fields.ts';

export interface ListedMailbox {
  /** Decoded; untrusted text. Empty where there is none. */
  readonly displayName: string;
  /** Not decoded but for raw UTF-8; may be no address at all. */
  readonly address: string;
}

const MAX_ENTRIES = 100_000;

/** `rawLatin1Value`: the unfolded field value. At most 100,000 entries; linear in the length. */
export function parseAddressList(rawLatin1Value: string): ListedMailbox[] {
  return new AddressListReader(rawLatin1Value).read();
}

/** One entry while it is read. Positions are indexes into the value. */
interface Entry {
  readonly start: number;
  /** Words outside brackets and comments, quotes undone. */
  words: string;
  comment: string;
  /** What stands between angle brackets; null before the first. */
  angle: string | null;
  /** More than one pair of brackets, text behind them, or a comment inside an address. */
  isUnclear: boolean;
  /** Bounds of the text outside comments. */
  textStart: number;
  textEnd: number;
  /** A comment was met behind text. */
  commentAfterText: boolean;
}

class AddressListReader {
  readonly #value: string;
  readonly #mailboxes: ListedMailbox[] = [];
  #at = 0;
  #entry: Entry;

  constructor(value: string) {
    this.#value = value;
    this.#entry = newEntry(0);
  }

  read(): ListedMailbox[] {
    while (this.#at < this.#value.length && this.#mailboxes.length < MAX_ENTRIES) this.#readNext();
    if (this.#mailboxes.length < MAX_ENTRIES) this.#endEntry(this.#value.length);
    return this.#mailboxes;
  }

  #readNext(): void {
    const char = this.#value.charAt(this.#at);
    if (char === ',' || char === ';') {
      this.#endEntry(this.#at);
      this.#entry = newEntry(++this.#at);
    } else if (char === ':') {
      // What stands before a colon is the name of a group; its members follow.
      this.#entry = newEntry(++this.#at);
    } else if (char === '(') this.#readComment();
    else if (char === '"') this.#readQuoted();
    else if (char === '<') this.#readAngle();
    else this.#readWord();
  }

  #readWord(): void {
    const from = this.#at;
    const stop = /[,;:("<]/gu;
    stop.lastIndex = from;
    const end = stop.exec(this.#value)?.index ?? this.#value.length;
    this.#at = end;
    const word = this.#value.slice(from, end);
    const inner = trimWhiteSpace(word);
    if (inner !== '') {
      const start = from + word.indexOf(inner.charAt(0));
      this.#noteText(start, start + inner.length);
    }
    this.#entry.words += word;
  }

  #readQuoted(): void {
    const from = this.#at;
    let text = '';
    let piece = ++this.#at;
    while (this.#at < this.#value.length && this.#value.charAt(this.#at) !== '"') {
      if (this.#value.charAt(this.#at) === '\\') {
        text += this.#value.slice(piece, this.#at);
        piece = ++this.#at;
      }
      this.#at++;
    }
    text += this.#value.slice(piece, this.#at);
    if (this.#at >= this.#value.length) this.#entry.isUnclear = true;
    this.#at++;
    this.#noteText(from, this.#at);
    this.#entry.words += text;
  }

  #readAngle(): void {
    const from = this.#at + 1;
    const end = closingBracket(this.#value, from);
    const isFirst = this.#entry.angle === null;
    if (!isFirst || end === -1) this.#entry.isUnclear = true;
    const stop = end === -1 ? this.#value.length : end;
    this.#at = stop + 1;
    if (isFirst) this.#entry.angle = trimWhiteSpace(this.#value.slice(from, stop));
  }

  #readComment(): void {
    const from = this.#at + 1;
    let depth = 0;
    do {
      const char = this.#value.charAt(this.#at++);
      if (char === '\\') this.#at++;
      else if (char === '(') depth++;
      else if (char === ')') depth--;
    } while (depth > 0 && this.#at < this.#value.length);
    if (depth > 0) this.#entry.isUnclear = true;
    this.#entry.comment ||= this.#value.slice(from, depth > 0 ? this.#value.length : this.#at - 1);
    if (this.#entry.textStart !== -1) this.#entry.commentAfterText = true;
    this.#entry.words += ' ';
  }

  #noteText(start: number, end: number): void {
    const entry = this.#entry;
    // Text behind the brackets: nobody can say which address is meant.
    if (entry.angle !== null) entry.isUnclear = true;
    if (entry.commentAfterText) entry.textEnd = -1;
    else entry.textEnd = end;
    if (entry.textStart === -1) entry.textStart = start;
  }

  #endEntry(end: number): void {
    const entry = this.#entry;
    const whole = trimWhiteSpace(this.#value.slice(entry.start, end));
    if (whole === '') return;
    const name = trimWhiteSpace(entry.words).replaceAll(/[ \t]+/gu, ' ');
    if (entry.isUnclear) this.#add('', whole);
    else if (entry.angle !== null) this.#add(name === '' ? entry.comment : name, withoutRoute(entry.angle));
    else if (entry.textStart === -1) return;
    // A comment between two pieces of text would glue them: `user@good.example(x)evil.example`.
    else if (entry.textEnd === -1) this.#add('', whole);
    else this.#add(entry.comment, this.#value.slice(entry.textStart, entry.textEnd));
  }

  #add(rawName: string, rawAddress: string): void {
    const displayName = trimWhiteSpace(decodeHeaderText(rawName).text);
    this.#mailboxes.push({ displayName, address: printable(guessText(Buffer.from(rawAddress, 'latin1'))) });
  }
}

function newEntry(start: number): Entry {
  return {
    start,
    words: '',
    comment: '',
    angle: null,
    isUnclear: false,
    textStart: -1,
    textEnd: -1,
    commentAfterText: false,
  };
}

/** Index of the `>` that no quotes hide; -1 where there is none. */
function closingBracket(value: string, from: number): number {
  const simple = value.indexOf('>', from);
  if (simple === -1) return -1;
  const quote = value.indexOf('"', from);
  if (quote === -1 || quote > simple) return simple;
  let at = quote + 1;
  while (at < value.length && value.charAt(at) !== '"') at += value.charAt(at) === '\\' ? 2 : 1;
  return value.indexOf('>', at);
}

/** Obsolete source routes (RFC 5322 section 4.4): `<@a.example,@b.example:user@c.example>`. */
function withoutRoute(address: string): string {
  if (!address.startsWith('@')) return address;
  const colon = address.indexOf(':');
  return colon === -1 ? address : trimWhiteSpace(address.slice(colon + 1));
}
