/** By when one recipient should have read the message, and whether it can be answered: changed after sending. */
import { endOfDay } from '#src/base/calendar-day.ts';
import { exactlyOne, statement } from '#src/storage/database.ts';

import { commitAct } from './commit-act.ts';
import type { Act, ActResult, Desk } from './desk-context.ts';
import { LOCKABLE } from './lock-copy.ts';

export type ReadByResult = ActResult | 'day-past' | 'no-day';

/**
 * `day`: `2026-12-31`, the whole of it; empty: after the usual days. `seen`: what the author saw (ms). The author is
 * told anew where the copy is still unread then.
 */
export async function changeReadBy(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  { day, seen }: { readonly day: string; readonly seen: number | null },
): Promise<ReadByResult> {
  const { database, audit, clock } = desk;
  const readBy = day === '' ? null : endOfDay(day, desk.acceptance().site.timeZone);
  if (Number.isNaN(readBy)) return 'no-day';
  if (readBy !== null && readBy <= clock.now()) return 'day-past';
  const change = database.query
    .updateTable('recipients')
    .set({ readBy, ...(readBy === null ? {} : { notOpenedToldAt: null }) })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('protection', '=', 'secure-message')
    .where('state', 'in', LOCKABLE)
    .where('firstOpenedAt', 'is', null)
    .where('readBy', seen === null ? 'is' : '=', seen);
  const facts = { from: seen, until: readBy, by: staffId };
  const entry = audit.entry({ event: 'recipient-read-by-changed', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(change, exactlyOne), entry]);
}

/** An answer that was sent before stays sent. */
export function changeReplies(
  desk: Desk,
  { messageId, recipientId, staffId }: Act,
  to: 'allowed' | 'refused',
): Promise<ActResult> {
  const { database, audit } = desk;
  const change = database.query
    .updateTable('recipients')
    .set({ noReply: to === 'refused' ? 1 : null })
    .where('id', '=', recipientId)
    .where('messageId', '=', messageId)
    .where('protection', '=', 'secure-message')
    .where('state', 'in', LOCKABLE)
    .where('noReply', to === 'refused' ? 'is' : 'is not', null);
  const facts = { to, by: staffId };
  const entry = audit.entry({ event: 'recipient-replies-changed', messageId, recipientId, facts });
  return commitAct(desk, messageId, [statement(change, exactlyOne), entry]);
}
