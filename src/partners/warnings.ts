/**
 * What an administrator should know before mail to a partner takes another way than they think. Pure: a probe or an
 * agreement in, warnings out. A warning is told once for each stage, and again when it becomes more urgent.
 */
import { DAY_MS } from '#src/base/clock.ts';
import type { PartnerWarningKind } from '#src/notification/words.ts';

import type { ProbeResult } from './probe.ts';

export const CHANNEL_WARNINGS = [
  'route-broken',
  'server-not-verified',
  'certificate-expires',
  'policy-not-confirmed',
] as const satisfies readonly PartnerWarningKind[];
export type { PartnerWarningKind };

export interface PartnerWarning {
  readonly domain: string;
  readonly kind: PartnerWarningKind;
  readonly stage: number;
  readonly why: string | null;
  /** The moment that it warns of. */
  readonly until: number | null;
}

export interface Agreement {
  readonly domain: string;
  readonly status: 'none' | 'signed';
  /** `YYYY-MM-DD`; null: it does not end by itself. */
  readonly expiresOn: string | null;
}

const CERTIFICATE_DAYS = [21, 7, 0] as const;
const AGREEMENT_DAYS = [60, 30, 7, 0] as const;
/** After its end one is reminded again and again. */
const AFTER_END_DAYS = 30;

/** `before`: what the probe before this one found. */
export function channelWarnings(
  result: ProbeResult,
  before: { readonly outcome: ProbeResult['outcome'] | null } | null,
): readonly PartnerWarning[] {
  const { domain, outcome, why, servers, certificateExpiresAt, policy, at } = result;
  const warn = (
    kind: PartnerWarningKind,
    more: Partial<Pick<PartnerWarning, 'stage' | 'why' | 'until'>>,
  ): PartnerWarning => ({ domain, kind, stage: 1, why: null, until: null, ...more });
  const warnings: PartnerWarning[] = [];
  // Once may be a passing fault of the network.
  const stillUnreachable = outcome === 'unreachable' && before !== null && before.outcome !== 'verified';
  if (outcome === 'not-verified' || stillUnreachable) warnings.push(warn('route-broken', { why }));
  if (outcome === 'verified' && servers.some(({ verified }) => !verified))
    warnings.push(warn('server-not-verified', { why }));
  const stage = certificateExpiresAt === null ? 0 : stageOf(certificateExpiresAt - at, CERTIFICATE_DAYS);
  if (stage > 0) warnings.push(warn('certificate-expires', { stage, until: certificateExpiresAt }));
  if (policy !== null && policy.problem !== null)
    warnings.push(warn('policy-not-confirmed', { why: policy.problem, until: policy.expiresAt }));
  return warnings;
}

/** Days are those of UTC; the last one counts whole. */
export function agreementWarning(agreement: Agreement, now: number): PartnerWarning | null {
  if (agreement.status !== 'signed' || agreement.expiresOn === null) return null;
  const until = Date.parse(`${agreement.expiresOn}T00:00:00Z`);
  const leftMs = until + DAY_MS - now;
  let stage = stageOf(leftMs, AGREEMENT_DAYS);
  if (stage === 0) return null;
  if (leftMs <= 0) stage += Math.floor(-leftMs / (AFTER_END_DAYS * DAY_MS));
  return { domain: agreement.domain, kind: 'agreement-ends', stage, why: null, until };
}

export function agreementHasEnded(agreement: Agreement, now: number): boolean {
  if (agreement.status !== 'signed' || agreement.expiresOn === null) return false;
  return Date.parse(`${agreement.expiresOn}T00:00:00Z`) + DAY_MS <= now;
}

/** 0 while there is more time than the first limit. */
function stageOf(leftMs: number, limitsDays: readonly number[]): number {
  return limitsDays.filter((days) => leftMs <= days * DAY_MS).length;
}
