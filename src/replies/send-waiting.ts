/**
 * Tries again what waits for a scanner, the oldest first; as long as it gives no verdict the others wait too. What is
 * refused becomes a draft again, and its writer sees why on the site.
 */
import { errorCode } from '#src/base/coded-error.ts';
import { ExpectationFailed } from '#src/storage/database.ts';

import { findDraftById, waitingDraftIds, type Draft } from './drafts.ts';
import { refusedEntry, sendReply, type SendContext } from './send-reply.ts';
import { FileRefused } from './upload-rules.ts';
import { openWaiting, stopWaiting, takeBack } from './waiting-reply.ts';

/** Throws what the database throws; then the rest waits for the next time. */
export async function sendWaiting(context: SendContext): Promise<void> {
  for (const id of await waitingDraftIds(context)) {
    if ((await tryOne(context, id)) === 'waiting') return;
  }
}

async function tryOne(context: SendContext, id: string): Promise<'done' | 'waiting'> {
  let draft: Draft | null;
  try {
    draft = await findDraftById(context, id);
  } catch (error) {
    if (errorCode(error) !== 'unwrap-failed') throw error;
    await raiseAlarm(context, id);
    return 'done';
  }
  if (draft === null) return 'done';
  try {
    return await trySending(context, draft);
  } catch (error) {
    // Sent, thrown away or taken back in the same moment.
    if (error instanceof ExpectationFailed) return 'done';
    throw error;
  } finally {
    draft.key.fill(0);
  }
}

async function trySending(context: SendContext, draft: Draft): Promise<'done' | 'waiting'> {
  if (draft.waitingSince === null) return 'done';
  const reply = openWaiting(context.keys, draft);
  if (reply === null) {
    await raiseAlarm(context, draft.draftId);
    return 'done';
  }
  try {
    const { kind } = await sendReply(reply, draft, context);
    return kind === 'waiting' ? 'waiting' : 'done';
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    if (error.code === 'file-infected') return 'done';
    const facts = { why: error.code, ...(error.file !== null && { file: error.file }) };
    await context.database.commit([takeBack(context, draft), refusedEntry(reply, draft, context, facts)]);
    return 'done';
  }
}

/** A row that was changed behind our back: nothing of it is sent, and it is a draft again. */
async function raiseAlarm(context: SendContext, draftId: string): Promise<void> {
  context.log.error('a waiting answer was not written by us', { code: 'tamper-detected' });
  await context.database.commit([
    stopWaiting(context, draftId),
    context.audit.entry({ event: 'tamper-detected', facts: { what: 'drafts', row: draftId } }),
  ]);
}
