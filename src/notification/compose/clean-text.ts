/**
 * Values from outside (names, addresses, replies of servers) made into harmless text: one line, nothing invisible,
 * nothing that turns the reading direction, bounded. Everything that a mail shows and that is not ours passes here
 * before it is escaped for its place (header field, plain text, HTML).
 */
import { domainToASCII } from 'node:url';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/u;
const LINE_BREAKERS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
// Format characters hold the bidirectional controls and zero-width characters; the rest has no agreed shape.
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}\p{Cn}\u115f\u1160\u3164\uffa0\u2800]+/gu;
// More than three marks on one letter grow over the lines above and below.
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

export const MAX_NAME_CHARACTERS = 80;
/** An address of RFC 5321 has at most 254 octets. */
export const MAX_ADDRESS_CHARACTERS = 254;

/** One line of visible text of at most `maxCharacters` code points; longer text ends in `…`. */
export function cleanText(value: string, maxCharacters: number): string {
  let text = value;
  if (!PRINTABLE_ASCII.test(text)) {
    text = text.normalize('NFC').replaceAll(INVISIBLE, '').replaceAll(LINE_BREAKERS, ' ');
    text = text.replaceAll(STACKED_MARKS, '$1');
  }
  text = text.replaceAll(/ {2,}/gu, ' ').trim();
  if (text.length <= maxCharacters) return text;
  const characters = [...text];
  if (characters.length <= maxCharacters) return text;
  return `${characters
    .slice(0, maxCharacters - 1)
    .join('')
    .trimEnd()}…`;
}

/** Printable ASCII only, for fields that machines read (RFC 3464); everything else becomes `?`. */
export function cleanAscii(value: string, maxCharacters: number): string {
  return cleanText(value, maxCharacters)
    .replaceAll('…', '...')
    .replaceAll(/[^\x20-\x7e]/gu, '?');
}

export function cleanName(name: string | null): string {
  return name === null ? '' : cleanText(name, MAX_NAME_CHARACTERS);
}

/**
 * An address as people see it: as it is, without white space; a domain that is not ASCII is followed by what the
 * network sees, because its letters may only look like those of a known one.
 */
export function shownAddress(address: string): string {
  const text = cleanText(address, MAX_ADDRESS_CHARACTERS).replaceAll(' ', '');
  if (PRINTABLE_ASCII.test(text)) return text;
  const domain = text.slice(text.lastIndexOf('@') + 1);
  if (PRINTABLE_ASCII.test(domain)) return text;
  const ascii = domainToASCII(domain);
  return ascii === '' ? text : `${text} (${ascii})`;
}

export function isPrintableAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}
