/** What is kept of the channel to a domain, as statements of the unit of work that makes it true. */
import type { Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import { insertRow } from '#src/storage/prepared.ts';
import type { DomainChannelsTable } from '#src/storage/tables.ts';

import type { ProbeResult } from './probe.ts';

type Query = Database['query'];

const MAX_WHY_CHARACTERS = 500;

export function recordProbe(query: Query, clock: Clock, result: ProbeResult): Statement[] {
  const { domain, at, outcome, setting, how, policy, certificateExpiresAt } = result;
  const why = result.why?.slice(0, MAX_WHY_CHARACTERS) ?? null;
  return [
    upsert(query, domain, {
      probedAt: at,
      outcome,
      setting,
      how,
      why,
      servers: JSON.stringify(result.servers),
      certificateExpiresAt,
      policyId: policy?.id ?? null,
      policyExpiresAt: policy?.expiresAt ?? null,
    }),
    insertRow(query, 'partner_events', {
      id: newId(clock),
      domain,
      at,
      kind: 'probe',
      facts: JSON.stringify({ outcome, how, why, certificateExpiresAt, policy: policy?.id ?? null }),
    }),
  ];
}

/** A mail was handed over on a channel that was verified; `tls`: JSON of its TLS facts. */
export function recordVerifiedDelivery(query: Query, domain: string, at: number, tls: string): Statement {
  return upsert(query, domain, { verifiedAt: at, verifiedTls: tls });
}

/** A mail came back for a recipient there; `tls`: `TLSv1.3 <cipher>`, or `none`. */
export function recordInbound(query: Query, domain: string, at: number, tls: string): Statement {
  return upsert(query, domain, { inboundAt: at, inboundTls: tls });
}

function upsert(
  query: Query,
  domain: string,
  values: Partial<Omit<DomainChannelsTable, 'domain'>>,
): Statement {
  return statement(
    query
      .insertInto('domain_channels')
      .values({ domain, ...values })
      .onConflict((conflict) => conflict.column('domain').doUpdateSet(values)),
  );
}
