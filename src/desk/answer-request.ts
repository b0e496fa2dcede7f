/**
 * The answer to a recipient who asks for a closed copy. Granting undoes what closed it: the lock, the copy's own date,
 * the reset of the password; and the recipient gets the notice again, with the same link. Once for each request, in
 * one unit with its audit entry and the mail.
 */
import { answerStatement, findAccessRequest } from '#src/accounts/access-requests.ts';
import { GIVEN_UP } from '#src/accounts/close-copies.ts';
import { releaseMac } from '#src/accounts/row-mac.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { writeNoticeAgain } from '#src/reminders/notice-again.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccessRequestsTable } from '#src/storage/tables.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import { LOCKABLE } from './lock-copy.ts';

/** How long a copy whose date was over can be read again. */
export const GRANTED_MS = 14 * DAY_MS;

/** Until when a copy is open that is granted now: never beyond what is kept. */
export function grantedUntil(now: number, keptUntil: number): number {
  return Math.min(now + GRANTED_MS, keptUntil);
}

/** `askedAt`: of the request that was seen. `changed`: it was answered, or the content is gone. */
export async function grantRequest(desk: Desk, act: Act, askedAt: number): Promise<ActResult> {
  const { audit, clock, database } = desk;
  const { messageId, recipientId, staffId } = act;
  const request = await findAccessRequest(database, recipientId);
  const copy = await findClosedCopy(desk, act);
  if (request === null || copy === null) return 'changed';
  const now = clock.now();
  const isOver = copy.expiresAt !== null && copy.expiresAt <= now;
  const until = isOver ? grantedUntil(now, copy.keptUntil) : copy.expiresAt;
  const releases = request.why === 'needs-release';
  const mail = await writeNoticeAgain({ ...copy, expiresAt: until }, 'granted', desk);
  if (mail === null) return 'changed';
  const facts = {
    address: copy.canonicalAddress,
    unlocked: copy.lockedAt !== null,
    until: isOver ? until : null,
    released: releases,
    by: staffId,
  };
  return commitAct(
    desk,
    messageId,
    [
      answerStatement(database, { recipientId, askedAt }, 'granted', now),
      openCopy(desk, copy, { until, releasedAt: releases ? now : null }),
      audit.entry({ event: 'access-granted', messageId, recipientId, facts }),
    ],
    [mail],
  );
}

/** The recipient finds the answer on the page; they may ask again. */
export async function declineRequest(desk: Desk, act: Act, askedAt: number): Promise<ActResult> {
  const { audit, clock, database } = desk;
  const { messageId, recipientId, staffId } = act;
  return commitAct(desk, messageId, [
    answerStatement(database, { recipientId, askedAt }, 'declined', clock.now()),
    audit.entry({ event: 'access-declined', messageId, recipientId, facts: { by: staffId } }),
  ]);
}

/** The request that is open, if there is one: what an officer may answer depends on why it was closed. */
export async function findOpenRequest(
  { database }: Pick<Desk, 'database'>,
  { messageId, recipientId }: Pick<Act, 'messageId' | 'recipientId'>,
): Promise<AccessRequestsTable | null> {
  const request = await findAccessRequest(database, recipientId);
  return request?.openSince == null || request.messageId !== messageId ? null : request;
}

type ClosedCopy = NonNullable<Awaited<ReturnType<typeof findClosedCopy>>>;

/** Expects the copy as it was seen: what was locked meanwhile stays locked. */
function openCopy(
  { database, keys }: Desk,
  { id, lockedAt, expiresAt }: ClosedCopy,
  { until, releasedAt }: { readonly until: number | null; readonly releasedAt: number | null },
): Statement {
  const released = releasedAt === null ? {} : { releasedAt, releaseMac: releaseMac(keys, id, releasedAt) };
  return statement(
    database.query
      .updateTable('recipients')
      .set({ lockedAt: null, lockReason: null, expiresAt: until, ...released })
      .where('id', '=', id)
      .where('lockedAt', lockedAt === null ? 'is' : '=', lockedAt)
      .where('expiresAt', expiresAt === null ? 'is' : '=', expiresAt),
    exactlyOne,
  );
}

/** Null where nobody can open it any more, whatever is granted. */
async function findClosedCopy({ database, clock }: Desk, { messageId, recipientId }: Act) {
  const row = await database.query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .innerJoin('wraps', 'wraps.recipientId', 'recipients.id')
    .select([
      'recipients.id',
      'recipients.messageId',
      'recipients.address',
      'recipients.canonicalAddress',
      'recipients.linkTokenHash',
      'recipients.lockedAt',
      'recipients.firstOpenedAt',
      'recipients.secondChannel',
      'recipients.expiresAt',
      'messages.fromAddress',
      'messages.originalMessageId',
      'messages.deskListEntry',
      'messages.keptUntil',
    ])
    .where('recipients.id', '=', recipientId)
    .where('recipients.messageId', '=', messageId)
    .where('recipients.protection', '=', 'secure-message')
    .where('recipients.state', 'in', LOCKABLE)
    .where((eb) =>
      eb.or([eb('recipients.lockReason', 'is', null), eb('recipients.lockReason', 'not in', GIVEN_UP)]),
    )
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || row.keptUntil === null || row.keptUntil <= clock.now()) return null;
  return { ...row, keptUntil: row.keptUntil };
}
