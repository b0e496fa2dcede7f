/**
 * Writing mails (RFC 5322, RFC 2047, RFC 2045): header fields folded and encoded, quoted-printable bodies, dates.
 * All output is 7bit with CR LF line ends. No value can begin a line of its own: CR, LF and NUL become spaces.
 */

const MAX_LINE = 76;
const MAX_HEADER_LINE = 78;
/** RFC 2047 section 2. */
const MAX_ENCODED_WORD = 75;
/** A run without blanks that is longer is encoded: a line holds 998 octets at most. */
const MAX_TOKEN = 900;

/** Room that the name of an address field takes on the first line. */
const ADDRESS_FIELD_COLUMNS = 10;
/** Fields whose values hold encoded words already, written by `formatMailbox`. */
const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'resent-from', 'resent-to']);

export type HeaderLine = readonly [name: string, value: string];

/**
 * Header fields with their line ends, without the empty line. Text that is no ASCII becomes encoded words; so does
 * text that would be read as one, but for address fields, which are written with `formatMailbox`.
 */
export function composeHeader(fields: readonly HeaderLine[]): string {
  return fields.map(([name, value]) => composeField(name, value)).join('');
}

function composeField(name: string, value: string): string {
  const line = oneLine(value).trim();
  if (ADDRESS_FIELDS.has(name.toLowerCase()) && /^[\x20-\x7e]*$/u.test(line)) return foldField(name, line);
  return foldField(name, encodeText(line, name.length + 2));
}

/** Every run of CR, LF and NUL becomes a space. */
export function oneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]+/gu, ' ');
}

