/** Copies that were announced some time ago, may still be opened, and never were. */
import { expressionBuilder, type Expression, type SqlBool } from 'kysely';

import { DAY_MS } from '#src/base/clock.ts';
import type { Database } from '#src/storage/database.ts';
import type { Tables } from '#src/storage/tables.ts';

export interface UnopenedQuery {
  /** What must not have been done yet. */
  readonly column: 'remindedAt' | 'notOpenedToldAt';
  /** The notice was handed over before this (milliseconds since 1970); null: only where the author named a day. */
  readonly announcedBefore: number | null;
  readonly now: number;
  readonly limit: number;
}

export type UnopenedCopy = Awaited<ReturnType<typeof findUnopened>>[number];

/** Those who wait longest first. Rows whose content is gone, or past its date, are none. */
export async function findUnopened({ query }: Pick<Database, 'query'>, wanted: UnopenedQuery) {
  const rows = await query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .select([
      'recipients.id',
      'recipients.messageId',
      'recipients.address',
      'recipients.canonicalAddress',
      'recipients.linkTokenHash',
      'recipients.firstOpenedAt',
      'recipients.secondChannel',
      'recipients.remindedAt',
      'recipients.expiresAt',
      'messages.acceptedAt',
      'messages.authorAddress',
      'messages.fromAddress',
      'messages.originalMessageId',
      'messages.deskListEntry',
      'messages.keptUntil',
    ])
    .where('recipients.state', '=', 'notified')
    .where(isDue(wanted))
    .where('recipients.protection', '=', 'secure-message')
    .where('recipients.firstOpenedAt', 'is', null)
    .where('recipients.lockedAt', 'is', null)
    .where(`recipients.${wanted.column}`, 'is', null)
    .where('messages.keptUntil', '>', wanted.now)
    .where((eb) =>
      eb.or([eb('recipients.expiresAt', 'is', null), eb('recipients.expiresAt', '>', wanted.now)]),
    )
    .orderBy('recipients.settledAt')
    .limit(wanted.limit)
    .execute();
  return rows.flatMap((row) => (row.keptUntil === null ? [] : [{ ...row, keptUntil: row.keptUntil }]));
}

/**
 * The author's day counts instead of the configured days for telling the author; the recipient is reminded a day before
 * it, a day after the notice at the earliest, where the configured days would come later.
 */
function isDue({ column, announcedBefore, now }: UnopenedQuery): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'recipients'>();
  const announced = announcedBefore === null ? null : eb('recipients.settledAt', '<=', announcedBefore);
  if (column === 'notOpenedToldAt') {
    const named = eb('recipients.readBy', '<=', now);
    return announced === null
      ? named
      : eb.or([named, eb.and([eb('recipients.readBy', 'is', null), announced])]);
  }
  const soon = eb.and([
    eb('recipients.readBy', '<=', now + DAY_MS),
    eb('recipients.settledAt', '<=', now - DAY_MS),
  ]);
  return announced === null ? soon : eb.or([announced, soon]);
}
