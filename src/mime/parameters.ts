/**
 * Fields of the form `value; name=value; …` (RFC 2045 section 5.1, RFC 2183) with RFC 2231 charsets and
 * continuations. Reads what mailers write against the standard: file names with unquoted spaces, encoded words
 * inside quotes, a missing closing quote. Linear; of parameters that are given twice the first one counts.
 */
import { decodeBytes } from './charset.ts';
import { decodeHeaderText, printable } from './encoded-words.ts';
import { trimWhiteSpace } from './header-fields.ts';

export interface Parameter {
  readonly value: string;
  /** True where RFC 2231 gave the charset: `value` is text; else it is latin1 of the raw bytes. */
  readonly isText: boolean;
}

export interface ParameterizedValue {
  /** What stands before the first semicolon, without comments; as written. */
  readonly value: string;
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Lower-case names that were given more than once with different values. */
  readonly conflicting: ReadonlySet<string>;
}

interface Section {
  readonly value: string;
  readonly encoded: boolean;
}

/** The value as it stands; for boundaries, charsets and other tokens. */
export function parameterValue(field: ParameterizedValue, lowerName: string): string | undefined {
  return field.parameters.get(lowerName)?.value;
}

/** The value as a reader sees it: for file names. Untrusted text without CR, LF and NUL. */
export function parameterText(field: ParameterizedValue, lowerName: string): string | undefined {
  const parameter = field.parameters.get(lowerName);
  if (parameter === undefined) return undefined;
  return parameter.isText ? printable(parameter.value) : decodeHeaderText(parameter.value).text;
}

export function parseParameterized(rawValue: string): ParameterizedValue {
  return new ParameterReader(rawValue).read();
}

class ParameterReader {
  readonly #raw: string;
  #at = 0;
  readonly #plain = new Map<string, string>();
  readonly #sections = new Map<string, Map<number, Section>>();
  readonly #conflicting = new Set<string>();

  constructor(raw: string) {
    this.#raw = raw;
  }

  read(): ParameterizedValue {
    const value = trimWhiteSpace(this.#readUntil(';'));
    while (this.#at < this.#raw.length) {
      this.#at++;
      this.#readParameter();
    }
    return { value, parameters: this.#joined(), conflicting: this.#conflicting };
  }

  /** Up to one of the stops, without comments; `#at` is left on the stop or at the end. */
  #readUntil(stops: string): string {
    let text = '';
    let from = this.#at;
    while (this.#at < this.#raw.length && !stops.includes(this.#raw.charAt(this.#at))) {
      if (this.#raw.charAt(this.#at) !== '(') {
        this.#at++;
        continue;
      }
      text += this.#raw.slice(from, this.#at);
      this.#skipComment();
      from = this.#at;
    }
    return text + this.#raw.slice(from, this.#at);
  }

  #skipComment(): void {
    let depth = 0;
    while (this.#at < this.#raw.length) {
      const char = this.#raw.charAt(this.#at++);
      if (char === '\\') this.#at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return;
    }
  }

  #readParameter(): void {
    const name = trimWhiteSpace(this.#readUntil('=;')).toLowerCase();
    if (this.#raw.charAt(this.#at) !== '=') return;
    this.#at++;
    while (/[ \t\r\n]/u.test(this.#raw.charAt(this.#at))) this.#at++;
    const isQuoted = this.#raw.charAt(this.#at) === '"';
    const value = isQuoted ? this.#readQuoted() : this.#readUnquoted();
    if (name !== '') this.#keep(name, value);
  }

  #readQuoted(): string {
    let text = '';
    let from = ++this.#at;
    while (this.#at < this.#raw.length && this.#raw.charAt(this.#at) !== '"') {
      if (this.#raw.charAt(this.#at) === '\\') {
        text += this.#raw.slice(from, this.#at);
        from = ++this.#at;
      }
      this.#at++;
    }
    text += this.#raw.slice(from, this.#at);
    const semicolon = this.#raw.indexOf(';', this.#at);
    this.#at = semicolon === -1 ? this.#raw.length : semicolon;
    return text;
  }

  /** Up to the semicolon, blanks and parentheses included: `filename=my file (1).pdf`. */
  #readUnquoted(): string {
    const semicolon = this.#raw.indexOf(';', this.#at);
    const end = semicolon === -1 ? this.#raw.length : semicolon;
    const text = this.#raw.slice(this.#at, end);
    this.#at = end;
    return trimWhiteSpace(text);
  }

  #keep(name: string, value: string): void {
    const match = /^([^*]+)(?:\*(\d{1,6}))?(\*)?$/u.exec(name);
    const [, base = name, number, star] = match ?? [];
    if (number === undefined && star === undefined) this.#keepPlain(name, value);
    else this.#keepSection(base, Number(number ?? 0), { value, encoded: star !== undefined });
  }

  #keepPlain(name: string, value: string): void {
    const before = this.#plain.get(name);
    if (before === undefined) this.#plain.set(name, value);
    else if (before !== value) this.#conflicting.add(name);
  }

  #keepSection(base: string, number: number, section: Section): void {
    let sections = this.#sections.get(base);
    if (sections === undefined) this.#sections.set(base, (sections = new Map()));
    const before = sections.get(number);
    if (before === undefined) sections.set(number, section);
    else if (before.value !== section.value) this.#conflicting.add(base);
  }

  /** The extended form wins over the plain one (RFC 6266 section 4.3 says so for names, mailers do it for all). */
  #joined(): Map<string, Parameter> {
    const parameters = new Map<string, Parameter>();
    for (const [name, value] of this.#plain) parameters.set(name, { value, isText: false });
    for (const [base, sections] of this.#sections) {
      const joined = joinSections(sections);
      if (joined === null) continue;
      if (this.#plain.has(base) && this.#plain.get(base) !== joined.value) this.#conflicting.add(base);
      parameters.set(base, joined);
    }
    return parameters;
  }
}

/** Sections 0, 1, 2 … up to the first gap (RFC 2231 section 3); null without section 0. */
function joinSections(sections: ReadonlyMap<number, Section>): Parameter | null {
  const pieces: Buffer[] = [];
  let charset: string | null = null;
  let anyEncoded = false;
  for (let number = 0; ; number++) {
    const section = sections.get(number);
    if (section === undefined) break;
    let { value } = section;
    if (section.encoded && number === 0) [charset, value] = splitCharset(value);
    anyEncoded ||= section.encoded;
    pieces.push(section.encoded ? percentDecode(value) : Buffer.from(value, 'latin1'));
  }
  if (pieces.length === 0) return null;
  const bytes = Buffer.concat(pieces);
  if (!anyEncoded) return { value: bytes.toString('latin1'), isText: false };
  return { value: decodeBytes(bytes, charset).text, isText: true };
}

/** `charset'language'text`; without the quotes all of it is text. */
function splitCharset(value: string): [string | null, string] {
  const first = value.indexOf("'");
  const second = first === -1 ? -1 : value.indexOf("'", first + 1);
  if (second === -1) return [null, value];
  return [first === 0 ? null : value.slice(0, first), value.slice(second + 1)];
}

function percentDecode(value: string): Buffer {
  const latin1 = value.replaceAll(/%([\dA-Fa-f]{2})/gu, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}
