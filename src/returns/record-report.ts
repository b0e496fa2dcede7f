/**
 * A report about a notice → statements of one unit: the recipient's state, the audit entry, the mail that tells the
 * author. Only a failure of a notice that was handed over and not opened changes anything, and only once; everything
 * else is an audit entry.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { WrittenMailStatements } from '#src/queue/written-mails.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import type { Recognised } from './recognise.ts';
import { findNoticeDelivery, type ReturnTarget } from './return-target.ts';

/** Writes the mail that tells the author of a failed notice; delivery's failure reports do. */
export interface AuthorReports {
  /** Null where nobody is told. */
  failure(
    delivery: DeliveryRow,
    attempt: {
      /** Empty where no server's reply is known. */
      readonly reply: string;
      readonly enhanced: string | null;
      readonly nextHop: string | null;
    },
  ): Promise<WrittenMailStatements | null>;
}

export interface RecordTools {
  readonly database: Pick<Database, 'query'>;
  readonly audit: AuditLog;
  readonly reports: AuthorReports;
  readonly clock: Clock;
}

/** Who brought it, for the audit entry (the TLS of what comes to us is counted there). */
export interface Origin {
  readonly remoteAddress: string;
  readonly tls: string;
}

export interface Recorded {
  readonly statements: readonly Statement[];
  /** The mail to the author, where there is one; to be abandoned when the unit is not committed. */
  readonly written: WrittenMailStatements | null;
}

type Report = Extract<Recognised, { kind: 'report' }>;

/** The next hop has it, and our own record of that is still on its way: the bounce was faster. */
export function isTooEarly(target: ReturnTarget, report: Report): boolean {
  return report.action === 'failed' && target.state === 'queued';
}

export async function recordReport(
  target: ReturnTarget,
  report: Report,
  origin: Origin,
  tools: RecordTools,
): Promise<Recorded> {
  const changes = report.action === 'failed' && target.state === 'notified' && target.firstOpenedAt === null;
  if (!changes) {
    const what = report.action === 'failed' ? 'failed-without-effect' : report.action;
    return { statements: [auditEntry('mail-returned', target, report, origin, tools, what)], written: null };
  }
  const notice = await findNoticeDelivery(tools.database, target.recipientId);
  const attempt = { reply: report.reply ?? '', enhanced: report.status, nextHop: report.remoteHost };
  const written = notice === undefined ? null : await tools.reports.failure(notice, attempt);
  const statements = [
    failRecipient(target, report, tools),
    auditEntry('notice-bounced', target, report, origin, tools, report.action),
    ...(written?.statements ?? []),
  ];
  return { statements, written };
}

function failRecipient({ recipientId }: ReturnTarget, report: Report, tools: RecordTools): Statement {
  return statement(
    tools.database.query
      .updateTable('recipients')
      .set({
        state: 'failed',
        lastReply: report.reply ?? report.status ?? 'returned',
        settledAt: tools.clock.now(),
      })
      .where('id', '=', recipientId)
      .where('state', '=', 'notified')
      .where('firstOpenedAt', 'is', null),
    exactlyOne,
  );
}

function auditEntry(
  event: 'notice-bounced' | 'mail-returned',
  { messageId, recipientId, canonicalAddress }: ReturnTarget,
  report: Report,
  origin: Origin,
  { audit }: RecordTools,
  what: string,
): Statement {
  const { status, reply, source, remoteHost } = report;
  return audit.entry({
    event,
    messageId,
    recipientId,
    facts: {
      what,
      to: canonicalAddress,
      status,
      reply: reply === null ? null : reply.slice(0, 200),
      server: remoteHost,
      source,
      from: origin.remoteAddress,
      tls: origin.tls,
    },
  });
}
