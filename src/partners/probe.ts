/**
 * One look at the servers of a domain: plan the route, connect to each server, let it prove who it is, say goodbye. No
 * mail is sent, and nothing is stored here.
 */
import type { Clock } from '#src/base/clock.ts';
import { plannedHops } from '#src/delivery/planned-hops.ts';
import type { MtaSts } from '#src/routing/mta-sts.ts';
import type { Routing } from '#src/routing/requirements.ts';
import type { HostProof, PlannedHost, RoutePlan, TlsSetting } from '#src/routing/route-plan.ts';
import type { HopProbe } from '#src/smtp/client/probe.ts';
import type { NextHop, TlsFacts } from '#src/smtp/client/transmit.ts';

export interface ProbedServer {
  /** `name:port`, or the name where it was not asked. */
  readonly server: string;
  readonly verified: boolean;
  /** What it proves, or is to prove; `why` of routing's plan. */
  readonly how: string;
  /** What was wrong; null where nothing was. */
  readonly why: string | null;
  readonly tls: Pick<TlsFacts, 'version' | 'cipher' | 'fingerprint256'> | null;
  /** Null also where no date counts, because the key itself is pinned. */
  readonly certificateExpiresAt: number | null;
}

export interface ProbedPolicy {
  readonly id: string;
  readonly expiresAt: number;
  /** Why the kept policy could not be confirmed; a code. */
  readonly problem: string | null;
}

export interface ProbeResult {
  readonly domain: string;
  readonly at: number;
  readonly setting: TlsSetting['kind'];
  /** `unreachable`: can't be told now, may be better later. */
  readonly outcome: 'verified' | 'not-verified' | 'unreachable';
  /** How the first server that did proved who it is. */
  readonly how: string | null;
  readonly why: string | null;
  readonly servers: readonly ProbedServer[];
  /** The earliest of the servers that verify. */
  readonly certificateExpiresAt: number | null;
  readonly policy: ProbedPolicy | null;
}

export interface ProbeTools {
  readonly routing: Routing;
  /** Null where MTA-STS is not looked at. */
  readonly mtaSts: MtaSts | null;
  readonly ca: readonly string[];
  readonly clock: Clock;
  readonly probeHop: (hop: NextHop) => Promise<HopProbe>;
}

const MAX_SERVERS = 10;
const MAX_ADDRESSES = 2;
/** DANE-TA: the certificates below the authority must be in date. */
const USAGE_AUTHORITY = 2;

/** Rejects only with what the cache of policies throws. */
export async function probeDomain(
  domain: string,
  setting: TlsSetting,
  tools: ProbeTools,
): Promise<ProbeResult> {
  const at = tools.clock.now();
  const plan = await tools.routing.planRoute(domain, setting);
  const policy = await findPolicy(domain, setting, tools);
  const base = { domain, at, setting: setting.kind, policy };
  if (plan.kind !== 'hosts') return { ...base, ...withoutServers(plan) };
  const looks = await Promise.all(plan.hosts.slice(0, MAX_SERVERS).map((host) => look(host, tools)));
  const skipped = plan.skipped.map(({ host, why }) => ({
    server: host,
    verified: false,
    how: '',
    why,
    tls: null,
    certificateExpiresAt: null,
  }));
  return { ...base, ...judge(looks, skipped) };
}

interface Look {
  readonly server: ProbedServer;
  readonly answered: boolean;
}

function judge(looks: readonly Look[], skipped: readonly ProbedServer[]) {
  const servers = [...looks.map(({ server }) => server), ...skipped];
  const verified = servers.filter((server) => server.verified);
  const expiries = verified.flatMap(({ certificateExpiresAt }) => certificateExpiresAt ?? []);
  const problems = servers.flatMap(({ server, why }) => (why === null ? [] : [`${server}: ${why}`]));
  // A server that does not answer may be the right one; one that answers and can't prove it is not.
  const failed = looks.some(({ answered }) => answered) ? 'not-verified' : 'unreachable';
  return {
    outcome: verified.length > 0 ? ('verified' as const) : (failed as 'not-verified' | 'unreachable'),
    how: verified[0]?.how ?? null,
    why: problems.length === 0 ? null : problems.join('; '),
    servers,
    certificateExpiresAt: expiries.length === 0 ? null : Math.min(...expiries),
  };
}

async function look(host: PlannedHost, tools: ProbeTools): Promise<Look> {
  const name = { server: `${host.host}:${host.port}`, how: host.why };
  let why = 'no address';
  let answered = false;
  for (const hop of plannedHops(host, tools.ca, tools.clock).slice(0, MAX_ADDRESSES)) {
    const probed = await tools.probeHop(hop);
    if (probed.kind === 'fits' && probed.tls?.verified === true) {
      const { version, cipher, fingerprint256, certificateExpiresAt } = probed.tls;
      const server: ProbedServer = {
        ...name,
        verified: true,
        why: null,
        tls: { version, cipher, fingerprint256 },
        certificateExpiresAt: dateCounts(host.verify) ? certificateExpiresAt : null,
      };
      return { server, answered: true };
    }
    why = probed.kind === 'failed' ? probed.why : 'nothing was verified';
    answered ||= probed.kind === 'fits' || probed.stage === 'tls';
  }
  return { server: { ...name, verified: false, why, tls: null, certificateExpiresAt: null }, answered };
}

function dateCounts(verify: HostProof): boolean {
  return verify.kind !== 'dane' || verify.records.some(({ usage }) => usage === USAGE_AUTHORITY);
}

function withoutServers(plan: Exclude<RoutePlan, { kind: 'hosts' }>) {
  const outcome = plan.kind === 'defer' ? ('unreachable' as const) : ('not-verified' as const);
  return { outcome, how: null, why: plan.why, servers: [], certificateExpiresAt: null };
}

async function findPolicy(
  domain: string,
  setting: TlsSetting,
  { mtaSts }: ProbeTools,
): Promise<ProbedPolicy | null> {
  const pinned = 'nextHop' in setting && setting.nextHop !== undefined;
  if (mtaSts === null || setting.kind === 'dane' || pinned) return null;
  const found = await mtaSts.lookUp(domain);
  if (found.kind !== 'policy' || found.policy.mode === 'none') return null;
  return { id: found.policy.id, expiresAt: found.policy.expiresMs, problem: found.problem };
}
