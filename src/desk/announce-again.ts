/**
 * A recipient reminded, or sent the notice again, because the author asks. Both have a limit, kept in the row that the
 * unit changes, so that clicks at once can't send two mails.
 */
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { writeNoticeAgain } from '#src/reminders/notice-again.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';

export const REMIND_EVERY_MS = DAY_MS;
export const ANNOUNCE_EVERY_MS = HOUR_MS;
const ANNOUNCED: readonly RecipientState[] = ['notified', 'opened', 'failed', 'expired'];

/** `too-soon`: it was done a short time ago. */
export type AnnounceResult = ActResult | 'too-soon';

/** Only of a message that was announced, and not opened. */
export async function remindNow(desk: Desk, act: Act): Promise<AnnounceResult> {
  const { database, audit, clock } = desk;
  const { messageId, recipientId, staffId } = act;
  const copy = await findOpenCopy(desk, act);
  if (copy === null || copy.state !== 'notified' || copy.firstOpenedAt !== null) return 'changed';
  const now = clock.now();
  if (copy.remindedAt !== null && copy.remindedAt > now - REMIND_EVERY_MS) return 'too-soon';
  const mail = await writeNoticeAgain(copy, 'reminder', desk);
  if (mail === null) return 'changed';
  const reminded = database.query
    .updateTable('recipients')
    .set({ remindedAt: now })
    .where('id', '=', recipientId)
    .where('state', '=', 'notified')
    .where('firstOpenedAt', 'is', null)
    .where('lockedAt', 'is', null)
    .where('remindedAt', copy.remindedAt === null ? 'is' : '=', copy.remindedAt);
  const facts = { address: copy.canonicalAddress, mail: true, by: staffId };
  const entry = audit.entry({ event: 'recipient-reminded', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(reminded, exactlyOne), entry], [mail]);
}

/** The notice as it was, with the same link. After a failure it is the recipient's second chance: on its way again. */
export async function announceAgain(desk: Desk, act: Act): Promise<AnnounceResult> {
  const { database, audit, clock } = desk;
  const { messageId, recipientId, staffId } = act;
  const copy = await findOpenCopy(desk, act);
  if (copy === null) return 'changed';
  const now = clock.now();
  if (copy.announcedAgainAt !== null && copy.announcedAgainAt > now - ANNOUNCE_EVERY_MS) return 'too-soon';
  const mail = await writeNoticeAgain(copy, 'notice', desk);
  if (mail === null) return 'changed';
  const failed = copy.state === 'failed' || copy.state === 'expired';
  const again = { state: 'queued', settledAt: null, lastReply: null } as const;
  const announced = database.query
    .updateTable('recipients')
    .set({ announcedAgainAt: now, ...(failed && again) })
    .where('id', '=', recipientId)
    .where('state', '=', copy.state)
    .where('lockedAt', 'is', null)
    .where('announcedAgainAt', copy.announcedAgainAt === null ? 'is' : '=', copy.announcedAgainAt);
  const facts = { address: copy.canonicalAddress, by: staffId };
  const entry = audit.entry({ event: 'notice-sent-again', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(announced, exactlyOne), entry], [mail]);
}

/** Null where the copy can't be opened now. */
async function findOpenCopy({ database, clock }: Desk, { messageId, recipientId }: Act) {
  const row = await database.query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .innerJoin('wraps', 'wraps.recipientId', 'recipients.id')
    .select([
      'recipients.id',
      'recipients.messageId',
      'recipients.address',
      'recipients.canonicalAddress',
      'recipients.state',
      'recipients.firstOpenedAt',
      'recipients.secondChannel',
      'recipients.linkTokenHash',
      'recipients.remindedAt',
      'recipients.announcedAgainAt',
      'recipients.expiresAt',
      'messages.fromAddress',
      'messages.originalMessageId',
      'messages.deskListEntry',
      'messages.keptUntil',
    ])
    .where('recipients.id', '=', recipientId)
    .where('recipients.messageId', '=', messageId)
    .where('recipients.protection', '=', 'secure-message')
    .where('recipients.state', 'in', ANNOUNCED)
    .where('recipients.lockedAt', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || row.keptUntil === null) return null;
  const { keptUntil } = row;
  return Math.min(keptUntil, row.expiresAt ?? keptUntil) > clock.now() ? { ...row, keptUntil } : null;
}
