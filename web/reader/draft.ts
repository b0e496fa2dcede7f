/**
 * A reply that is being written. The server releases the draft's key to this page; every word is sealed under it
 * before it leaves the browser, and what was kept is opened here only. Nothing is stored in the browser.
 */
import { call } from '../ui/api.ts';
import type { DraftJson } from '../ui/api-types.ts';
import { HEADER_OCTETS, TAG_OCTETS, CHUNK_OCTETS, openStream, sealStream } from './crypto/cobblestone.ts';
import { draftTextContext, keyId, pageReleaseInfo } from './crypto/contexts.ts';
import { DamagedMessage } from './crypto/damaged.ts';
import { openSealed } from './crypto/hpke-open.ts';
import { concat, fromBase64Url, toBase64Url, utf8, type Octets } from './crypto/octets.ts';
import { makePageKey, toPageKeyJson } from './page-key.ts';

export const MAX_TEXT_CHARACTERS = 30_000;

export interface Draft {
  /** What was written before. */
  readonly text: string;
  save(text: string): Promise<void>;
  send(to: 'author' | 'all'): Promise<void>;
  discard(): Promise<void>;
  /** Forgets the key; every later saving fails. */
  close(): void;
}

/** Begins a reply, or goes on with it. Throws ApiFailure, DamagedMessage. */
export async function openDraft(messageId: string): Promise<Draft> {
  const base = `/api/messages/${encodeURIComponent(messageId)}/reply`;
  const pageKey = await makePageKey();
  const answer = await call<DraftJson>('POST', base, { pageKey: toPageKeyJson(pageKey) });
  const { draftId, organizationId, accountId } = answer;
  const ids = { organizationId, messageId: draftId };
  const info = pageReleaseInfo('draft-key', ids, accountId, await keyId(pageKey.publicPoint));
  const sealed = {
    enc: fromBase64Url(answer.draftKey.enc),
    ciphertext: fromBase64Url(answer.draftKey.ciphertext),
  };
  const key = await openSealed(pageKey, sealed, info);
  const context = draftTextContext(organizationId, draftId);
  return {
    text: answer.text === '' ? '' : await openText(key, context, fromBase64Url(answer.text)),
    async save(text) {
      const written = utf8(JSON.stringify({ version: 1, text, files: [] }));
      const stream = await sealStream(key, context, written);
      await call('POST', `${base}/text`, { draftId, text: toBase64Url(stream) });
    },
    send: (to) => call('POST', `${base}/send`, { draftId, to }),
    discard: () => call('POST', `${base}/discard`, { draftId }),
    close: () => {
      key.fill(0);
    },
  };
}

async function openText(key: Octets, context: Octets, stream: Octets): Promise<string> {
  const header = stream.slice(0, HEADER_OCTETS);
  const sealedChunk = CHUNK_OCTETS + TAG_OCTETS;
  const chunks = stream.length - HEADER_OCTETS;
  const last = chunks % sealedChunk;
  if (last < TAG_OCTETS) throw new DamagedMessage();
  const count = Math.floor(chunks / sealedChunk);
  const plaintextLength = count * CHUNK_OCTETS + last - TAG_OCTETS;
  const opener = await openStream({ contentKey: key, header, context, plaintextLength });
  const opened: Octets[] = [];
  for (let number = 0; number <= count; number++) {
    const from = HEADER_OCTETS + number * sealedChunk;
    opened.push(await opener.openChunk(number, stream.slice(from, from + sealedChunk)));
  }
  const written: unknown = JSON.parse(new TextDecoder().decode(concat(...opened)));
  const text = typeof written === 'object' && written !== null && 'text' in written ? written.text : '';
  return typeof text === 'string' ? text : '';
}
