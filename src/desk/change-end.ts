/** Until when one recipient can open the message: a day of the author's choice, never beyond what is kept. */
import { endOfDay } from '#src/base/calendar-day.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import { LOCKABLE } from './lock-copy.ts';
import type { MessageRecipient } from './recipients-of.ts';

export type EndResult = ActResult | 'day-past' | 'day-too-late' | 'no-day';

/** `day`: `2026-12-31`, the whole of it; empty: as long as the message is kept. `seen`: the end that the author saw. */
export async function changeEnd(
  desk: Desk,
  act: Act,
  recipient: Pick<MessageRecipient, 'keptUntil'>,
  { day, seen }: { readonly day: string; readonly seen: number | null },
): Promise<EndResult> {
  const { database, audit, clock } = desk;
  const { messageId, recipientId, staffId } = act;
  const end = day === '' ? null : endOfDay(day, desk.acceptance().site.timeZone);
  if (Number.isNaN(end)) return 'no-day';
  if (end !== null && end <= clock.now()) return 'day-past';
  if (end !== null && recipient.keptUntil !== null && end - DAY_MS >= recipient.keptUntil)
    return 'day-too-late';
  const change = database.query
    .updateTable('recipients')
    .set({ expiresAt: end })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('protection', '=', 'secure-message')
    .where('state', 'in', LOCKABLE)
    .where('expiresAt', seen === null ? 'is' : '=', seen)
    // Once the wrap is gone nobody can open it, whatever the date says.
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('wraps').select('wraps.id').whereRef('wraps.recipientId', '=', 'recipients.id')),
    );
  const facts = { from: seen, until: end, by: staffId };
  const entry = audit.entry({ event: 'recipient-end-changed', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(change, exactlyOne), entry]);
}
