/**
 * From the scan to the index of what the reader shows and where it finds it. The result has the shape of the sealed
 * index; this folder doesn't know the format.
 */
import { type DisplayHeader, displayHeader } from './display-header.ts';
import { type BodyPaths, NO_BODY, PartChoice } from './part-choice.ts';
import type { HeaderField, ScannedPart, ScanResult } from './scan-result.ts';

export interface StreamLengths {
  readonly contentLength: number;
  readonly derivedLength: number;
}

interface Range {
  readonly stream: 'content' | 'derived';
  readonly start: number;
  readonly end: number;
}

export interface BuiltPart {
  readonly path: string;
  readonly mediaType: string;
  readonly charset: string | null;
  readonly name: string | null;
  readonly disposition: 'inline' | 'attachment' | null;
  readonly contentId: string | null;
  readonly transferEncoding: string;
  readonly source: Range;
  readonly decodedBytes: number;
  readonly text: Range | null;
}

export interface BuiltIndex extends StreamLengths {
  readonly version: 1;
  readonly header: DisplayHeader;
  readonly parts: readonly BuiltPart[];
  readonly body: BodyPaths;
  readonly attachments: readonly string[];
  readonly raw: boolean;
}

export function buildMessageIndex(scan: ScanResult, lengths: StreamLengths): BuiltIndex {
  const own = withoutEmbedded(scan);
  const choice = new PartChoice(own.parts, own.containers);
  return {
    version: 1,
    header: displayHeader(scan.header),
    parts: own.parts.map((part) => builtPart(part, choice.joinedTexts.get(part) ?? part.text)),
    body: choice.body,
    attachments: choice.attachments,
    contentLength: lengths.contentLength,
    derivedLength: lengths.derivedLength,
    raw: false,
  };
}

/** The whole message as one attachment, for content that broke the scanner. */
export function buildRawIndex(header: readonly HeaderField[], lengths: StreamLengths): BuiltIndex {
  const part: BuiltPart = {
    path: '1',
    mediaType: 'message/rfc822',
    charset: null,
    name: 'message.eml',
    disposition: 'attachment',
    contentId: null,
    transferEncoding: 'binary',
    source: { stream: 'content', start: 0, end: lengths.contentLength },
    decodedBytes: lengths.contentLength,
    text: null,
  };
  return {
    version: 1,
    header: displayHeader(header),
    parts: [part],
    body: NO_BODY,
    attachments: ['1'],
    contentLength: lengths.contentLength,
    derivedLength: lengths.derivedLength,
    raw: true,
  };
}

/** An embedded message is one attachment; what is inside it is not this message's. */
function withoutEmbedded(scan: ScanResult): Pick<ScanResult, 'parts' | 'containers'> {
  const messages = new Set(scan.parts.filter(isEmbeddedMessage).map(({ path }) => path));
  if (messages.size === 0) return scan;
  const isInside = (path: string): boolean => {
    for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1))
      if (messages.has(path.slice(0, dot))) return true;
    return false;
  };
  return {
    parts: scan.parts.filter(({ path }) => !isInside(path)),
    // The multipart of an embedded message has the number of the message part.
    containers: scan.containers.filter(({ path }) => !messages.has(path) && !isInside(path)),
  };
}

function isEmbeddedMessage(part: ScannedPart): boolean {
  return part.mediaType === 'message/rfc822' || part.mediaType === 'message/global';
}

const MAX_EML_NAME = 120;

function builtPart(part: ScannedPart, text: ScannedPart['text']): BuiltPart {
  return {
    path: part.path,
    mediaType: part.mediaType,
    charset: part.charset,
    name: part.name ?? embeddedName(part),
    disposition: part.disposition,
    contentId: part.contentId,
    transferEncoding: part.transferEncoding,
    source: { stream: 'content', start: part.start, end: part.end },
    decodedBytes: part.decodedBytes,
    text: text === null ? null : { stream: 'derived', start: text.start, end: text.end },
  };
}

function embeddedName(part: ScannedPart): string | null {
  if (!isEmbeddedMessage(part)) return null;
  const subject = (part.embeddedSubject ?? '').replaceAll(/[\s\p{Cc}/\\:*?"<>|]+/gu, ' ').trim();
  return `${subject === '' ? 'message' : [...subject].slice(0, MAX_EML_NAME).join('')}.eml`;
}
