/** A recipient's browser against a running portal: cookies, same-origin requests, a page key, decryption of what comes. */
import { createECDH } from 'node:crypto';

import { kidOfPoint } from '#src/keys/wrapping-point.ts';
import { decryptChunked, encryptChunked } from '#src/sealing/chunked-encryption.ts';
import { draftFileContext, draftTextContext, pageReleaseInfo } from '#src/sealing/contexts.ts';
import { hpkeOpen, SUITE_P256 } from '#src/sealing/hpke.ts';
import type { SealedObjectLayout, StreamName } from '#src/sealing/layout.ts';
import { openListEntry } from '#src/sealing/list-entry.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import { openStream } from '#src/sealing/sealed-object.ts';

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
}

interface SealedToPage {
  readonly enc: string;
  readonly ciphertext: string;
}

export interface OpenedAnswer {
  readonly messageId: string;
  readonly organizationId: string;
  readonly accountId: string;
  readonly layout: SealedObjectLayout;
  readonly contentKey: SealedToPage;
}

export interface DraftAnswer {
  readonly draftId: string;
  readonly organizationId: string;
  readonly accountId: string;
  readonly draftKey: SealedToPage;
  readonly text: string;
  readonly files: readonly { readonly id: string; readonly sizeBytes: number; readonly complete: boolean }[];
  readonly uploads: { readonly maxFileBytes: number; readonly maxTotalBytes: number } | null;
  readonly waiting: boolean;
  readonly infectedFile: number | null;
}

interface ListAnswer {
  readonly organizationId: string;
  readonly accountId: string;
  readonly messages: readonly {
    readonly id: string;
    readonly state: string;
    readonly opened: boolean;
    readonly listEntry: string;
    readonly listKey: SealedToPage;
  }[];
}

export const GOOD_PASSWORD = 'vier Pferde traben leise heim';

export class PortalClient {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();
  readonly #pair = createECDH('prime256v1');
  readonly #point: Buffer;

  constructor(publicUrl: string) {
    this.#origin = new URL(publicUrl).origin;
    this.#point = this.#pair.generateKeys();
  }

