/**
 * A finished reply that waits until its files can be scanned. It is kept under the draft key as it was when its writer
 * sent it; a keyed hash over it, its draft and its writer says that it was the portal that put it there.
 */
import { equalBytes, lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { decryptChunked, encryptChunked } from '#src/sealing/chunked-encryption.ts';
import { waitingReplyContext } from '#src/sealing/contexts.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { Draft, DraftsContext } from './drafts.ts';
import type { ReplyToSend } from './send-reply.ts';

type WaitingContext = DraftsContext & { readonly keys: Pick<KeyProvider, 'mac'> };

/** Fails where it was sent, thrown away or set waiting meanwhile. */
export function letWait(context: WaitingContext, draft: Draft, reply: ReplyToSend): Statement {
  const waitingSince = context.clock.now();
  const plaintext = Buffer.from(JSON.stringify(reply), 'utf8');
  const waitingReply = encryptChunked(draft.key, waitingReplyContext(draft), plaintext);
  plaintext.fill(0);
  const waitingMac = macOf(context.keys, { ...draft, waitingSince }, waitingReply);
  return statement(
    context.database.query
      .updateTable('drafts')
      .set({ waitingSince, waitingReply, waitingMac, infectedFile: null, updatedAt: waitingSince })
      .where('id', '=', draft.draftId)
      .where('waitingSince', 'is', null),
    exactlyOne,
  );
}

/** Null where it was not the portal that put it there. */
export function openWaiting(keys: Pick<KeyProvider, 'mac'>, draft: Draft): ReplyToSend | null {
  const { waiting } = draft;
  if (waiting === null || !equalBytes(macOf(keys, draft, waiting.reply), waiting.mac)) return null;
  const opened = decryptChunked(draft.key, waitingReplyContext(draft), waiting.reply);
  const reply = JSON.parse(opened.toString('utf8')) as ReplyToSend;
  opened.fill(0);
  return reply;
}

/** A draft again, to be changed or thrown away; fails where it was sent meanwhile. `infectedFile`: from 1. */
export function takeBack(
  { database }: Pick<DraftsContext, 'database'>,
  { draftId, waitingSince }: Draft,
  infectedFile: number | null = null,
): Statement {
  return statement(
    database.query
      .updateTable('drafts')
      .set({ waitingSince: null, waitingReply: null, waitingMac: null, infectedFile })
      .where('id', '=', draftId)
      .where('waitingSince', waitingSince === null ? 'is' : '=', waitingSince),
    exactlyOne,
  );
}

/** The same for a row that is not believed. */
export function stopWaiting({ database }: Pick<DraftsContext, 'database'>, draftId: string): Statement {
  return statement(
    database.query
      .updateTable('drafts')
      .set({ waitingSince: null, waitingReply: null, waitingMac: null })
      .where('id', '=', draftId),
  );
}

function macOf(keys: Pick<KeyProvider, 'mac'>, draft: Draft, waitingReply: Uint8Array): Buffer {
  const { draftId, accountId, recipientId, messageId, waitingSince } = draft;
  const fields = [draftId, accountId, recipientId, messageId, String(waitingSince)];
  return keys.mac('token', lengthPrefixed('waiting-reply', ...fields, sha256(waitingReply)));
}
