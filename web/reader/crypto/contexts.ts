/**
 * What every key derivation in the browser is bound to: product label, format version, purpose, ids, each behind its
 * length. Normative in docs/formats/; built from the session's and the request's ids, never from the opened record.
 */
import { lengthPrefixed, type Octets } from './octets.ts';

const PRODUCT_LABEL = 'sendsecure';
const FORMAT_VERSION = '1';
/** DHKEM(P-256, HKDF-SHA-256), HKDF-SHA-256, AES-256-GCM. */
const SUITE = '1';

export type StreamName = 'content' | 'derived' | 'index';

export interface MessageIds {
  readonly organizationId: string;
  readonly messageId: string;
}

function bindContext(purpose: string, ...ids: readonly string[]): Octets {
  return lengthPrefixed(PRODUCT_LABEL, FORMAT_VERSION, purpose, ...ids);
}

export function streamContext(stream: StreamName, ids: MessageIds): Octets {
  return bindContext(`stream-${stream}`, ids.organizationId, ids.messageId);
}

export function listEntryContext(ids: MessageIds): Octets {
  return bindContext('list-entry', ids.organizationId, ids.messageId);
}

export function draftTextContext(organizationId: string, draftId: string): Octets {
  return bindContext('draft-text', organizationId, draftId);
}

export function draftFileContext(organizationId: string, draftId: string, fileId: string): Octets {
  return bindContext('draft-file', organizationId, draftId, fileId);
}

/** First 16 hex digits of SHA-256 over the uncompressed point. */
export async function keyId(point: Octets): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', point));
  return Array.from(digest.subarray(0, 8), (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** HPKE `info` of a key released to this page. */
export function pageReleaseInfo(
  purpose: 'content-key' | 'list-key' | 'draft-key',
  ids: MessageIds,
  accountId: string,
  pageKid: string,
): Octets {
  return bindContext(`release-${purpose}`, ids.organizationId, ids.messageId, accountId, pageKid, SUITE);
}
