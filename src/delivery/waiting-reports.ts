/**
 * Tells authors of mail that waits although nobody tries to send it: set aside, or kept back because outgoing mail is
 * stopped. What is being tried is told of by the attempts (`record-outcome.ts`). Once for each delivery.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import { DELAY_REPORT_AFTER_MS } from '#src/queue/retry-schedule.ts';
import { exactlyOne, statement, type Database } from '#src/storage/database.ts';

import type { FailureReports } from './failure-reports.ts';

export interface WaitingReportsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly reports: Pick<FailureReports, 'delay'>;
  readonly clock: Clock;
  readonly outboundIsStopped: () => boolean;
  readonly onQueued: () => void;
}

const PER_ROUND = 200;

/** Returns how many deliveries were dealt with. */
export async function tellOfWaiting(options: WaitingReportsOptions): Promise<number> {
  const waiting = [
    ...(await heldTooLong(options)),
    ...(options.outboundIsStopped() ? await keptBackTooLong(options) : []),
  ];
  for (const delivery of waiting) await tell(delivery, options);
  if (waiting.length > 0) options.onQueued();
  return waiting.length;
}

/** One that we set aside ourselves: at once. */
function heldTooLong({ database, clock }: WaitingReportsOptions): Promise<DeliveryRow[]> {
  return database.query
    .selectFrom('deliveries')
    .selectAll()
    .where('heldAt', 'is not', null)
    .where('state', '=', 'held')
    .where('delayReportedAt', 'is', null)
    .where((eb) =>
      eb.or([eb('heldReason', '=', 'crashes'), eb('createdAt', '<=', clock.now() - DELAY_REPORT_AFTER_MS)]),
    )
    .limit(PER_ROUND)
    .execute();
}

/** Those that were due longest come first, and what is due four hours is at least as old. */
function keptBackTooLong({ database, clock }: WaitingReportsOptions): Promise<DeliveryRow[]> {
  const before = clock.now() - DELAY_REPORT_AFTER_MS;
  return database.query
    .selectFrom('deliveries')
    .selectAll()
    .where('state', '=', 'queued')
    .where('route', '=', 'outside')
    .where('nextAttemptAt', '<=', clock.now())
    .where('createdAt', '<=', before)
    .where('delayReportedAt', 'is', null)
    .orderBy('nextAttemptAt')
    .limit(PER_ROUND)
    .execute();
}

async function tell(delivery: DeliveryRow, options: WaitingReportsOptions): Promise<void> {
  const { audit, clock, database, reports } = options;
  const report = await reports.delay(delivery, { reply: '', enhanced: null, nextHop: null, waitsHere: true });
  try {
    await database.commit([
      statement(
        database.query
          .updateTable('deliveries')
          .set({ delayReportedAt: clock.now() })
          .where('id', '=', delivery.id)
          .where('state', '=', delivery.state)
          .where('delayReportedAt', 'is', null),
        exactlyOne,
      ),
      ...(report?.statements ?? []),
      audit.entry({
        event: 'author-told-of-delay',
        messageId: delivery.messageId,
        recipientId: delivery.recipientId,
        facts: {
          delivery: delivery.id,
          why: delivery.heldReason ?? 'outbound-stopped',
          told: report !== null,
        },
      }),
    ]);
  } catch (error) {
    await report?.abandon(error);
    // It was sent, released or told of meanwhile.
    if (errorCode(error) !== 'expectation-failed') throw error;
  }
}
