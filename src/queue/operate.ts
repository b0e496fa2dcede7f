/**
 * What a person may do to a waiting delivery: try it now, set it aside, put it back. Statements with expectations, as
 * the attempts themselves use them: of a person and an attempt, or of two persons, one is first and the other is told.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import type { DeliveryRow } from './delivery-queue.ts';

export type OperatorAction = 'retry' | 'hold' | 'release';

/**
 * `sending`: an attempt is under way; it ends or the delivery waits again. `settled`: it has ended before. `officer`: it
 * waits for the security officer, and nobody else lets it out or ends it.
 */
export type OperatorResult = 'done' | 'nothing-to-do' | 'sending' | 'settled' | 'officer';

export interface OperateTools {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

export interface Operator {
  /** Operating-system user. */
  readonly actor: string;
  /** In the audit log alone. */
  readonly reason: string | null;
}

/** Does it, together with its audit entry, or nothing. */
export async function operate(
  action: OperatorAction,
  delivery: DeliveryRow,
  operator: Operator,
  tools: OperateTools,
): Promise<OperatorResult> {
  const refused = stateRefuses(delivery, action === 'release' ? 'held' : 'queued');
  if (refused !== null) return refused;
  try {
    await tools.database.commit([
      CHANGES[action](delivery, tools),
      operatorEntry(`queue-${EVENTS[action]}`, delivery, operator, tools.audit),
    ]);
    return 'done';
  } catch (error) {
    if (errorCode(error) !== 'expectation-failed') throw error;
    return await whatItIsNow(delivery, tools.database);
  }
}

/** Null where the delivery may be changed. */
export function stateRefuses(
  delivery: DeliveryRow,
  ...wanted: readonly DeliveryRow['state'][]
): OperatorResult | null {
  // What the security officer was asked about is the officer's to end.
  if (delivery.state === 'held' && delivery.heldReason === 'author-limit') return 'officer';
  if (wanted.includes(delivery.state)) return delivery.leaseOwner === null ? null : 'sending';
  return delivery.state === 'queued' || delivery.state === 'held' ? 'nothing-to-do' : 'settled';
}

/** Somebody was first: who? */
export async function whatItIsNow(
  { id }: DeliveryRow,
  { query }: Pick<Database, 'query'>,
): Promise<OperatorResult> {
  const row = await query
    .selectFrom('deliveries')
    .select(['state', 'leaseOwner'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined || !['queued', 'held'].includes(row.state)) return 'settled';
  return row.leaseOwner === null ? 'nothing-to-do' : 'sending';
}

export function operatorEntry(
  event: 'queue-retried' | 'queue-held' | 'queue-released' | 'queue-cancelled',
  delivery: DeliveryRow,
  { actor, reason }: Operator,
  audit: AuditLog,
): Statement {
  return audit.entry({
    event,
    messageId: delivery.messageId,
    recipientId: delivery.recipientId,
    facts: { by: actor, why: reason, delivery: delivery.id, kind: delivery.kind, to: delivery.recipient },
  });
}

const EVENTS = { retry: 'retried', hold: 'held', release: 'released' } as const;

const CHANGES: Readonly<Record<OperatorAction, (delivery: DeliveryRow, tools: OperateTools) => Statement>> = {
  retry: (delivery, { database, clock }) =>
    statement(ofNobody(database, delivery, 'queued').set({ nextAttemptAt: clock.now() }), exactlyOne),
  hold: (delivery, { database, clock }) =>
    statement(
      ofNobody(database, delivery, 'queued').set({
        state: 'held',
        heldAt: clock.now(),
        heldReason: 'operator',
      }),
      exactlyOne,
    ),
  // The time that it was held doesn't count. A crash counted before a person let it go is forgiven.
  release: (delivery, { database, clock }) =>
    statement(
      ofNobody(database, delivery, 'held').set({
        state: 'queued',
        nextAttemptAt: clock.now(),
        expiresAt: delivery.expiresAt + Math.max(0, clock.now() - (delivery.heldAt ?? clock.now())),
        heldAt: null,
        heldReason: null,
        crashes: null,
      }),
      exactlyOne,
    ),
};

function ofNobody({ query }: Pick<Database, 'query'>, { id }: DeliveryRow, state: 'queued' | 'held') {
  return query
    .updateTable('deliveries')
    .where('id', '=', id)
    .where('state', '=', state)
    .where('leaseOwner', 'is', null);
}
