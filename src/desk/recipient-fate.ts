/** What became of one recipient of a message, in one word: what a list shows, and what the actions ask. Pure. */
import type { RecipientsTable } from '#src/storage/tables.ts';

export const FATES = [
  'on-its-way',
  'held',
  'not-sent',
  'failed',
  'handed-over',
  'not-opened',
  'opened',
  'locked',
  'over',
] as const;
export type Fate = (typeof FATES)[number];

export type FateRow = Pick<
  RecipientsTable,
  'protection' | 'state' | 'lockedAt' | 'firstOpenedAt' | 'expiresAt'
>;

/** When the copy ends (ms): the earlier of its own date and the message's; null: no end is known. */
export function endOf(row: Pick<FateRow, 'expiresAt'>, keptUntil: number | null): number | null {
  const ends = [row.expiresAt, keptUntil].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** A lock and an end count for secure messages only: what was relayed is out of our hands. */
export function fateOf(row: FateRow, keptUntil: number | null, now: number): Fate {
  switch (row.state) {
    case 'held':
      return 'held';
    case 'cancelled':
      return 'not-sent';
    case 'failed':
    case 'expired':
    case 'returned':
      return row.lockedAt === null ? 'failed' : 'locked';
    case 'handed-over':
      return 'handed-over';
    case 'queued':
    case 'notified':
    case 'opened':
      break;
  }
  if (row.lockedAt !== null) return 'locked';
  if (row.state === 'queued') return 'on-its-way';
  const end = endOf(row, keptUntil);
  if (row.protection === 'secure-message' && end !== null && now >= end) return 'over';
  return row.firstOpenedAt === null ? 'not-opened' : 'opened';
}
