/** What staff see of the directory: each partner with what is known of its channel, its agreement and its warnings. */
import { Type, type Static } from 'typebox';

import type { Database } from '#src/storage/database.ts';
import type { DomainChannelsTable, PartnerAgreementsTable } from '#src/storage/tables.ts';

import type { DirectoryEntry } from './directory.ts';
import type { ProbedServer } from './probe.ts';
import { agreementHasEnded } from './warnings.ts';

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
/** Milliseconds since 1970. */
const Moment = orNull(Type.Integer());
const Words = orNull(Type.String());

export const ChannelState = Type.Object({
  /** Null: never looked at. */
  outcome: orNull(
    Type.Union([Type.Literal('verified'), Type.Literal('not-verified'), Type.Literal('unreachable')]),
  ),
  probedAt: Moment,
  how: Words,
  why: Words,
  certificateExpiresAt: Moment,
  policyId: Words,
  policyExpiresAt: Moment,
  /** The last mail handed over on a verified channel, as `TLSv1.3 <cipher>`. */
  verifiedAt: Moment,
  verifiedTls: Words,
  inboundAt: Moment,
  inboundTls: Words,
});
export type ChannelState = Static<typeof ChannelState>;

export const AgreementState = Type.Object({
  status: Type.Union([Type.Literal('none'), Type.Literal('signed'), Type.Literal('expired')]),
  signedOn: Words,
  expiresOn: Words,
  keptAt: Words,
  /** Whom to ask there. */
  contact: Words,
});
export type AgreementState = Static<typeof AgreementState>;

export const DomainStatus = Type.Object({
  domain: Type.String(),
  source: Type.Union([Type.Literal('file'), Type.Literal('managed'), Type.Literal('refused')]),
  tls: Type.Union([Type.Literal('pkix'), Type.Literal('dane'), Type.Literal('mta-sts')]),
  /** `host:port`; null: its own mail servers. */
  nextHop: Words,
  channel: ChannelState,
  agreement: AgreementState,
  warnings: Type.Array(
    Type.Object({ kind: Type.String(), since: Type.Integer(), why: Words, until: Moment }),
  ),
});
export type DomainStatus = Static<typeof DomainStatus>;

export interface Suggestion {
  readonly domain: string;
  readonly mails: number;
  readonly channel: ChannelState;
}

const NEVER_PROBED: ChannelState = {
  outcome: null,
  probedAt: null,
  how: null,
  why: null,
  certificateExpiresAt: null,
  policyId: null,
  policyExpiresAt: null,
  verifiedAt: null,
  verifiedTls: null,
  inboundAt: null,
  inboundTls: null,
};

/** In the order of `entries`. */
export async function domainStatuses(
  { query }: Pick<Database, 'query'>,
  entries: readonly DirectoryEntry[],
  now: number,
): Promise<readonly DomainStatus[]> {
  const domains = entries.map(({ domain }) => domain);
  const channels = await channelStates({ query }, domains);
  const agreements = new Map(
    (await query.selectFrom('partner_agreements').selectAll().execute()).map((row) => [row.domain, row]),
  );
  const warnings = await query.selectFrom('partner_warnings').selectAll().orderBy('since').execute();
  return entries.map(({ domain, source, tls, nextHop }) => ({
    domain,
    source,
    tls,
    nextHop: nextHop === null ? null : `${nextHop.host}:${nextHop.port}`,
    channel: channels.get(domain) ?? NEVER_PROBED,
    agreement: agreementState(agreements.get(domain), now),
    warnings: warnings
      .filter((warning) => warning.domain === domain)
      .map(({ kind, since, why, until }) => ({ kind, since, why, until })),
  }));
}

/** What is known of a domain's channel, partner or not. */
export async function channelState(database: Pick<Database, 'query'>, domain: string): Promise<ChannelState> {
  return (await channelStates(database, [domain])).get(domain) ?? NEVER_PROBED;
}

/** Those that most mail goes to first. */
export async function suggestions({ query }: Pick<Database, 'query'>): Promise<readonly Suggestion[]> {
  const rows = await query
    .selectFrom('partner_suggestions')
    .select(['domain', 'mails'])
    .orderBy('mails', 'desc')
    .orderBy('domain')
    .execute();
  const channels = await channelStates(
    { query },
    rows.map(({ domain }) => domain),
  );
  return rows.map(({ domain, mails }) => ({ domain, mails, channel: channels.get(domain) ?? NEVER_PROBED }));
}

/** The servers that the last probe of a domain saw. */
export async function probedServers(
  { query }: Pick<Database, 'query'>,
  domain: string,
): Promise<readonly ProbedServer[]> {
  const row = await query
    .selectFrom('domain_channels')
    .select('servers')
    .where('domain', '=', domain)
    .executeTakeFirst();
  return row?.servers == null ? [] : (JSON.parse(row.servers) as ProbedServer[]);
}

export interface HistoryLine {
  readonly at: number;
  readonly kind: string;
  readonly facts: Readonly<Record<string, string | number | null>>;
}

/** The newest first. */
export async function domainHistory(
  { query }: Pick<Database, 'query'>,
  domain: string,
  limit: number,
): Promise<readonly HistoryLine[]> {
  const rows = await query
    .selectFrom('partner_events')
    .select(['at', 'kind', 'facts'])
    .where('domain', '=', domain)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ at, kind, facts }) => ({
    at,
    kind,
    facts: JSON.parse(facts) as HistoryLine['facts'],
  }));
}

const DOMAINS_ASKED_AT_ONCE = 500;

async function channelStates(
  { query }: Pick<Database, 'query'>,
  domains: readonly string[],
): Promise<ReadonlyMap<string, ChannelState>> {
  const states = new Map<string, ChannelState>();
  for (let start = 0; start < domains.length; start += DOMAINS_ASKED_AT_ONCE) {
    const rows = await query
      .selectFrom('domain_channels')
      .selectAll()
      .where('domain', 'in', domains.slice(start, start + DOMAINS_ASKED_AT_ONCE))
      .execute();
    for (const row of rows) states.set(row.domain, stateOf(row));
  }
  return states;
}

function stateOf(row: DomainChannelsTable): ChannelState {
  return {
    outcome: row.outcome,
    probedAt: row.probedAt,
    how: row.how,
    why: row.why,
    certificateExpiresAt: row.certificateExpiresAt,
    policyId: row.policyId,
    policyExpiresAt: row.policyExpiresAt,
    verifiedAt: row.verifiedAt,
    verifiedTls: row.verifiedTls === null ? null : tlsInWords(row.verifiedTls),
    inboundAt: row.inboundAt,
    inboundTls: row.inboundTls,
  };
}

/** JSON of TLS facts → `TLSv1.3 <cipher>`. */
function tlsInWords(json: string): string {
  const { version, cipher } = JSON.parse(json) as { version?: string; cipher?: string };
  return `${version ?? '?'} ${cipher ?? '?'}`;
}

function agreementState(row: PartnerAgreementsTable | undefined, now: number): AgreementState {
  if (row === undefined)
    return { status: 'none', signedOn: null, expiresOn: null, keptAt: null, contact: null };
  const { signedOn, expiresOn, keptAt, contact } = row;
  return {
    status: agreementHasEnded(row, now) ? 'expired' : row.status,
    signedOn,
    expiresOn,
    keptAt,
    contact,
  };
}
