/**
 * A copy locked and unlocked by its author. The lock stops every further release of the key and every chunk; what was
 * opened or saved before is out of reach, and so is mail that was relayed.
 */
import { GIVEN_UP } from '#src/accounts/close-copies.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';

/** A copy of these may be opened, now or when its notice arrives. */
export const LOCKABLE: readonly RecipientState[] = ['queued', 'notified', 'opened', 'failed', 'expired'];

export function lockCopy(desk: Desk, { messageId, recipientId, staffId }: Act): Promise<ActResult> {
  const { database, audit, clock } = desk;
  const lock = database.query
    .updateTable('recipients')
    .set({ lockedAt: clock.now(), lockReason: 'author' })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('protection', '=', 'secure-message')
    .where('state', 'in', LOCKABLE)
    .where('lockedAt', 'is', null);
  const facts = { why: 'author', by: staffId };
  const entry = audit.entry({ event: 'recipient-locked', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(lock, exactlyOne), entry]);
}

/** `lockedAt`: of the lock that the author saw; another one stays. */
export function unlockCopy(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  lockedAt: number,
): Promise<ActResult> {
  const { database, audit } = desk;
  const unlock = database.query
    .updateTable('recipients')
    .set({ lockedAt: null, lockReason: null })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('lockedAt', '=', lockedAt)
    // Its keys are destroyed.
    .where('lockReason', 'not in', GIVEN_UP);
  const facts = { lockedAt, by: staffId };
  const entry = audit.entry({ event: 'recipient-unlocked', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(unlock, exactlyOne), entry]);
}
