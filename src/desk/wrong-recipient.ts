/**
 * A message went to the wrong recipient: the copy is locked where a lock reaches it, the privacy officer is told, and
 * the moment is kept, from which the incident sheet follows. Once for each recipient.
 */
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderWrongRecipient } from '#src/notification/wrong-recipient.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import type { FoundMessage } from './find-messages.ts';
import { LOCKABLE } from './lock-copy.ts';
import { recipientOf, type MessageRecipient } from './recipients-of.ts';

const TRIES = 3;

/** Path of the incident sheet on the staff pages. */
export function incidentPath(messageId: string, recipientId: string): string {
  return `/messages/${messageId}/incident/${recipientId}`;
}

/** Nothing has left for these; there is nothing to report. */
export function mayBeReported({ fate, state, wrongRecipientAt }: MessageRecipient): boolean {
  return wrongRecipientAt === null && fate !== 'held' && fate !== 'not-sent' && state !== 'returned';
}

export async function reportWrongRecipient(desk: Desk, act: Act, message: FoundMessage): Promise<ActResult> {
  // Opened at this very moment: the officer's mail must not say that it was not. Looked at again, and told then.
  for (let tried = 0; tried < TRIES; tried++) {
    const recipient = await recipientOf(desk.database, act.messageId, act.recipientId, desk.clock.now());
    if (recipient === null || !mayBeReported(recipient)) return 'changed';
    if ((await reportOnce(desk, act, message, recipient)) === 'done') return 'done';
  }
  return 'changed';
}

function reportOnce(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  message: FoundMessage,
  recipient: MessageRecipient,
): Promise<ActResult> {
  const { audit, clock } = desk;
  const { query } = desk.database;
  const now = clock.now();
  const { firstOpenedAt, copiesKept, lockedAt } = recipient;
  const locks = recipient.protection === 'secure-message';
  const reported = query
    .updateTable('recipients')
    .set({ wrongRecipientAt: now })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('wrongRecipientAt', 'is', null)
    .where('firstOpenedAt', firstOpenedAt === null ? 'is' : '=', firstOpenedAt)
    .where('lockedAt', lockedAt === null ? 'is' : '=', lockedAt);
  const lock = query
    .updateTable('recipients')
    .set({ lockedAt: now, lockReason: 'wrong-recipient' })
    .where('id', '=', recipientId)
    .where('state', 'in', LOCKABLE)
    .where('lockedAt', 'is', null);
  const facts = { opened: firstOpenedAt !== null, copiesKept, locked: locks, by: staffId };
  const why = { why: 'wrong-recipient', by: staffId };
  return commitAct(
    desk,
    messageId,
    [
      statement(reported, exactlyOne),
      audit.entry({ event: 'wrong-recipient-reported', messageId, recipientId, facts }),
      ...(locks && lockedAt === null
        ? [
            statement(lock, exactlyOne),
            audit.entry({ event: 'recipient-locked', messageId, recipientId, facts: why }),
          ]
        : []),
    ],
    [officerMail(desk, message, recipient, now)],
  );
}

function officerMail(
  desk: Desk,
  message: FoundMessage,
  recipient: MessageRecipient,
  now: number,
): MailToSend {
  const { siteOf, mainDomain, consoleUrl } = desk.acceptance();
  const isSecure = recipient.protection === 'secure-message';
  const mail = renderWrongRecipient(siteOf(message.author), {
    messageIdField: newMessageIdField(mainDomain, desk.random),
    dateMs: now,
    to: desk.privacyOfficer(message.author),
    author: message.author,
    recipient: recipient.address,
    sentMs: message.acceptedAt,
    reportedMs: now,
    locked: isSecure,
    firstOpenedMs: recipient.firstOpenedAt,
    copyKept: recipient.copiesKept > 0,
    messageCode: isSecure ? messageCodeOf(desk.keys, recipient.id) : null,
    sheetUrl: `${consoleUrl}${incidentPath(message.id, recipient.id)}`,
  });
  return { kind: 'wrong-recipient', mail, recipientId: null, reversePath: '' };
}
