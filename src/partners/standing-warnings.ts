/**
 * Holds the warnings that were found against those that stand: what is new or more urgent is told, what is over goes.
 * Only prepares: the caller commits the statements together with the mail that tells of them.
 */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';

import type { PartnerWarning, PartnerWarningKind } from './warnings.ts';

export interface WarningTools {
  readonly database: Pick<Database, 'query'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}

export interface SettledWarnings {
  readonly statements: readonly Statement[];
  /** To be told now. */
  readonly fresh: readonly PartnerWarning[];
}

/** `found`: all warnings of `kinds` about `domain`. */
export async function settleWarnings(
  domain: string,
  kinds: readonly PartnerWarningKind[],
  found: readonly PartnerWarning[],
  tools: WarningTools,
): Promise<SettledWarnings> {
  const standing = await tools.database.query
    .selectFrom('partner_warnings')
    .selectAll()
    .where('domain', '=', domain)
    .where('kind', 'in', [...kinds])
    .execute();
  const statements: Statement[] = [];
  const fresh: PartnerWarning[] = [];
  for (const warning of found) {
    const known = standing.find(({ kind }) => kind === warning.kind);
    const isFresh = known === undefined || known.stage < warning.stage;
    const hasChanged = isFresh || known.until !== warning.until || known.why !== warning.why;
    if (isFresh) {
      fresh.push(warning);
      statements.push(...told(warning, tools));
    }
    if (hasChanged) statements.push(store(warning, tools));
  }
  for (const { kind } of standing) {
    if (!found.some((warning) => warning.kind === kind)) statements.push(...end(domain, kind, tools));
  }
  return { statements, fresh };
}

function told(warning: PartnerWarning, { database, audit, clock }: WarningTools): Statement[] {
  const { domain, kind, stage, why, until } = warning;
  const facts = { kind, stage, why: why?.slice(0, 200) ?? null, until };
  return [
    audit.entry({ event: 'partner-warning', facts: { domain, ...facts } }),
    insertRow(database.query, 'partner_events', {
      id: newId(clock),
      domain,
      at: clock.now(),
      kind: 'warning',
      facts: JSON.stringify(facts),
    }),
  ];
}

function store(warning: PartnerWarning, { database, clock }: WarningTools): Statement {
  const { stage, why, until } = warning;
  return statement(
    database.query
      .insertInto('partner_warnings')
      .values({ ...warning, since: clock.now() })
      .onConflict((conflict) => conflict.columns(['domain', 'kind']).doUpdateSet({ stage, why, until })),
    exactlyOne,
  );
}

function end(domain: string, kind: string, { database, audit, clock }: WarningTools): Statement[] {
  const { query } = database;
  return [
    statement(query.deleteFrom('partner_warnings').where('domain', '=', domain).where('kind', '=', kind)),
    audit.entry({ event: 'partner-warning-over', facts: { domain, kind } }),
    insertRow(query, 'partner_events', {
      id: newId(clock),
      domain,
      at: clock.now(),
      kind: 'warning-over',
      facts: JSON.stringify({ kind }),
    }),
  ];
}
