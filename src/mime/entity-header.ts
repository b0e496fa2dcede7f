/**
 * What the scanner needs to know of an entity from its header (RFC 2045 to 2047, 2183, 2231). Where a field can't be
 * read it takes the reading that shows or scans more, and names in `doubt` why another reader might see it otherwise.
 */
import { parameterText, parameterValue, parseParameterized, type ParameterizedValue } from './parameters.ts';
import { decodeHeaderText } from './encoded-words.ts';
import { fieldValues } from './header-fields.ts';
import type { HeaderField } from './scan-result.ts';

export interface EntityHeader {
  /** Lower case, without parameters. */
  readonly mediaType: string;
  readonly charset: string | null;
  /** Of a multipart; null where there is none that can be used. */
  readonly boundary: string | null;
  readonly name: string | null;
  readonly disposition: 'inline' | 'attachment' | null;
  readonly contentId: string | null;
  readonly transferEncoding: string;
  /** Of a calendar part, lower case. */
  readonly calendarMethod: string | null;
  /** Decoded Subject, for messages inside messages; null where absent. */
  readonly subject: string | null;
  /** Why the structure can't be relied on; null: it can. */
  readonly doubt: string | null;
}

const MAX_NAME_LENGTH = 1_000;
const MAX_TOKEN_LENGTH = 200;
/** RFC 2046 allows 70; some mailers go beyond. */
const MAX_BOUNDARY_LENGTH = 998;
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+/u;
const READABLE_ENCODINGS = new Set(['7bit', '8bit', 'binary', 'quoted-printable', 'base64']);

/** `defaultType` holds where no Content-Type is given: `message/rfc822` in a digest (RFC 2046 section 5.1.5). */
export function readEntityHeader(fields: readonly HeaderField[], defaultType = 'text/plain'): EntityHeader {
  const types = fieldValues(fields, 'content-type');
  const encodings = fieldValues(fields, 'content-transfer-encoding').map(encodingToken);
  const dispositions = fieldValues(fields, 'content-disposition');
  const type = parseParameterized(types[0] ?? defaultType);
  const disposition = parseParameterized(dispositions[0] ?? '');
  const mediaType = mediaTypeOf(type.value, defaultType);
  const encoding = encodings[0] ?? '7bit';
  const name = parameterText(disposition, 'filename') ?? parameterText(type, 'name');
  const [subject] = fieldValues(fields, 'subject');
  const [contentId] = fieldValues(fields, 'content-id');
  return {
    mediaType,
    charset: tokenOf(type, 'charset'),
    boundary: mediaType.startsWith('multipart/') ? boundaryOf(type) : null,
    name: name === undefined ? null : detached(name.slice(0, MAX_NAME_LENGTH)),
    disposition: dispositionOf(dispositions[0], disposition),
    contentId: contentId === undefined ? null : withoutBrackets(contentId),
    transferEncoding: READABLE_ENCODINGS.has(encoding) ? encoding : 'binary',
    calendarMethod: mediaType === 'text/calendar' ? (tokenOf(type, 'method')?.toLowerCase() ?? null) : null,
    subject: subject === undefined ? null : decodeHeaderText(subject.slice(0, MAX_NAME_LENGTH)).text,
    doubt: doubtOf(types, type, encodings, mediaType),
  };
}

function mediaTypeOf(value: string, defaultType: string): string {
  const match = MEDIA_TYPE.exec(value);
  if (match !== null) return detached(match[0].slice(0, MAX_TOKEN_LENGTH).toLowerCase());
  const word = value.trim().toLowerCase();
  if (word === '') return defaultType;
  // RFC 1049, before MIME: a bare `text`.
  return word === 'text' ? 'text/plain' : 'application/octet-stream';
}

function encodingToken(value: string): string {
  const token = parseParameterized(value).value.toLowerCase();
  return token === '' ? '7bit' : token;
}

function tokenOf(field: ParameterizedValue, name: string): string | null {
  const match = /^[^\s(]+/u.exec(parameterValue(field, name) ?? '');
  return match === null ? null : detached(match[0].slice(0, MAX_TOKEN_LENGTH));
}

function boundaryOf(type: ParameterizedValue): string | null {
  // Blanks at the end can't be told from padding that a transport added (RFC 2046 section 5.1.1).
  const boundary = (parameterValue(type, 'boundary') ?? '').replace(/[ \t]{1,998}$/u, '');
  return boundary === '' || boundary.length > MAX_BOUNDARY_LENGTH ? null : boundary;
}

/** RFC 2183 section 2.8: a type that is not known is treated as an attachment. */
function dispositionOf(
  raw: string | undefined,
  disposition: ParameterizedValue,
): 'inline' | 'attachment' | null {
  const token = disposition.value.toLowerCase();
  if (raw === undefined || token === '') return null;
  return token === 'inline' ? 'inline' : 'attachment';
}

function withoutBrackets(value: string): string | null {
  const id = (/<([^<>]{1,998})>/u.exec(value.slice(0, MAX_NAME_LENGTH))?.[1] ?? value).trim();
  return id === '' ? null : detached(id.slice(0, MAX_NAME_LENGTH));
}

function doubtOf(
  types: readonly string[],
  type: ParameterizedValue,
  encodings: readonly string[],
  mediaType: string,
): string | null {
  const differs = (values: readonly string[]): boolean => values.some((value) => value !== values[0]);
  if (differs(types) || differs(encodings) || type.conflicting.has('boundary')) return 'conflicting-fields';
  if (encodings.some((encoding) => !READABLE_ENCODINGS.has(encoding))) return 'unknown-transfer-encoding';
  return mediaType === 'message/partial' ? 'partial-message' : null;
}

/** A copy: a slice of a string keeps the whole header block in memory. */
function detached(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf8').toString('utf8');
}
