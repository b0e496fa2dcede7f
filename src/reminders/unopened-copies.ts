/** Copies that were announced some time ago, may still be opened, and never were. */
import type { Database } from '#src/storage/database.ts';

export interface UnopenedQuery {
  /** What must not have been done yet. */
  readonly column: 'remindedAt' | 'notOpenedToldAt';
  /** The notice was handed over before this (milliseconds since 1970). */
  readonly announcedBefore: number;
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
    .where('recipients.settledAt', '<=', wanted.announcedBefore)
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