  async fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(method !== 'GET' && method !== 'HEAD' && { origin: this.#origin }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  async request<Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>> {
    const response = await this.fetch(method, path, method === 'POST' ? (body ?? {}) : undefined);
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  /** Link → code → password; signed in afterwards. `readCode` waits for the code mail. */
  async register(link: string, readCode: () => Promise<string>, password = GOOD_PASSWORD): Promise<Answer> {
    const token = tokenOf(link);
    await this.request('POST', `/api/links/${token}/code`);
    await this.request('POST', `/api/links/${token}/code/verify`, { code: await readCode() });
    return this.request('POST', '/api/registration/password', { password, locale: 'en' });
  }

  signIn(address: string, password = GOOD_PASSWORD): Promise<Answer> {
    return this.request('POST', '/api/session', { address, password });
  }

  open(messageId: string): Promise<Answer<OpenedAnswer>> {
    return this.request('POST', `/api/messages/${messageId}/open`, { pageKey: this.#pageKey });
  }

  /** The content key of an answer to `open`. */
  contentKey(opened: OpenedAnswer): Promise<Buffer> {
    return this.#unseal('content-key', opened.contentKey, opened);
  }

  async index(opened: OpenedAnswer): Promise<MessageIndex> {
    return JSON.parse((await this.stream(opened, 'index')).toString('utf8')) as MessageIndex;
  }

  /** A whole stream, fetched by chunks and decrypted. Throws where a fetch is refused. */
  async stream(opened: OpenedAnswer, name: StreamName): Promise<Buffer> {
    const base = `/api/messages/${opened.messageId}/streams/${name}`;
    const pieces = [await this.#octets(`${base}/header`)];
    const { offset, length } = opened.layout[name];
    for (let first = 0; Buffer.concat(pieces).length < length; first += 64)
      pieces.push(await this.#octets(`${base}/chunks/${first}?count=64`));
    const ciphertext = Buffer.concat(pieces);
    const stream = await openStream(name, {
      organizationId: opened.organizationId,
      messageId: opened.messageId,
      contentKey: await this.contentKey(opened),
      layout: opened.layout,
      read: (at, count) => Promise.resolve(ciphertext.subarray(at - offset, at - offset + count)),
    });
    return stream.readRange(0, stream.plaintextLength);
  }

  /** Writes an answer as the page does, sealed under the draft key, and sends it. */
  async reply(messageId: string, text: string, to: 'author' | 'all' = 'author'): Promise<Answer> {
    const draft = await this.openDraft(messageId);
    if (draft.status !== 200) return { status: draft.status, body: { ...draft.body } };
    await this.saveDraft(messageId, draft.body, { version: 1, text, files: [] });
    return this.sendDraft(messageId, draft.body, to);
  }

  openDraft(messageId: string): Promise<Answer<DraftAnswer>> {
    return this.request('POST', `/api/messages/${messageId}/reply`, { pageKey: this.#pageKey });
  }

  async saveDraft(messageId: string, draft: DraftAnswer, written: unknown): Promise<Answer> {
    const sealed = encryptChunked(
      await this.#draftKey(draft),
      draftTextContext(draft),
      Buffer.from(JSON.stringify(written)),
    );
    const text = sealed.toString('base64url');
    return this.request('POST', `/api/messages/${messageId}/reply/text`, { draftId: draft.draftId, text });
  }

  sendDraft(messageId: string, { draftId }: DraftAnswer, to: 'author' | 'all' = 'author'): Promise<Answer> {
    return this.request('POST', `/api/messages/${messageId}/reply/send`, { draftId, to });
  }

  announceFile(messageId: string, { draftId }: DraftAnswer, sizeBytes: number): Promise<Answer> {
    return this.request('POST', `/api/messages/${messageId}/reply/files`, { draftId, sizeBytes });
  }

  /** Groups of chunks as the page makes them. */
  async sealFile(draft: DraftAnswer, fileId: string, content: Buffer): Promise<readonly Buffer[]> {
    const context = draftFileContext({ ...draft, fileId });
    const sealed = encryptChunked(await this.#draftKey(draft), context, content);
    const groups: Buffer[] = [];
    for (let at = 0; at < sealed.length; at = groupEnd(groups.length - 1))
      groups.push(sealed.subarray(at, groupEnd(groups.length)));
    return groups;
  }

  putGroup(
    messageId: string,
    { draftId }: DraftAnswer,
    fileId: string,
    number: number,
    sealed: Buffer,
  ): Promise<Answer> {
    const path = `/api/messages/${messageId}/reply/files/${fileId}/chunks`;
    return this.request('POST', path, { draftId, number, sealed: sealed.toString('base64url') });
  }

  /** Announces, seals and sends a whole file; its id. Throws where anything is refused. */
  async attach(messageId: string, draft: DraftAnswer, content: Buffer): Promise<string> {
    const announced = await this.announceFile(messageId, draft, content.length);
    if (announced.status !== 200) throw new Error(`refused: ${String(announced.body['code'])}`);
    const fileId = String(announced.body['fileId']);
    for (const [number, group] of (await this.sealFile(draft, fileId, content)).entries()) {
      const { status } = await this.putGroup(messageId, draft, fileId, number, group);
      if (status !== 200) throw new Error(`group ${number} was refused with ${status}`);
    }
    return fileId;
  }

  /** What was kept of a draft, opened. */
  async draftText(draft: DraftAnswer): Promise<unknown> {
    const sealed = Buffer.from(draft.text, 'base64url');
    const opened = decryptChunked(await this.#draftKey(draft), draftTextContext(draft), sealed);
    return JSON.parse(opened.toString('utf8')) as unknown;
  }

  #draftKey(draft: DraftAnswer): Promise<Buffer> {
    return this.#unseal('draft-key', draft.draftKey, { ...draft, messageId: draft.draftId });
  }

  /** The list with its entries decrypted; null where a copy can't be opened. */
  async list(): Promise<{ id: string; state: string; opened: boolean; subject: string | null }[]> {
    const { body } = await this.request<ListAnswer>('POST', '/api/messages', { pageKey: this.#pageKey });
    return Promise.all(
      body.messages.map(async ({ id, state, opened, listEntry, listKey }) => {
        if (listEntry === '') return { id, state, opened, subject: null };
        const ids = { organizationId: body.organizationId, messageId: id, accountId: body.accountId };
        const key = await this.#unseal('list-key', listKey, ids);
        return {
          id,
          state,
          opened,
          subject: openListEntry(Buffer.from(listEntry, 'base64url'), key, ids).subject,
        };
      }),
    );
  }

  get #pageKey(): string {
    return this.#point.toString('base64url');
  }

  #unseal(
    purpose: 'content-key' | 'list-key' | 'draft-key',
    sealed: SealedToPage,
    ids: { organizationId: string; messageId: string; accountId: string },
  ): Promise<Buffer> {
    return Promise.resolve(
      hpkeOpen({
        enc: Buffer.from(sealed.enc, 'base64url'),
        recipientPoint: this.#point,
        agree: (peerPoint) => this.#pair.computeSecret(peerPoint),
        info: pageReleaseInfo(purpose, ids, ids.accountId, kidOfPoint(this.#point), SUITE_P256),
        ciphertext: Buffer.from(sealed.ciphertext, 'base64url'),
      }),
    );
  }

  async #octets(path: string): Promise<Buffer> {
    const response = await this.fetch('GET', path);
    if (response.status !== 200) throw new Error(`${response.status} for ${path}`);
    return Buffer.from(await response.arrayBuffer());
  }
}

/** Where group `number` ends: 16 chunks of 16 KiB with their tags, the first behind salt and commitment. */
function groupEnd(number: number): number {
  return 56 + (number + 1) * 16 * (16_384 + 16);
}

export function tokenOf(link: string): string {
  return link.slice(link.lastIndexOf('/') + 1);
}

/** The six digits of a code mail. */
export function codeOf(subject: string): string {
  return /\b(\d{3}) ?(\d{3})\b/u.exec(subject)?.slice(1).join('') ?? '';
}
