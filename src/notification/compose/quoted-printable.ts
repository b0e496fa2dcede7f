/**
 * Quoted-printable for text (RFC 2045 section 6.7). Lines that mail programs on the way like to change (`From `, a
 * lone dot, white space at the end) are encoded too, so that signatures over the body survive.
 */

const MAX_LINE_CHARACTERS = 76;
const NEEDS_NO_ENCODING = /^(?!From |\.)[\x20-\x3c\x3e-\x7e]{0,76}(?<! )$/u;
const HEX = Array.from(
  { length: 256 },
  (_, octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`,
);

/** Encodes text or octets with LF or CRLF line ends; returns lines of at most 76 characters with CRLF. */
export function quotedPrintable(text: string): string {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) lines[index] = encodeLine(line);
  return lines.join('\r\n');
}

function encodeLine(withReturn: string): string {
  const line = withReturn.endsWith('\r') ? withReturn.slice(0, -1) : withReturn;
  if (NEEDS_NO_ENCODING.test(line)) return line;
  const octets = Buffer.from(line);
  let encoded = '';
  let column = 0;
  for (let index = 0; index < octets.length; index++) {
    const piece = encodeOctet(octets, index);
    const room = index === octets.length - 1 ? MAX_LINE_CHARACTERS : MAX_LINE_CHARACTERS - 1;
    if (column + piece.length > room) {
      encoded += '=\r\n';
      column = 0;
    }
    encoded += piece;
    column += piece.length;
  }
  return encoded;
}

function encodeOctet(octets: Buffer, index: number): string {
  const octet = octets[index] ?? 0;
  const last = index === octets.length - 1;
  if (octet === 0x20 || octet === 0x09) return last ? (HEX[octet] ?? '') : String.fromCodePoint(octet);
  const startsBadly = index === 0 && (octet === 0x2e || octets.subarray(0, 5).equals(FROM));
  if (octet > 0x20 && octet < 0x7f && octet !== 0x3d && !startsBadly) return String.fromCodePoint(octet);
  return HEX[octet] ?? '';
}

const FROM = Buffer.from('From ');
