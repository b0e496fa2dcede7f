/**
 * Header fields byte by byte (RFC 5322 sections 2.2 and 3.6, with the obsolete forms of section 4). One reading for
 * policy, relaying and display: lines end in CR LF and nothing else, a line that begins with white space continues
 * the field before it, and a line that is no field is kept, with an empty name, where it stands. Linear in the
 * input, whatever it is.
 */
import type { HeaderField } from './scan-result.ts';

const BLANK_LINE = Buffer.from('\r\n\r\n', 'latin1');

/** Offset of the first byte of the body, after the empty line; -1 where no empty line ends the header. */
export function headerBlockEnd(message: Buffer): number {
  if (message[0] === 0x0d && message[1] === 0x0a) return 2;
  const blank = message.indexOf(BLANK_LINE);
  return blank === -1 ? -1 : blank + BLANK_LINE.length;
}

/** `block`: from the first field to the empty line, with it or without it. Offsets count from the block's start. */
export function parseHeaderFields(block: Buffer): HeaderField[] {
  const text = block.toString('latin1', 0, block.length);
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < text.length) {
    const end = fieldEnd(text, start);
    const body = text.endsWith('\r\n', end) ? text.slice(start, end - 2) : text.slice(start, end);
    // The empty line ends the header.
    if (body === '') break;
    fields.push(makeField(body, start, end));
    start = end;
  }
  return fields;
}

/** Index after the line end that no white space follows. */
function fieldEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return text.length;
    at = lineEnd + 2;
    // An empty line is never continued: what follows it is body.
    if (lineEnd === start) return at;
    const next = text.charCodeAt(at);
    if (next !== 0x20 && next !== 0x09) return at;
  }
}

function makeField(body: string, start: number, end: number): HeaderField {
  const colon = body.indexOf(':');
  // Obsolete syntax allows white space before the colon (RFC 5322 section 4.5).
  const name = colon === -1 ? '' : trimWhiteSpace(body.slice(0, colon));
  if (!isFieldName(name)) return { name: '', lowerName: '', rawValue: unfold(body), start, end };
  return { name, lowerName: name.toLowerCase(), rawValue: unfold(body.slice(colon + 1)), start, end };
}

/** Printable ASCII but for the colon: a `From ` line of a mailbox file is none, nor a name with 8-bit bytes. */
function isFieldName(name: string): boolean {
  return /^[!-9;-~]+$/u.test(name);
}

function unfold(value: string): string {
  return value.includes('\r\n') ? value.replaceAll(/\r\n(?=[ \t])/gu, '') : value;
}

/** Without spaces, tabs and line ends around it; other white space is content. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

/** Raw values of every field of that name, in order, without white space around them. */
export function fieldValues(fields: readonly HeaderField[], lowerName: string): string[] {
  const values: string[] = [];
  for (const field of fields) {
    if (field.lowerName === lowerName) values.push(trimWhiteSpace(field.rawValue));
  }
  return values;
}

/** The first field of that name; undefined where there is none. */
export function firstValue(fields: readonly HeaderField[], lowerName: string): string | undefined {
  const field = fields.find((candidate) => candidate.lowerName === lowerName);
  return field === undefined ? undefined : trimWhiteSpace(field.rawValue);
}

/**
 * The block without the named fields; every other byte stays. A name that ends in `*` stands for all that begin
 * with what is before it. `fields` are those of this block.
 */
export function removeFields(
  block: Buffer,
  fields: readonly HeaderField[],
  lowerNames: ReadonlySet<string>,
): Buffer {
  const prefixes = [...lowerNames].filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const kept: Buffer[] = [];
  let done = 0;
  for (const field of fields) {
    const { lowerName } = field;
    if (lowerName === '') continue;
    if (!lowerNames.has(lowerName) && !prefixes.some((prefix) => lowerName.startsWith(prefix))) continue;
    if (field.start > done) kept.push(block.subarray(done, field.start));
    done = field.end;
  }
  if (done === 0) return block;
  kept.push(block.subarray(done));
  return Buffer.concat(kept);
}
