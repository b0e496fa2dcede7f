/** The index stream's JSON (normative in docs/formats/), checked before use: a reader believes no shape. */
import { DamagedMessage } from './crypto/damaged.ts';

export interface SourceRange {
  readonly stream: 'content' | 'derived';
  readonly start: number;
  readonly end: number;
}

export interface PartIndex {
  readonly path: string;
  readonly mediaType: string;
  readonly charset: string | null;
  readonly name: string | null;
  readonly disposition: 'inline' | 'attachment' | null;
  readonly contentId: string | null;
  readonly transferEncoding: string;
  readonly source: SourceRange;
  readonly decodedBytes: number;
  readonly text: SourceRange | null;
}

export interface IndexHeader {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly replyTo: string;
  readonly date: string;
}

export interface MessageIndex {
  readonly version: 1;
  readonly header: IndexHeader;
  readonly parts: readonly PartIndex[];
  readonly body: {
    readonly html: string | null;
    readonly text: string | null;
    readonly calendar: string | null;
  };
  readonly attachments: readonly string[];
  readonly contentLength: number;
  readonly derivedLength: number;
  readonly raw: boolean;
}

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DamagedMessage();
  return value as Json;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new DamagedMessage();
  return value;
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : text(value);
}

function size(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new DamagedMessage();
  return value;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new DamagedMessage();
  return value;
}

function range(value: unknown): SourceRange {
  const fields = record(value);
  const stream = fields['stream'];
  if (stream !== 'content' && stream !== 'derived') throw new DamagedMessage();
  const start = size(fields['start']);
  const end = size(fields['end']);
  if (end < start) throw new DamagedMessage();
  return { stream, start, end };
}

function part(value: unknown): PartIndex {
  const fields = record(value);
  const disposition = fields['disposition'];
  return {
    path: text(fields['path']),
    mediaType: text(fields['mediaType']),
    charset: textOrNull(fields['charset']),
    name: textOrNull(fields['name']),
    disposition: disposition === 'inline' || disposition === 'attachment' ? disposition : null,
    contentId: textOrNull(fields['contentId']),
    transferEncoding: text(fields['transferEncoding']),
    source: range(fields['source']),
    decodedBytes: size(fields['decodedBytes']),
    text: fields['text'] === null || fields['text'] === undefined ? null : range(fields['text']),
  };
}

/** Throws DamagedMessage where the JSON has another shape or version. */
export function parseIndex(json: string): MessageIndex {
  const fields = record(parseJson(json));
  if (fields['version'] !== 1) throw new DamagedMessage();
  const header = record(fields['header']);
  const body = record(fields['body']);
  return {
    version: 1,
    header: {
      subject: text(header['subject']),
      from: text(header['from']),
      to: text(header['to']),
      cc: text(header['cc']),
      replyTo: text(header['replyTo']),
      date: text(header['date']),
    },
    parts: list(fields['parts']).map(part),
    body: {
      html: textOrNull(body['html']),
      text: textOrNull(body['text']),
      calendar: textOrNull(body['calendar']),
    },
    attachments: list(fields['attachments']).map(text),
    contentLength: size(fields['contentLength']),
    derivedLength: size(fields['derivedLength']),
    raw: fields['raw'] === true,
  };
}

export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new DamagedMessage();
  }
}
