/**
 * What came of an attempt → one transaction: the delivery's state, its recipient's, the audit entry, the mail that
 * tells the author, and the spool wrap destroyed when nobody needs it any more.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import type { AttemptFacts, DeliveryQueue, DeliveryRow } from '#src/queue/delivery-queue.ts';
import { DELAY_REPORT_AFTER_MS } from '#src/queue/retry-schedule.ts';
import type { WrittenMailStatements } from '#src/queue/written-mails.ts';
import type { TlsFacts } from '#src/smtp/client/transmit.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import type { RecipientState } from '#src/storage/tables.ts';

import type { AttemptOutcome } from './attempt.ts';
import type { FailureReports, ReportedAttempt } from './failure-reports.ts';
import type { OutgoingContent } from './outgoing-content.ts';
import { settleRecipient } from './settle-recipient.ts';
import { stopForged } from './stop-forged.ts';

/** What makes a waiting mail a secure message: statements for the unit that ends its delivery. */
export interface PreparedFallback {
  readonly statements: readonly Statement[];
  /** Call it when the unit was not committed. */
  abandon(cause?: unknown): Promise<void>;
}

export interface RecordOptions {
  readonly database: Database;
  readonly queue: DeliveryQueue;
  readonly audit: AuditLog;
  readonly reports: FailureReports;
  readonly content: OutgoingContent;
  readonly clock: Clock;
  readonly log: Log;
  readonly steps: Steps;
  /** Makes the mail a secure message where its channel can't be verified. */
  readonly fallback: { prepare(delivery: DeliveryRow, why: string): Promise<PreparedFallback | null> };
  /** The statement that notes a delivery over a verified channel; `tlsFacts` is JSON. */
  readonly recordVerified: (domain: string, tlsFacts: string) => Statement;
  /** How long a channel may stay unverified before that. */
  readonly fallbackAfterMs: () => number;
  /** Called when a report was queued. */
  readonly onQueued: () => void;
}

/** Our own faults defer a delivery; after this many in a row a person is told by the log, and it goes on waiting. */
const HINDERED_ALARM_AFTER = 3;

export async function recordOutcome(
  delivery: DeliveryRow,
  outcome: AttemptOutcome,
  options: RecordOptions,
): Promise<void> {
  switch (outcome.kind) {
    case 'captured':
      await settle(delivery, 'captured', NO_REPLY, 'delivery-captured', [outcome.statement], options);
      break;
    case 'accepted':
      await handOver(delivery, outcome, options);
      break;
    case 'rejected':
      await fail(delivery, 'failed', attemptFacts(outcome), outcome, options);
      break;
    case 'deferred':
      if (isTimeForFallback(delivery, outcome, options)) await fallBack(delivery, outcome, options);
      else await defer(delivery, attemptFacts(outcome), outcome, options);
      break;
    case 'hindered':
      await hinder(delivery, outcome.code, options);
      break;
    case 'forged':
      await stopForged(delivery, options);
      break;
  }
  options.steps.reach('delivery-recorded');
}

/** Who asked for a report of success gets one from the next hop, or from us where that sends none. */
async function handOver(
  delivery: DeliveryRow,
  outcome: AttemptOutcome & { readonly kind: 'accepted' },
  options: RecordOptions,
): Promise<void> {
  const report = outcome.dsnPassedOn ? null : await passedOnReport(delivery, outcome.nextHop, options);
  const extra = [...verifiedChannel(delivery, outcome.tls, options), ...(report?.statements ?? [])];
  try {
    await settle(delivery, 'handed-over', attemptFacts(outcome), 'delivery-handed-over', extra, options);
  } catch (error) {
    await report?.abandon(error);
    throw error;
  }
  if (report !== null) options.onQueued();
}

/** The mail is handed over: what stands in the way of telling so must not have it sent again. */
async function passedOnReport(
  delivery: DeliveryRow,
  nextHop: string,
  { reports, log }: RecordOptions,
): Promise<WrittenMailStatements | null> {
  try {
    return await reports.passedOn(delivery, nextHop);
  } catch (error) {
    log.error('a report of success could not be written', { deliveryId: delivery.id, error });
    return null;
  }
}

/** For the partner directory: the last time that the channel to a domain was verified and used. */
function verifiedChannel(delivery: DeliveryRow, tls: TlsFacts | null, options: RecordOptions): Statement[] {
  if (delivery.tlsRequirement !== 'verified' || tls === null) return [];
  return [options.recordVerified(delivery.domain, JSON.stringify(tls))];
}

const NO_REPLY: AttemptFacts = { reply: '', enhancedStatus: null, tlsFacts: null };

function attemptFacts(outcome: {
  readonly reply: string;
  readonly enhanced?: string | null;
  readonly tls: TlsFacts | null;
}): AttemptFacts {
  return {
    reply: outcome.reply,
    enhancedStatus: outcome.enhanced ?? null,
    tlsFacts: outcome.tls === null ? null : JSON.stringify(outcome.tls),
  };
}

/** A next hop that has answered 250 hands over; what happens behind it only its bounces can tell. */
async function settle(
  delivery: DeliveryRow,
  state: 'handed-over' | 'captured',
  facts: AttemptFacts,
  event: 'delivery-handed-over' | 'delivery-captured',
  extra: readonly Statement[],
  options: RecordOptions,
): Promise<void> {
  const reached: RecipientState = delivery.kind === 'notice' ? 'notified' : 'handed-over';
  const results = await options.database.commit([
    options.queue.settle(delivery, state, facts),
    ...extra,
    ...recipientState(delivery, reached, facts, options),
    auditEntry(delivery, event, facts, options),
    ...options.queue.destroySpoolWrapWhenDone(delivery.messageId),
  ]);
  // The last statement destroys the spool wrap if nobody needs it any more; then the key in memory goes too.
  if ((results.at(-1)?.rowCount ?? 0) > 0) options.content.forget(delivery.messageId);
}

