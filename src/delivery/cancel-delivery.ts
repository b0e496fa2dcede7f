/**
 * Ends a waiting delivery because a person says so: nothing more is sent, and the author is told, as with every
 * other end of a delivery. Delivery, recipient, audit entry and the mail to the author share one unit.
 */
import { errorCode } from '#src/base/coded-error.ts';
import type { DeliveryQueue, DeliveryRow } from '#src/queue/delivery-queue.ts';
import {
  operatorEntry,
  stateRefuses,
  whatItIsNow,
  type OperateTools,
  type Operator,
  type OperatorResult,
} from '#src/queue/operate.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { FailureReports } from './failure-reports.ts';

export interface CancelTools extends OperateTools {
  readonly queue: Pick<DeliveryQueue, 'destroySpoolWrapWhenDone'>;
  readonly reports: Pick<FailureReports, 'cancelled'>;
}

export interface CancelResult {
  readonly result: OperatorResult;
  /** False where the mail has no author to tell, or the author asked for no reports. */
  readonly authorTold: boolean;
  /** Nobody needs the content any more: its key may be forgotten. */
  readonly contentDone: boolean;
}

export async function cancelDelivery(
  delivery: DeliveryRow,
  operator: Operator,
  tools: CancelTools,
): Promise<CancelResult> {
  const refused = stateRefuses(delivery, 'queued', 'held');
  if (refused !== null) return notDone(refused);
  const report = await tools.reports.cancelled(delivery);
  try {
    const results = await tools.database.commit([
      settle(delivery, tools),
      ...settleRecipient(delivery, tools),
      operatorEntry('queue-cancelled', delivery, operator, tools.audit),
      ...(report?.statements ?? []),
      ...tools.queue.destroySpoolWrapWhenDone(delivery.messageId),
    ]);
    // The last statement destroys the spool wrap if nobody needs it any more.
    const contentDone = (results.at(-1)?.rowCount ?? 0) > 0;
    return { result: 'done', authorTold: report !== null, contentDone };
  } catch (error) {
    await report?.abandon(error);
    if (errorCode(error) !== 'expectation-failed') throw error;
    return notDone(await whatItIsNow(delivery, tools.database));
  }
}

function notDone(result: OperatorResult): CancelResult {
  return { result, authorTold: false, contentDone: false };
}

function settle(delivery: DeliveryRow, { database, clock }: CancelTools): Statement {
  return statement(
    database.query
      .updateTable('deliveries')
      .set({ state: 'cancelled', settledAt: clock.now(), heldAt: null, heldReason: null })
      .where('id', '=', delivery.id)
      .where('state', '=', delivery.state)
      .where('leaseOwner', 'is', null),
    exactlyOne,
  );
}

function settleRecipient(delivery: DeliveryRow, { database, clock }: CancelTools): Statement[] {
  const decidesFate = delivery.kind === 'relay' || delivery.kind === 'notice';
  if (delivery.recipientId === null || !decidesFate) return [];
  return [
    statement(
      database.query
        .updateTable('recipients')
        .set({ state: 'cancelled', settledAt: clock.now() })
        .where('id', '=', delivery.recipientId)
        .where('state', '=', 'queued'),
    ),
  ];
}
