/** One unit: the change of a recipient, its audit entry, the mails about it. Of two clicks one counts. */
import { errorCode } from '#src/base/coded-error.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';
import type { Statement } from '#src/storage/database.ts';

import type { ActResult, Desk } from './desk-context.ts';

export async function commitAct(
  { database, sealer }: Pick<Desk, 'database' | 'sealer'>,
  messageId: string | null,
  changes: readonly Statement[],
  mails: readonly MailToSend[] = [],
): Promise<ActResult> {
  const written = mails.length === 0 ? null : await sealer.seal(mails, messageId);
  try {
    await database.commit([...changes, ...(written?.statements ?? [])]);
  } catch (error) {
    await written?.abandon(error);
    if (errorCode(error) === 'expectation-failed') return 'changed';
    throw error;
  }
  return 'done';
}
