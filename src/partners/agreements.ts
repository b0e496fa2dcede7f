/** The business associate agreement with a partner: a note of what was signed, for whom, and until when. */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';
import type { PartnerAgreementsTable } from '#src/storage/tables.ts';

export type AgreementNote = Pick<
  PartnerAgreementsTable,
  'domain' | 'status' | 'signedOn' | 'expiresOn' | 'keptAt'
> & {
  /** Whom to ask there; left out: as it was. */
  readonly contact?: string | null;
};

export interface AgreementTools {
  readonly database: Pick<Database, 'query'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

/** `YYYY-MM-DD` of the calendar, else null. */
export function parseDay(text: string): string | null {
  const match = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return match !== null && !Number.isNaN(match.getTime()) && match.toISOString().startsWith(text)
    ? text
    : null;
}

/** The statements that note it, with the audit entry. `by`: who did it. */
export function noteAgreement(note: AgreementNote, by: string, tools: AgreementTools): Statement[] {
  const { database, audit, clock } = tools;
  const { domain, ...values } = note;
  const row = { ...values, changedAt: clock.now(), changedBy: by };
  const upsert = database.query
    .insertInto('partner_agreements')
    .values({ domain, ...row })
    .onConflict((conflict) => conflict.column('domain').doUpdateSet(row));
  const facts = { by, ...values };
  return [
    statement(upsert, exactlyOne),
    audit.entry({ event: 'partner-agreement-changed', facts: { domain, ...facts } }),
    insertRow(database.query, 'partner_events', {
      id: newId(clock),
      domain,
      at: clock.now(),
      kind: 'agreement',
      facts: JSON.stringify(facts),
    }),
  ];
}
