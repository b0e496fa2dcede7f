/**
 * Takes a secure message back while its notices wait. Each notice that has not been tried is cancelled, its recipient's
 * wrap destroyed, so that no link and no key is left; all in one unit that expects them to wait still. What was relayed,
 * or has left, stays as it is.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import { destroySpoolWrap } from './hold-statements.ts';

export interface UndoTools {
  readonly database: Database;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly clock: Clock;
}

export interface Undoable {
  /** Raw addresses to whom nothing has left. */
  readonly waiting: readonly string[];
  /** Until when (ms). */
  readonly until: number;
}

/** Null where nothing can be taken back any more. */
export async function findUndoable(tools: UndoTools, messageId: string): Promise<Undoable | null> {
  const rows = await waitingNotices(tools, messageId);
  const [first] = rows;
  if (first === undefined) return null;
  return { waiting: rows.map(({ recipient }) => recipient), until: first.nextAttemptAt };
}

/** Addresses to whom nothing goes out now; empty: it was too late. */
export async function undoSending(tools: UndoTools, messageId: string): Promise<readonly string[]> {
  const { database, audit } = tools;
  const rows = await waitingNotices(tools, messageId);
  if (rows.length === 0) return [];
  const objects = [...new Set(rows.map((row) => row.messageId))];
  try {
    await database.commit([
      ...rows.flatMap((row) => takeBack(tools, row)),
      audit.entry({ event: 'sending-undone', messageId, facts: { recipients: rows.length } }),
      ...objects.map((id) => destroySpoolWrap(tools, id)),
    ]);
  } catch (error) {
    // One of them left at this moment, or another click was first: the page shows how it is.
    if (errorCode(error) === 'expectation-failed') return [];
    throw error;
  }
  return rows.map(({ recipient }) => recipient);
}

type WaitingNotice = Awaited<ReturnType<typeof waitingNotices>>[number];

/** Notices of the message's acceptance that nobody tried yet, and whose time has not come. */
function waitingNotices({ database, clock }: UndoTools, messageId: string) {
  return database.query
    .selectFrom('deliveries')
    .innerJoin('messages', 'messages.id', 'deliveries.messageId')
    .innerJoin('recipients', 'recipients.id', 'deliveries.recipientId')
    .select([
      'deliveries.id',
      'deliveries.messageId',
      'deliveries.recipient',
      'deliveries.recipientId',
      'deliveries.nextAttemptAt',
    ])
    .where('messages.aboutMessageId', '=', messageId)
    .where('recipients.messageId', '=', messageId)
    .where('recipients.state', '=', 'queued')
    .where('deliveries.kind', '=', 'notice')
    .where('deliveries.state', '=', 'queued')
    .where('deliveries.attempts', '=', 0)
    .where('deliveries.leaseOwner', 'is', null)
    .where('deliveries.nextAttemptAt', '>', clock.now())
    .orderBy('deliveries.recipient')
    .execute();
}

function takeBack({ database, clock }: UndoTools, notice: WaitingNotice): Statement[] {
  const { query } = database;
  const now = clock.now();
  return [
    statement(
      query
        .updateTable('deliveries')
        .set({ state: 'cancelled', settledAt: now })
        .where('id', '=', notice.id)
        .where('state', '=', 'queued')
        .where('attempts', '=', 0)
        .where('leaseOwner', 'is', null)
        .where('nextAttemptAt', '>', now),
      exactlyOne,
    ),
    statement(
      query
        .updateTable('recipients')
        .set({ state: 'cancelled', settledAt: now })
        .where('id', '=', notice.recipientId)
        .where('state', '=', 'queued'),
      exactlyOne,
    ),
    statement(query.deleteFrom('wraps').where('recipientId', '=', notice.recipientId)),
  ];
}
