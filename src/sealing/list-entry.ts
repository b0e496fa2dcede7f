/**
 * The list entry: author, subject, date and size of a message, sealed apart so that a list of messages opens none
 * of them (docs/formats/list-entry.md). Its key comes from the content key and does not lead back to it. A second
 * copy for the author's own pages lies under the desk key. Both are Cobblestone-256 streams, padded with spaces so
 * that their length does not tell the length of the subject.
 */
import { AuthenticationFailed } from './authentication-failed.ts';
import { decryptChunked, encryptChunked, expandSha512 } from './chunked-encryption.ts';
import { deskListEntryContext, listEntryContext, listKeyInfo } from './contexts.ts';
import type { MessageIds } from './contexts.ts';

export interface ListEntry {
  /** As it is shown: a display name or an address. */
  readonly author: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly sizeBytes: number;
}

const LIST_KEY_BYTES = 32;
const PADDING_BYTES = 256;

/** 32 bytes: HKDF-Expand with SHA-512 of the content key. */
export function deriveListKey(contentKey: Uint8Array, ids: MessageIds): Buffer {
  return Buffer.from(expandSha512(contentKey, listKeyInfo(ids), LIST_KEY_BYTES));
}

export function sealListEntry(entry: ListEntry, contentKey: Uint8Array, ids: MessageIds): Buffer {
  return encryptChunked(deriveListKey(contentKey, ids), listEntryContext(ids), encodeEntry(entry));
}

/** Throws AuthenticationFailed. */
export function openListEntry(sealed: Uint8Array, listKey: Uint8Array, ids: MessageIds): ListEntry {
  return decodeEntry(decryptChunked(listKey, listEntryContext(ids), sealed));
}

/** The copy for the author's own pages; `deskKey` is the key provider's. */
export function sealDeskListEntry(entry: ListEntry, deskKey: Uint8Array, ids: MessageIds): Buffer {
  return encryptChunked(deskKey, deskListEntryContext(ids), encodeEntry(entry));
}

/** Throws AuthenticationFailed. */
export function openDeskListEntry(sealed: Uint8Array, deskKey: Uint8Array, ids: MessageIds): ListEntry {
  return decodeEntry(decryptChunked(deskKey, deskListEntryContext(ids), sealed));
}

function encodeEntry(entry: ListEntry): Buffer {
  const { author, subject, sentAt, sizeBytes } = entry;
  const json = Buffer.from(JSON.stringify({ version: 1, author, subject, sentAt, sizeBytes }), 'utf8');
  const padded = Buffer.alloc(Math.ceil(json.length / PADDING_BYTES) * PADDING_BYTES, ' ');
  json.copy(padded);
  return padded;
}

/** What authenticated was written by us; a version that this code does not know fails like everything else. */
function decodeEntry(plaintext: Buffer): ListEntry {
  const value = JSON.parse(plaintext.toString('utf8')) as ListEntry & { readonly version: number };
  if (value.version !== 1) throw new AuthenticationFailed();
  const { author, subject, sentAt, sizeBytes } = value;
  return { author, subject, sentAt, sizeBytes };
}