/** An uncertain one may have arrived: it is tried the same way again, not a second way. */
function isTimeForFallback(
  delivery: DeliveryRow,
  outcome: AttemptOutcome & { readonly kind: 'deferred' },
  options: RecordOptions,
): boolean {
  const at = fallbackAt(delivery, options);
  if (at === null || outcome.uncertain) return false;
  // A server that was verified and has no time now is worth waiting for; one that can't be verified is not.
  const notVerified = outcome.stage === 'connect' || outcome.stage === 'tls';
  return (delivery.urgent === 1 && notVerified) || options.clock.now() >= at;
}

/** Null for mail that needs no verified channel. */
function fallbackAt(delivery: DeliveryRow, options: RecordOptions): number | null {
  return delivery.tlsRequirement === 'verified' ? delivery.createdAt + options.fallbackAfterMs() : null;
}

async function fallBack(
  delivery: DeliveryRow,
  outcome: ReportedAttempt & { readonly tls: TlsFacts | null; readonly uncertain: boolean },
  options: RecordOptions,
): Promise<void> {
  const facts = attemptFacts(outcome);
  let protection: PreparedFallback | null;
  try {
    protection = await options.fallback.prepare(delivery, outcome.reply);
  } catch (error) {
    if (errorCode(error) !== 'too-large') throw error;
    protection = null;
  }
  if (protection === null) {
    await fail(delivery, 'failed', facts, outcome, options);
    return;
  }
  try {
    await options.database.commit([
      options.queue.settle(delivery, 'cancelled', facts),
      ...protection.statements,
      ...options.queue.destroySpoolWrapWhenDone(delivery.messageId),
    ]);
  } catch (error) {
    await protection.abandon(error);
    throw error;
  }
  options.content.forget(delivery.messageId);
  options.log.warn('a channel could not be verified; the mail goes as a secure message', {
    deliveryId: delivery.id,
  });
  options.onQueued();
}

async function fail(
  delivery: DeliveryRow,
  state: 'failed' | 'expired',
  facts: AttemptFacts,
  attempt: ReportedAttempt,
  options: RecordOptions,
): Promise<void> {
  const report = await options.reports.failure(delivery, attempt);
  try {
    await options.database.commit([
      options.queue.settle(delivery, state, facts),
      ...recipientState(delivery, state, facts, options),
      auditEntry(delivery, state === 'failed' ? 'delivery-failed' : 'delivery-expired', facts, options),
      ...(report?.statements ?? []),
      ...options.queue.destroySpoolWrapWhenDone(delivery.messageId),
    ]);
  } catch (error) {
    await report?.abandon(error);
    throw error;
  }
  options.content.forget(delivery.messageId);
  options.log.warn(`a delivery ${state}`, {
    deliveryId: delivery.id,
    outcome: state,
    code: facts.enhancedStatus ?? 'none',
  });
  if (report !== null) options.onQueued();
}

async function defer(
  delivery: DeliveryRow,
  facts: AttemptFacts,
  outcome: ReportedAttempt & { readonly uncertain: boolean },
  options: RecordOptions,
): Promise<void> {
  const now = options.clock.now();
  if (now >= delivery.expiresAt) {
    await fail(delivery, 'expired', facts, outcome, options);
    return;
  }
  const tellNow = delivery.delayReportedAt === null && now - delivery.createdAt >= DELAY_REPORT_AFTER_MS;
  const report = tellNow ? await options.reports.delay(delivery, outcome) : null;
  try {
    await options.database.commit([
      options.queue.defer(delivery, facts, {
        delayReported: tellNow,
        decisionAt: fallbackAt(delivery, options),
      }),
      auditEntry(delivery, outcome.uncertain ? 'delivery-uncertain' : 'delivery-deferred', facts, options),
      ...(report?.statements ?? []),
    ]);
  } catch (error) {
    await report?.abandon(error);
    throw error;
  }
  if (report !== null) options.onQueued();
}

async function hinder(delivery: DeliveryRow, code: string, options: RecordOptions): Promise<void> {
  const facts: AttemptFacts = { reply: `not attempted: ${code}`, enhancedStatus: '4.3.0', tlsFacts: null };
  if (delivery.attempts + 1 >= HINDERED_ALARM_AFTER) {
    options.log.error('a delivery keeps failing on our side', {
      deliveryId: delivery.id,
      code,
      count: delivery.attempts + 1,
    });
  }
  await defer(
    delivery,
    facts,
    { reply: facts.reply, enhanced: '4.3.0', nextHop: null, uncertain: false },
    options,
  );
}

function recipientState(
  delivery: DeliveryRow,
  state: RecipientState,
  facts: AttemptFacts,
  options: RecordOptions,
): Statement[] {
  const decidesFate = delivery.kind === 'relay' || delivery.kind === 'notice';
  if (delivery.recipientId === null || !decidesFate) return [];
  return [
    settleRecipient(options.database.query, {
      state,
      reply: facts.reply,
      now: options.clock.now(),
      id: delivery.recipientId,
    }),
  ];
}

function auditEntry(
  delivery: DeliveryRow,
  event: Parameters<AuditLog['entry']>[0]['event'],
  facts: AttemptFacts,
  options: RecordOptions,
): Statement {
  return options.audit.entry({
    event,
    messageId: delivery.messageId,
    recipientId: delivery.recipientId,
    facts: {
      delivery: delivery.id,
      kind: delivery.kind,
      to: delivery.recipient,
      attempt: delivery.attempts + 1,
      reply: facts.reply.slice(0, 200),
      tls: facts.tlsFacts,
    },
  });
}
