/**
 * A reply that is being written. The server releases the draft's key to this page; every word is sealed under it
 * before it leaves the browser, and what was kept is opened here only. Nothing is stored in the browser.
 */
import { call } from '../ui/api.ts';
import type { DraftJson } from '../ui/api-types.ts';
import {
  HEADER_OCTETS,
  TAG_OCTETS,
  CHUNK_OCTETS,
  openStream,
  sealerFor,
  sealStream,
} from './crypto/cobblestone.ts';
import { draftFileContext, draftTextContext, keyId, pageReleaseInfo } from './crypto/contexts.ts';
import { DamagedMessage } from './crypto/damaged.ts';
import { openSealed } from './crypto/hpke-open.ts';
import { concat, fromBase64Url, toBase64Url, utf8, type Octets } from './crypto/octets.ts';
import { makePageKey, toPageKeyJson } from './page-key.ts';
import { Upload } from './upload.ts';

export const MAX_TEXT_CHARACTERS = 30_000;

/** What is sealed as the text of a draft. */
export interface Written {
  readonly text: string;
  readonly files: readonly WrittenFile[];
}

export interface WrittenFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

export interface Draft extends Pick<DraftJson, 'uploads' | 'waiting' | 'infectedFile'> {
  /** What was written before. */
  readonly written: Written;
  /** What the server has of attached files. */
  readonly kept: DraftJson['files'];
  save(written: Written): Promise<void>;
  /** `waiting`: kept until its files are scanned. */
  send(to: 'author' | 'all'): Promise<'sent' | 'waiting'>;
  /** Makes a waiting reply one that is being written. */
  takeBack(): Promise<void>;
  discard(): Promise<void>;
  /** Announces a file and gives what seals and sends it. */
  attach(file: Blob): Promise<Upload>;
  remove(fileId: string): Promise<void>;
  /** Forgets the key; every later saving fails. */
  close(): void;
}

/** Begins a reply, or goes on with it. Throws ApiFailure, DamagedMessage. */
export async function openDraft(messageId: string): Promise<Draft> {
  const base = `/api/messages/${encodeURIComponent(messageId)}/reply`;
  const pageKey = await makePageKey();
  const answer = await call<DraftJson>('POST', base, { pageKey: toPageKeyJson(pageKey) });
  const { draftId, organizationId, accountId, uploads, waiting, infectedFile, files } = answer;
  const ids = { organizationId, messageId: draftId };
  const info = pageReleaseInfo('draft-key', ids, accountId, await keyId(pageKey.publicPoint));
  const sealed = {
    enc: fromBase64Url(answer.draftKey.enc),
    ciphertext: fromBase64Url(answer.draftKey.ciphertext),
  };
  const key = await openSealed(pageKey, sealed, info);
  const context = draftTextContext(organizationId, draftId);
  return {
    uploads,
    waiting,
    infectedFile,
    kept: files,
    written:
      answer.text === '' ? { text: '', files: [] } : await openText(key, context, fromBase64Url(answer.text)),
    async save(written) {
      const stream = await sealStream(key, context, utf8(JSON.stringify({ version: 1, ...written })));
      await call('POST', `${base}/text`, { draftId, text: toBase64Url(stream) });
    },
    async send(to) {
      const sent = await call<{ messageId: string | null }>('POST', `${base}/send`, { draftId, to });
      return sent.messageId === null ? 'waiting' : 'sent';
    },
    takeBack: () => call('POST', `${base}/take-back`, { draftId }),
    discard: () => call('POST', `${base}/discard`, { draftId }),
    async attach(file) {
      const { fileId } = await call<{ fileId: string }>('POST', `${base}/files`, {
        draftId,
        sizeBytes: file.size,
      });
      const sealer = await sealerFor(key, draftFileContext(organizationId, draftId, fileId));
      return new Upload(fileId, file, sealer, (number, octets) =>
        call('POST', `${base}/files/${encodeURIComponent(fileId)}/chunks`, {
          draftId,
          number,
          sealed: toBase64Url(octets),
        }),
      );
    },
    remove: (fileId) => call('POST', `${base}/files/${encodeURIComponent(fileId)}/remove`, { draftId }),
    close: () => {
      key.fill(0);
    },
  };
}

async function openText(key: Octets, context: Octets, stream: Octets): Promise<Written> {
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
  return JSON.parse(new TextDecoder().decode(concat(...opened))) as Written;
}
