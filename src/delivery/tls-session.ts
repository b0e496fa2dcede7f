/**
 * What one connection says about the TLS policy that its domain publishes, in the words of TLS reporting (RFC 8460
 * section 4.3). Only policies of the domain count: what a partner's entry asks for is between us and our operator.
 * Knows nothing of reports.
 */
import type { MtaStsPolicy } from '#src/routing/mta-sts-policy.ts';
import type { MtaStsResult } from '#src/routing/mta-sts.ts';
import type { PlannedHost, RoutePlan } from '#src/routing/route-plan.ts';
import type { NextHop, TransmitOutcome } from '#src/smtp/client/transmit.ts';

/** As it stands in a report (RFC 8460 section 4.4). */
export interface PublishedPolicy {
  readonly type: 'tlsa' | 'sts' | 'no-policy-found';
  readonly strings: readonly string[];
  /** The recipients' domain; of a TLSA policy the name under which the records are. */
  readonly domain: string;
  /** Patterns of an MTA-STS policy. */
  readonly mxHosts: readonly string[];
}

export type TlsFailureType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-not-trusted'
  | 'certificate-expired'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

export interface TlsSession {
  /** The recipients' domain. */
  readonly domain: string;
  readonly policy: PublishedPolicy;
  readonly result: 'success' | TlsFailureType;
  /** Empty where no server fits the policy. */
  readonly mxHost: string;
  readonly receivingIp: string;
}

export interface TriedHop {
  readonly domain: string;
  readonly host: PlannedHost;
  readonly hop: NextHop;
  readonly mtaSts: MtaStsResult | null;
}

/** null where the connection says nothing: there was none, or no policy of the domain was looked at. */
export function tlsSessionOf(tried: TriedHop, outcome: TransmitOutcome): TlsSession | null {
  if (outcome.kind !== 'accepted' && outcome.stage === 'connect') return null;
  const policy = publishedPolicy(tried);
  if (policy === null) return null;
  const { domain, host, hop, mtaSts } = tried;
  const result = policyFault(host, mtaSts) ?? connectionResult(outcome);
  return { domain, policy, result, mxHost: host.host, receivingIp: hop.host };
}

/** The domain's own policy allows none of its servers (RFC 8461 section 4.1). */
export function sessionWithoutServer(
  domain: string,
  plan: Exclude<RoutePlan, { kind: 'hosts' }>,
): TlsSession | null {
  const mtaSts = plan.kind === 'defer' ? plan.mtaSts : null;
  if (mtaSts?.kind !== 'policy' || mtaSts.policy.mode !== 'enforce') return null;
  const policy = stsPolicy(domain, mtaSts.policy);
  return { domain, policy, result: 'validation-failure', mxHost: '', receivingIp: '' };
}

function publishedPolicy({ domain, host, mtaSts }: TriedHop): PublishedPolicy | null {
  const { verify, servername } = host;
  switch (verify.kind) {
    case 'dane': {
      const strings = verify.records.map(({ usage, selector, matchingType, data }) =>
        [usage, selector, matchingType, data.toString('hex')].join(' '),
      );
      return { type: 'tlsa', strings, domain: servername, mxHosts: [] };
    }
    case 'encrypted':
      return { type: 'tlsa', strings: [], domain: servername, mxHosts: [] };
    case 'pkix':
      return verify.by === 'mta-sts' && mtaSts?.kind === 'policy' ? stsPolicy(domain, mtaSts.policy) : null;
    case 'none':
      return withoutProof(domain, mtaSts);
  }
}

function withoutProof(domain: string, mtaSts: MtaStsResult | null): PublishedPolicy | null {
  if (mtaSts?.kind === 'unknown') return { type: 'sts', strings: [], domain, mxHosts: [] };
  // In testing mode nothing was checked, so there is nothing to say.
  if (mtaSts?.kind === 'policy' && mtaSts.policy.mode !== 'none') return null;
  return { type: 'no-policy-found', strings: [], domain, mxHosts: [] };
}

function stsPolicy(domain: string, { mode, mx, fetchedMs, expiresMs }: MtaStsPolicy): PublishedPolicy {
  const maxAge = Math.round((expiresMs - fetchedMs) / 1_000);
  const strings = [
    'version: STSv1',
    `mode: ${mode}`,
    ...mx.map((pattern) => `mx: ${pattern}`),
    `max_age: ${maxAge}`,
  ];
  return { type: 'sts', strings, domain, mxHosts: mx };
}

/** What is wrong with the policy itself, whatever the connection was like. */
function policyFault({ verify }: PlannedHost, mtaSts: MtaStsResult | null): TlsFailureType | null {
  if (verify.kind === 'encrypted') return 'tlsa-invalid';
  if (verify.kind !== 'none' || mtaSts?.kind !== 'unknown') return null;
  const { problem } = mtaSts;
  if (/cert|self_signed|altname|issuer/iu.test(problem)) return 'sts-webpki-invalid';
  return /invalid_policy|invalid_|unexpected_|_sts_/iu.test(problem)
    ? 'sts-policy-invalid'
    : 'sts-policy-fetch-error';
}

function connectionResult(outcome: TransmitOutcome): TlsSession['result'] {
  if (outcome.kind !== 'accepted' && outcome.stage === 'tls')
    // A status code is the server's: it answered STARTTLS instead of doing it.
    return outcome.enhanced === null ? failureType(outcome.reply) : 'starttls-not-supported';
  return outcome.tls === null ? 'starttls-not-supported' : 'success';
}

const BY_WORDS: readonly (readonly [RegExp, TlsFailureType])[] = [
  [/has expired|not yet valid|is out of date/iu, 'certificate-expired'],
  [/altname|no name in|hostname|is for another name/iu, 'certificate-host-mismatch'],
  [/self[- ]signed|unable to (?:get|verify)|unknown authority|not trusted/iu, 'certificate-not-trusted'],
  [
    /starttls|not encrypted|\behlo\b|not (?:implemented|supported|recognized)|unknown command/iu,
    'starttls-not-supported',
  ],
];

/** `why`: what the client, node or OpenSSL says of a failed handshake or check. */
function failureType(why: string): TlsFailureType {
  return BY_WORDS.find(([words]) => words.test(why))?.[1] ?? 'validation-failure';
}