/** Breaks before blanks so that lines hold 78 characters where they can (RFC 5322 section 2.1.1). */
function foldField(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  let hasText = false;
  for (const word of value.split(' ')) {
    if (hasText && word !== '' && line.length + 1 + word.length > MAX_HEADER_LINE) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
    hasText ||= word !== '';
  }
  lines.push(line);
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * Unstructured text: ASCII as it is, anything else as encoded words from the first to the last word that needs it.
 * `usedColumns` is what stands before the text on its line.
 */
export function encodeText(value: string, usedColumns = 0): string {
  const words = oneLine(value).trim().split(' ');
  const first = words.findIndex(needsEncoding);
  if (first === -1) return words.join(' ');
  const last = words.findLastIndex(needsEncoding);
  const encoded = encodedWords(words.slice(first, last + 1).join(' '), first === 0 ? usedColumns : 0);
  return [...words.slice(0, first), ...encoded, ...words.slice(last + 1)].join(' ');
}

function needsEncoding(word: string): boolean {
  return /[^\x21-\x7e]/u.test(word) || word.includes('=?') || word.length > MAX_TOKEN;
}

/** Encoded words in UTF-8, each whole characters and at most 75 long; Q or B, whichever is shorter. */
function encodedWords(text: string, usedColumns: number): string[] {
  const useQ = [...text].reduce((length, char) => length + qEncoded(char).length, 0) <= base64Length(text);
  const overhead = '=?UTF-8?Q??='.length;
  const words: string[] = [];
  let room = Math.max(MAX_ENCODED_WORD - usedColumns, MAX_ENCODED_WORD / 2) - overhead;
  let chunk = '';
  let chunkLength = 0;
  for (const char of text) {
    const length = chunkLength + (useQ ? qEncoded(char).length : Buffer.byteLength(char));
    if (chunk !== '' && (useQ ? length : 4 * Math.ceil(length / 3)) > room) {
      words.push(encodedWord(chunk, useQ));
      room = MAX_ENCODED_WORD - overhead;
      chunk = '';
      chunkLength = 0;
    }
    chunk += char;
    chunkLength += useQ ? qEncoded(char).length : Buffer.byteLength(char);
  }
  if (chunk !== '') words.push(encodedWord(chunk, useQ));
  return words;
}

function base64Length(text: string): number {
  return 4 * Math.ceil(Buffer.byteLength(text) / 3);
}

function encodedWord(text: string, useQ: boolean): string {
  if (!useQ) return `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
  return `=?UTF-8?Q?${[...text].map(qEncoded).join('')}?=`;
}

/** The narrow set of RFC 2047 section 5 (3), which holds in display names too. */
function qEncoded(char: string): string {
  if (char === ' ') return '_';
  return /^[\w!*+/-]$/u.test(char) && char !== '_' ? char : hexOctets(char);
}

function hexOctets(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8'))
    encoded += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return encoded;
}

/** A display name as it may stand before an address: atoms, a quoted string, or encoded words. */
export function encodeDisplayName(name: string): string {
  const line = oneLine(name).trim();
  if (/[^\x20-\x7e]/u.test(line) || line.includes('=?') || line.length > MAX_TOKEN)
    return line === '' ? '' : encodedWords(line, ADDRESS_FIELD_COLUMNS).join(' ');
  if (/^[\w!#$%&'*+/=?^`{|}~ -]*$/u.test(line)) return line;
  return `"${line.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

/** `Name <address>`; the address alone where there is no name. Brackets and blanks can't come from the address. */
export function formatMailbox(displayName: string, address: string): string {
  const bare = address.replaceAll(/[\s<>\0]/gu, '');
  const name = encodeDisplayName(displayName);
  return name === '' ? bare : `${name} <${bare}>`;
}

/** Text in UTF-8 as quoted-printable: CR LF line ends, lines of at most 76 characters (RFC 2045 section 6.7). */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/u)
    .map(quotedPrintableLine)
    .join('\r\n');
}

function quotedPrintableLine(line: string): string {
  const needsNothing =
    line.length <= MAX_LINE && /^[\x20-\x3c\x3e-\x7e]*$/u.test(line) && !line.endsWith(' ');
  if (needsNothing && !line.startsWith('From ') && !line.startsWith('.')) return line;
  const lines: string[] = [];
  const bytes = Buffer.from(line, 'utf8');
  let current = '';
  let at = 0;
  while (at < bytes.length) {
    const isLast = at === bytes.length - 1;
    const piece = quotedPrintableOctet(bytes, at, current === '');
    // Room for the soft break, which takes one column; the last piece needs none.
    if (current.length + piece.length > MAX_LINE - (isLast ? 0 : 1)) {
      lines.push(`${current}=`);
      current = '';
    } else {
      current += piece;
      at++;
    }
  }
  lines.push(current);
  return lines.join('\r\n');
}

function quotedPrintableOctet(bytes: Buffer, at: number, beginsLine: boolean): string {
  const byte = bytes[at] as number;
  const isBlank = byte === 0x20 || byte === 0x09;
  // A dot or "From " at the beginning of a line is what transports are known to change.
  const isAtRisk = beginsLine && (byte === 0x2e || bytes.toString('latin1', at, at + 5) === 'From ');
  const isPlain = isBlank ? at < bytes.length - 1 : byte > 0x20 && byte < 0x7f && byte !== 0x3d;
  return isPlain && !isAtRisk
    ? String.fromCharCode(byte)
    : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The body of a multipart/alternative of a text and its HTML; the boundary must occur in neither. */
export function multipartAlternative(text: string, html: string, boundary: string): string {
  const part = (subtype: string, content: string): string =>
    `--${boundary}\r\nContent-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(content)}\r\n`;
  return `${part('plain', text)}${part('html', html)}--${boundary}--\r\n`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** RFC 5322 section 3.3: `Sat, 21 Nov 2026 19:18:03 +0000`. `offsetMinutes` east of Greenwich. */
export function formatMailDate(timeMs: number, offsetMinutes = 0): string {
  const local = new Date(timeMs + offsetMinutes * 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const east = Math.abs(offsetMinutes);
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(east / 60))}${two(east % 60)}`;
  const day = `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${day} ${local.getUTCFullYear()} ${time} ${zone}`;
}
