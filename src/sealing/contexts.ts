/**
 * Every context and `info` string of the formats, in one place, so that a reader can see that no two purposes
 * share one. Whoever opens builds these from its own session and the request, never from the record it opens.
 * Normative in docs/formats/; built as `keys/context.ts` says.
 */
import { bindContext } from '#src/keys/context.ts';

import type { StreamName } from './layout.ts';

/** What every context of a message binds. */
export interface MessageIds {
  /** `PublicKeys.organizationId`. */
  readonly organizationId: string;
  /** Id of the row in `messages`. */
  readonly messageId: string;
}

/** To whom a content key is wrapped. */
export interface WrapHolderId {
  readonly kind: 'spool' | 'enrolment' | 'account';
  /** Spool: the kid. Enrolment: the canonical address. Account: the account id. */
  readonly id: string;
}

/** What a page key may be given. */
export type ReleasePurpose = 'content-key' | 'list-key' | 'draft-key';

const STREAM_PURPOSES = {
  content: 'stream-content',
  derived: 'stream-derived',
  index: 'stream-index',
} as const satisfies Record<StreamName, string>;

const WRAP_PURPOSES = {
  spool: 'wrap-spool',
  enrolment: 'wrap-enrolment',
  account: 'wrap-account',
} as const satisfies Record<WrapHolderId['kind'], string>;

const RELEASE_PURPOSES = {
  'content-key': 'release-content-key',
  'list-key': 'release-list-key',
  'draft-key': 'release-draft-key',
} as const satisfies Record<ReleasePurpose, string>;

/** Context of one stream of a sealed object. */
export function streamContext(stream: StreamName, ids: MessageIds): Buffer {
  return bindContext(STREAM_PURPOSES[stream], ids.organizationId, ids.messageId);
}

/** `info` of the HKDF step that makes the list key from the content key. */
export function listKeyInfo(ids: MessageIds): Buffer {
  return bindContext('list-key', ids.organizationId, ids.messageId);
}

/** Context of the list entry under the list key. */
export function listEntryContext(ids: MessageIds): Buffer {
  return bindContext('list-entry', ids.organizationId, ids.messageId);
}

/** Context of the author's copy of the list entry, under the desk key. */
export function deskListEntryContext(ids: MessageIds): Buffer {
  return bindContext('desk-list-entry', ids.organizationId, ids.messageId);
}

/** HPKE `info` of a wrap. */
export function wrapInfo(ids: MessageIds, holder: WrapHolderId, kid: string, suite: number): Buffer {
  return bindContext(
    WRAP_PURPOSES[holder.kind],
    ids.organizationId,
    ids.messageId,
    holder.id,
    kid,
    String(suite),
  );
}

/** HPKE `info` of a key that is released to a reader's page. */
export function pageReleaseInfo(
  purpose: ReleasePurpose,
  ids: MessageIds,
  accountId: string,
  pageKid: string,
  suite: number,
): Buffer {
  return bindContext(
    RELEASE_PURPOSES[purpose],
    ids.organizationId,
    ids.messageId,
    accountId,
    pageKid,
    String(suite),
  );
}

/** What the seal key signs: this prefix, then the manifest's canonical JSON. */
export function manifestPrefix(): Buffer {
  return bindContext('manifest');
}

/** What the account authority signs for a wrap that was made at registration; hashes as 64 hex digits. */
export function wrapReplacementContext(
  record: MessageIds & {
    readonly recipientId: string;
    readonly accountId: string;
    readonly replacedHash: Uint8Array;
    readonly replacementHash: Uint8Array;
  },
): Buffer {
  return bindContext(
    'wrap-replacement',
    record.organizationId,
    record.messageId,
    record.recipientId,
    record.accountId,
    Buffer.from(record.replacedHash).toString('hex'),
    Buffer.from(record.replacementHash).toString('hex'),
  );
}

/** Context of a mail that was captured instead of sent, wrapped by the key provider. */
export function capturedMailContext(organizationId: string, capturedMailId: string): Buffer {
  return bindContext('captured-mail', organizationId, capturedMailId);
}

/** A reply that is being written, and whose it is. */
export interface DraftIds {
  readonly organizationId: string;
  readonly draftId: string;
}

/** Authenticated with the draft key, wrapped by the key provider: one account's answer to one copy of a message. */
export function draftKeyContext(ids: DraftIds & { accountId: string; recipientId: string }): Buffer {
  return bindContext('draft-key', ids.organizationId, ids.draftId, ids.accountId, ids.recipientId);
}

/** Context of the text of a draft under the draft key. */
export function draftTextContext(ids: DraftIds): Buffer {
  return bindContext('draft-text', ids.organizationId, ids.draftId);
}

/** Context of a finished reply that waits for a scanner, under the draft key. */
export function waitingReplyContext(ids: DraftIds): Buffer {
  return bindContext('waiting-reply', ids.organizationId, ids.draftId);
}

/** Context of one attached file of a draft under the draft key. */
export function draftFileContext(ids: DraftIds & { fileId: string }): Buffer {
  return bindContext('draft-file', ids.organizationId, ids.draftId, ids.fileId);
}

/** Context of what somebody wrote when asking for a closed copy, wrapped by the key provider. */
export function accessNoteContext(organizationId: string, recipientId: string, askedAt: number): Buffer {
  return bindContext('access-note', organizationId, recipientId, String(askedAt));
}

/** Context of how somebody who chose another way can be reached, wrapped by the key provider. */
export function readingChoiceContext(organizationId: string, recipientId: string, choiceId: string): Buffer {
  return bindContext('reading-choice', organizationId, recipientId, choiceId);
}
