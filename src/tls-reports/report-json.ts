/** The report that a domain gets (RFC 8460 section 4): one day, by policy, successes and each kind of failure. */
import { DAY_MS } from '#src/base/clock.ts';
import type { PublishedPolicy } from '#src/delivery/tls-session.ts';
import type { TlsResultsTable } from '#src/storage/tables.ts';

export interface ReportIdentity {
  readonly organization: string;
  readonly contact: string;
  readonly reportId: string;
}

type Result = Pick<TlsResultsTable, 'policy' | 'result' | 'mxHost' | 'receivingIp' | 'sessions'>;

/** `day`: UTC, `2026-11-21`. */
export function reportJson(day: string, results: readonly Result[], identity: ReportIdentity) {
  const start = Date.parse(`${day}T00:00:00Z`);
  return {
    'organization-name': identity.organization,
    'date-range': { 'start-datetime': dateTime(start), 'end-datetime': dateTime(start + DAY_MS - 1_000) },
    'contact-info': identity.contact,
    'report-id': identity.reportId,
    policies: [...new Set(results.map(({ policy }) => policy))].map((policy) =>
      policyJson(
        JSON.parse(policy) as PublishedPolicy,
        results.filter((result) => result.policy === policy),
      ),
    ),
  };
}

/** RFC 3339, without fractions. */
function dateTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function policyJson({ type, strings, domain, mxHosts }: PublishedPolicy, results: readonly Result[]) {
  const failures = results.filter(({ result }) => result !== 'success');
  return {
    policy: {
      'policy-type': type,
      ...(strings.length > 0 && { 'policy-string': strings }),
      'policy-domain': domain,
      ...(mxHosts.length > 0 && { 'mx-host': mxHosts }),
    },
    summary: {
      'total-successful-session-count': total(results.filter(({ result }) => result === 'success')),
      'total-failure-session-count': total(failures),
    },
    ...(failures.length > 0 && { 'failure-details': failures.map((failure) => failureJson(failure)) }),
  };
}

function failureJson({ result, mxHost, receivingIp, sessions }: Result) {
  return {
    'result-type': result,
    ...(mxHost !== '' && { 'receiving-mx-hostname': mxHost }),
    ...(receivingIp !== '' && { 'receiving-ip': receivingIp }),
    'failed-session-count': sessions,
  };
}

function total(results: readonly Result[]): number {
  return results.reduce((sum, { sessions }) => sum + sessions, 0);
}
