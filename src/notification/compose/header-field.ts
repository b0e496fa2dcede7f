/**
 * Header fields of the mails that we write (RFC 5322 section 2.2, RFC 2047). Values arrive as text and leave as
 * folded printable ASCII; a value can't end its field, whatever is in it. The only octets that are not ASCII are in
 * an address whose local part is not (RFC 6532), which has no other form.
 */
import { canonicalDomain, parseMailAddress } from '#src/base/mail-address.ts';
import { isPrintableAscii } from './clean-text.ts';

const MAX_LINE_CHARACTERS = 76;
// A line with an encoded word has at most 76 characters (RFC 2047 section 2), the name of the field included: 39
// octets make 52 of base64 and 12 around them.
const ENCODED_WORD_OCTETS = 39;
const MESSAGE_ID_FIELD = /^<[\x21-\x3b\x3d\x3f-\x7e]{1,400}>$/u;
const MAX_REFERENCES = 20;

/** `Name: value` with CRLF, folded at spaces. The value must be what an encoder of this file returned. */
export function headerField(name: string, value: string): string {
  const field = `${name}: ${value}`;
  if (field.length <= MAX_LINE_CHARACTERS) return `${field}\r\n`;
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > MAX_LINE_CHARACTERS && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  lines.push(line);
  return `${lines.join('\r\n')}\r\n`;
}

/** Unstructured text (Subject). Text that reads like an encoded word is encoded, so that nobody decodes it. */
export function encodeText(text: string): string {
  return isPrintableAscii(text) && !text.includes('=?') ? text : encodedWords(text);
}

/** A display name: a quoted string, or encoded words where it is not ASCII. */
export function encodeDisplayName(name: string): string {
  if (!isPrintableAscii(name) || name.includes('=?')) return encodedWords(name);
  return `"${name.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

/** `"Name" <address>`; the address must come from `headerAddress`. */
export function encodeMailbox(name: string, address: string): string {
  return name === '' ? address : `${encodeDisplayName(name)} <${address}>`;
}

export interface HeaderAddress {
  /** As it may stand in a field: ASCII wherever that is possible. */
  readonly text: string;
  readonly smtputf8: boolean;
}

/** An address for a header field; null where it is none, so that a caller leaves it out. */
export function headerAddress(raw: string): HeaderAddress | null {
  const address = parseMailAddress(raw);
  if (address === null) return null;
  if (isPrintableAscii(raw)) return { text: raw, smtputf8: false };
  const domain = canonicalDomain(raw.slice(raw.lastIndexOf('@') + 1));
  return {
    text: `${address.localPart}@${domain ?? address.domain}`,
    smtputf8: !isPrintableAscii(address.localPart),
  };
}

/** RFC 5322 section 3.3, in UTC. */
export function encodeDate(ms: number): string {
  return `${new Date(ms).toUTCString().slice(0, -3)}+0000`;
}

/** In-Reply-To and References for an answer to `original`; an id that is no id is left out. */
export function threadFields(original: {
  messageIdField: string | null;
  references: readonly string[];
}): string {
  const answered = original.messageIdField;
  const known = answered !== null && MESSAGE_ID_FIELD.test(answered);
  const references = original.references.filter((id) => MESSAGE_ID_FIELD.test(id)).slice(-MAX_REFERENCES);
  if (known && !references.includes(answered)) references.push(answered);
  return (
    (known ? headerField('In-Reply-To', answered) : '') +
    (references.length > 0 ? headerField('References', references.join(' ')) : '')
  );
}

/** The id itself, or null where it could not stand in a field. */
export function checkedMessageId(field: string | null): string | null {
  return field !== null && MESSAGE_ID_FIELD.test(field) ? field : null;
}

function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  let octets = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (octets + size > ENCODED_WORD_OCTETS) {
      words.push(word);
      word = '';
      octets = 0;
    }
    word += character;
    octets += size;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}
