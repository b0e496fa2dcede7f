/**
 * A mail that somebody doubts, taken apart: what its header claims, the texts that a reader would see, and nothing
 * else. It comes from anybody, so no content makes it throw, and no more than its limits is looked at. Words that
 * were copied out of a mail program have no header; what they say is read all the same.
 */
import { parseAddressList } from '#src/mime/address-list.ts';
import { decodeBytes, guessText } from '#src/mime/charset.ts';
import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { fieldValues, firstValue, headerBlockEnd, parseHeaderFields } from '#src/mime/header-fields.ts';
import type { HeaderField, ScannedPart } from '#src/mime/scan-result.ts';
import { MimeScanner } from '#src/mime/scanner.ts';
import { transferDecoder } from '#src/mime/transfer-decoding.ts';

export interface SuspectText {
  readonly kind: 'plain' | 'html';
  readonly text: string;
}

export interface SuspectMail {
  /** Line ends made CR LF. */
  readonly bytes: Buffer;
  /** Null: words without the header of a mail. */
  readonly header: readonly HeaderField[] | null;
  /** Address of the From field, as written; null where there is none, or more than one. */
  readonly from: string | null;
  /** Addresses of To, as written. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly texts: readonly SuspectText[];
}

const MAX_TEXT_PARTS = 20;
const MAX_TO = 3;
/** A field that no words copied out of a mail program have. */
const FIELDS_OF_A_MAIL = ['message-id', 'received', 'dkim-signature', 'mime-version'] as const;

/** Null where the octets are no text: a program's own format, a picture, an archive. */
export function readSuspectMail(given: Buffer): SuspectMail | null {
  if (isNoText(given)) return null;
  const bytes = withCrLf(given);
  const end = headerBlockEnd(bytes);
  const header = end === -1 ? [] : parseHeaderFields(bytes.subarray(0, end));
  if (!FIELDS_OF_A_MAIL.some((name) => firstValue(header, name) !== undefined)) return copiedWords(bytes);
  const senders = fieldValues(header, 'from').flatMap((value) => parseAddressList(value));
  return {
    bytes,
    header,
    from: senders.length === 1 ? (senders[0]?.address ?? null) : null,
    to: parseAddressList(firstValue(header, 'to') ?? '')
      .slice(0, MAX_TO)
      .map(({ address }) => address),
    subject: decodeHeaderText(firstValue(header, 'subject') ?? '').text,
    texts: textsOf(bytes),
  };
}

function copiedWords(bytes: Buffer): SuspectMail {
  const text = guessText(bytes);
  const kind = /<\s*(?:a|html|body|div|table)\b/iu.test(text) ? 'html' : 'plain';
  return { bytes, header: null, from: null, to: [], subject: '', texts: [{ kind, text }] };
}

function textsOf(bytes: Buffer): readonly SuspectText[] {
  const scanner = new MimeScanner();
  scanner.write(bytes);
  const { parts } = scanner.finish();
  return parts
    .filter(({ mediaType }) => mediaType.startsWith('text/'))
    .slice(0, MAX_TEXT_PARTS)
    .map((part) => ({ kind: part.mediaType === 'text/html' ? 'html' : 'plain', text: textOf(bytes, part) }));
}

function textOf(bytes: Buffer, { start, end, transferEncoding, charset }: ScannedPart): string {
  const decoder = transferDecoder(transferEncoding);
  const decoded = Buffer.concat([decoder.decode(bytes.subarray(start, end)), decoder.finish()]);
  return decodeBytes(decoded, charset).text;
}

/** Files of Outlook, pictures and archives hold NUL, which no mail on its way holds; PDF says what it is. */
function isNoText(bytes: Buffer): boolean {
  return bytes.includes(0) || bytes.toString('latin1', 0, 5) === '%PDF-';
}

function withCrLf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/\r\n|[\r\n]/gu, '\r\n'), 'latin1');
}
