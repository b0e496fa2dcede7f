/**
 * Sends a mail straight to the servers of its domain, or to the one that the configuration names for a partner, in the
 * order of the plan: address after address, server after server, until one speaks. A server that can't prove what the
 * plan demands gets no MAIL command (RFC 7672 section 2.2, RFC 8461 section 5); then the next one is tried, then the
 * mail waits. Whether a mail may go unverified is the plan's matter and the route's, never chance's.
 */
import type { Clock } from '#src/base/clock.ts';
import type { PlannedHost, RoutePlan, TlsSetting } from '#src/routing/route-plan.ts';
import type { Routing } from '#src/routing/requirements.ts';
import type { NextHop, TransmitOutcome } from '#src/smtp/client/transmit.ts';

import { plannedHops } from './planned-hops.ts';
import type { Way } from './route.ts';
import { sessionWithoutServer, tlsSessionOf, type TlsSession } from './tls-session.ts';

export interface VerifiedChannels {
  readonly routing: Routing;
  readonly clock: Clock;
  /** Trust anchors (PEM) beside those of the system. */
  readonly ca: readonly string[];
  /** How the servers of this domain prove who they are; a domain that is no partner any more: DANE or MTA-STS. */
  settingOf(domain: string): TlsSetting;
}

export type PlannedOutcome = TransmitOutcome & { readonly nextHop: string };

export interface PlannedSending {
  readonly channels: Pick<VerifiedChannels, 'routing' | 'clock' | 'ca'>;
  readonly transmit: (hop: NextHop) => Promise<TransmitOutcome>;
  /** Told of each address that was tried: whether there was a connection. */
  readonly onTried?: (domain: string, address: string, reached: boolean) => void;
  /** Told of what each connection says about the domain's TLS policy. */
  readonly onTlsSession?: ((session: TlsSession) => void) | undefined;
}

/** Servers and addresses tried in one attempt; the rest is for the next one. */
const MAX_HOPS_TRIED = 6;
/** Where there are several servers, one with many addresses does not use up the tries. */
const MAX_ADDRESSES_OF_ONE = 3;

export async function sendByPlan(
  domain: string,
  { setting, atLeast }: Pick<Way & { kind: 'plan' }, 'setting' | 'atLeast'>,
  { channels, transmit, onTried, onTlsSession }: PlannedSending,
): Promise<PlannedOutcome> {
  const plan = await channels.routing.planRoute(domain, setting);
  const tell = (session: TlsSession | null): void => {
    if (session !== null) onTlsSession?.(session);
  };
  if (plan.kind !== 'hosts') {
    tell(sessionWithoutServer(domain, plan));
    return withoutServer(domain, plan);
  }
  let last: PlannedOutcome = withoutServer(domain, { kind: 'defer', why: 'no server has an address' });
  for (const { hop, host, nextHop } of hopsOf(plan, channels, atLeast)) {
    last = { ...(await transmit(hop)), nextHop };
    tell(tlsSessionOf({ domain, host, hop, mtaSts: plan.mtaSts }, last));
    onTried?.(domain, hop.host, !(last.kind === 'deferred' && last.unreachable === true));
    const worthAnother = last.kind === 'deferred' && (last.stage === 'connect' || last.stage === 'tls');
    if (!worthAnother) return last;
  }
  return last;
}

function hopsOf(
  { hosts }: RoutePlan & { kind: 'hosts' },
  channels: Pick<VerifiedChannels, 'clock' | 'ca'>,
  atLeast: (Way & { kind: 'plan' })['atLeast'],
): readonly { readonly hop: NextHop; readonly host: PlannedHost; readonly nextHop: string }[] {
  const most = hosts.length > 1 ? MAX_ADDRESSES_OF_ONE : MAX_HOPS_TRIED;
  return hosts
    .flatMap((host) =>
      plannedHops(host, channels.ca, channels.clock)
        .slice(0, most)
        .map((hop) => ({ hop: adjusted(hop, atLeast), host, nextHop: `${host.host}:${host.port}` })),
    )
    .filter(({ hop }) => atLeast !== 'verified' || hop.tls === 'verified')
    .slice(0, MAX_HOPS_TRIED);
}

/**
 * A plan for a verified channel never holds one that is not; if it did, nothing would be sent over it. `nothing`: a
 * report that the domain's TLS fails has to get through although it does (RFC 8460 section 5.3).
 */
function adjusted({ ...hop }: NextHop, atLeast: (Way & { kind: 'plan' })['atLeast']): NextHop {
  if (atLeast === 'nothing')
    return {
      host: hop.host,
      port: hop.port,
      servername: hop.servername,
      implicitTls: false,
      tls: 'opportunistic',
    };
  return atLeast === 'encrypted' && hop.tls === 'opportunistic' ? { ...hop, tls: 'encrypted' } : hop;
}

function withoutServer(domain: string, plan: Exclude<RoutePlan, { kind: 'hosts' }>): PlannedOutcome {
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
