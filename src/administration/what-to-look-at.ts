/** What a security or privacy officer should see: wrong recipients that authors reported, and rows that were forged. */
import { sql } from 'kysely';

import type { Database } from '#src/storage/database.ts';

export interface ReportedIncident {
  readonly messageId: string;
  readonly recipientId: string;
  readonly author: string;
  readonly address: string;
  readonly reportedAt: number;
  readonly opened: boolean;
}

export interface Alarm {
  readonly at: number;
  /** Table, or what of a message did not verify. */
  readonly what: string;
  readonly row: string | null;
  readonly messageId: string | null;
}

const SHOWN = 100;
type Reading = Pick<Database, 'query'>;

/** The newest first. */
export async function listIncidents({ query }: Reading): Promise<readonly ReportedIncident[]> {
  const rows = await query
    .selectFrom('recipients')
    .innerJoin('messages', 'messages.id', 'recipients.messageId')
    .select([
      'recipients.id',
      'recipients.messageId',
      'recipients.address',
      'recipients.wrongRecipientAt',
      'recipients.firstOpenedAt',
      'messages.authorAddress',
    ])
    .where('recipients.wrongRecipientAt', 'is not', null)
    .orderBy('recipients.wrongRecipientAt', 'desc')
    .limit(SHOWN)
    .execute();
  return rows.map((row) => ({
    messageId: row.messageId,
    recipientId: row.id,
    author: row.authorAddress ?? '',
    address: row.address,
    reportedAt: row.wrongRecipientAt ?? 0,
    opened: row.firstOpenedAt !== null,
  }));
}

/** The newest first; from the audit log. */
export async function listAlarms({ query }: Reading): Promise<readonly Alarm[]> {
  const rows = await query
    .selectFrom('audit_entries')
    .select(['at', 'messageId', 'entry'])
    // As a literal: only then the index of alarms applies.
    .where('event', '=', sql.lit('tamper-detected'))
    .orderBy('sequence', 'desc')
    .limit(SHOWN)
    .execute();
  return rows.map(({ at, messageId, entry }) => {
    const { facts = {} } = JSON.parse(entry) as { facts?: Record<string, string> };
    return { at, messageId, what: facts['what'] ?? facts['table'] ?? 'unknown', row: facts['row'] ?? null };
  });
}
