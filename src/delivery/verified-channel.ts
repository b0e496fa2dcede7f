/**
 * Sends a mail over a channel that must be verified: straight to the domain's own servers, or to the one that the
 * configuration names for a partner, never through the general smarthost. A server that can't prove who it is gets no
 * MAIL command; then the next one is tried, then the mail waits.
 */
import type { Clock } from '#src/base/clock.ts';
import type { RoutePlan, TlsSetting } from '#src/routing/route-plan.ts';
import type { Routing } from '#src/routing/requirements.ts';
import type { NextHop, TransmitOutcome } from '#src/smtp/client/transmit.ts';

import { plannedHops } from './planned-hops.ts';

export interface VerifiedChannels {
  readonly routing: Routing;
  readonly clock: Clock;
  /** Trust anchors (PEM) beside those of the system. */
  readonly ca: readonly string[];
  /** How the servers of this domain prove who they are; a domain that is no partner any more: DANE or MTA-STS. */
  settingOf(domain: string): TlsSetting;
}

export type VerifiedOutcome = TransmitOutcome & { readonly nextHop: string };

/** Servers and addresses tried in one attempt; the rest is for the next one. */
const MAX_HOPS_TRIED = 6;

export async function sendVerified(
  domain: string,
  channels: VerifiedChannels,
  transmit: (hop: NextHop) => Promise<TransmitOutcome>,
): Promise<VerifiedOutcome> {
  const plan = await channels.routing.planRoute(domain, channels.settingOf(domain));
  if (plan.kind !== 'hosts') return withoutServer(domain, plan);
  const hops = plan.hosts.flatMap((host) =>
    plannedHops(host, channels.ca, channels.clock).map((hop) => ({
      hop,
      nextHop: `${host.host}:${host.port}`,
    })),
  );
  let last: VerifiedOutcome = withoutServer(domain, { kind: 'defer', why: 'no server has an address' });
  for (const { hop, nextHop } of hops.slice(0, MAX_HOPS_TRIED)) {
    // A plan for a verified channel never holds one that is not; if it did, nothing would be sent over it.
    if (hop.tls !== 'verified') continue;
    last = { ...(await transmit(hop)), nextHop };
    const worthAnother = last.kind === 'deferred' && (last.stage === 'connect' || last.stage === 'tls');
    if (!worthAnother) return last;
  }
  return last;
}

function withoutServer(domain: string, plan: Exclude<RoutePlan, { kind: 'hosts' }>): VerifiedOutcome {
  if (plan.kind === 'undeliverable') {
    const { why, enhanced } = plan;
    return { kind: 'rejected', reply: why, enhanced, stage: 'connect', tls: null, nextHop: domain };
  }
  // RFC 3463: X.7.5 cryptographic failure of a peer, X.4.3 directory server failure.
  const enhanced = plan.kind === 'not-authenticated' ? '4.7.5' : '4.4.3';
  return {
    kind: 'deferred',
    reply: plan.why,
    enhanced,
    stage: 'connect',
    uncertain: false,
    tls: null,
    nextHop: domain,
  };
}
