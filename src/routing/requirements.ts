/**
 * The route of a domain: its servers (RFC 5321 section 5.1) and what each must prove (RFC 7672, RFC 8461, RFC 9525),
 * for one of our settings. It opens no connection to a mail server and knows nothing of mails; whoever delivers checks
 * each connection against the plan before MAIL, and watches for loops back to itself.
 */
import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';

import { NetworkList } from '#src/base/network-list.ts';

import type { DnsClient } from './dns-answer.ts';
import { findAddresses, unroutableNetworks } from './host-addresses.ts';
import type { RandomBelow } from './host-addresses.ts';
import { judgeHost } from './judge-host.ts';
import type { HostVerdict } from './judge-host.ts';
import { findMailHosts } from './mail-hosts.ts';
import type { MailHost, MailHosts, OwnHost } from './mail-hosts.ts';
import { allowsHost } from './mta-sts-policy.ts';
import type { MtaStsPolicy } from './mta-sts-policy.ts';
import type { MtaSts, MtaStsResult } from './mta-sts.ts';
import type { PinnedHop, PlannedHost, RoutePlan, SkippedHost, TlsSetting } from './route-plan.ts';
import { findTlsa } from './tlsa.ts';
import type { TlsaLookup } from './tlsa.ts';

export interface RoutingOptions {
  readonly dns: DnsClient;
  readonly mtaSts: MtaSts;
  /** Of the servers found by MX; default 25. */
  readonly port?: number;
  /** Addresses that no record of somebody else's may lead to; default loopback, link-local and the like. */
  readonly refused?: NetworkList;
  /** Never sent to: mail would come back; default nobody. */
  readonly own?: OwnHost;
  readonly random?: RandomBelow;
}

export interface Routing {
  /** `domain`: lower-case A-labels or an address literal. Rejects only with what the cache of policies throws. */
  planRoute(domain: string, setting: TlsSetting): Promise<RoutePlan>;
}

/** A domain's servers, from MX or from the configuration. */
interface Destination {
  readonly domains: readonly string[];
  readonly nameProof: 'dnssec' | 'pinned' | null;
  readonly port: number;
  readonly hosts: readonly MailHost[];
}

const SMTP_PORT = 25;
const noNetworks = new NetworkList([]);

export function createRouting(options: RoutingOptions): Routing {
  const planner = new RoutePlanner(options);
  return {
    async planRoute(domain, setting) {
      const destination = await planner.findDestination(domain, setting);
      return 'kind' in destination ? destination : planner.plan(domain, destination, setting);
    },
  };
}

class RoutePlanner {
  readonly #dns: DnsClient;
  readonly #mtaSts: MtaSts;
  readonly #port: number;
  readonly #refused: NetworkList;
  readonly #own: OwnHost;
  readonly #random: RandomBelow;

  constructor(options: RoutingOptions) {
    this.#dns = options.dns;
    this.#mtaSts = options.mtaSts;
    this.#port = options.port ?? SMTP_PORT;
    this.#refused = options.refused ?? unroutableNetworks;
    this.#own = options.own ?? { names: [], addresses: noNetworks };
    this.#random = options.random ?? ((limit) => randomInt(limit));
  }

  async findDestination(domain: string, setting: TlsSetting): Promise<Destination | RoutePlan> {
    const pinned = 'nextHop' in setting ? setting.nextHop : undefined;
    if (pinned !== undefined) return this.#pinnedDestination(pinned);
    const found = await findMailHosts(domain, {
      dns: this.#dns,
      random: this.#random,
      refused: this.#refused,
      own: this.#own,
    });
    switch (found.kind) {
      case 'failed':
        return { kind: 'defer', why: found.why };
      case 'null-mx':
        return { kind: 'undeliverable', why: `${domain} takes no mail (null MX)`, enhanced: '5.1.10' };
      case 'loop':
        return {
          kind: 'undeliverable',
          why: `the DNS names this gateway as the mail server of ${domain}: there is nobody to send it on to`,
          enhanced: '5.4.6',
        };
      case 'no-mail-host':
        return { kind: 'undeliverable', why: found.why, enhanced: '5.1.2' };
      case 'hosts':
        return {
          domains: domainNames(domain, found),
          nameProof: found.secure ? 'dnssec' : null,
          port: this.#port,
          hosts: found.hosts,
        };
    }
  }

  /** Where the operator's own server lives is the operator's business: no network is refused. */
  async #pinnedDestination({ host, port }: PinnedHop): Promise<Destination> {
    const addresses = await findAddresses(this.#dns, host, noNetworks, this.#random);
    return { domains: [host], nameProof: 'pinned', port, hosts: [{ name: host, addresses }] };
  }

  async plan(domain: string, destination: Destination, setting: TlsSetting): Promise<RoutePlan> {
    const tlsa = await this.#findRecords(destination, setting);
    const sts = await this.#findPolicy(domain, destination, setting, tlsa);
    const policy = sts?.kind === 'policy' ? sts.policy : null;
    const hosts: PlannedHost[] = [];
    const skipped: (SkippedHost & { temporary: boolean })[] = [];
    for (const [index, host] of destination.hosts.entries()) {
      const verdict = judge(setting, destination, host, tlsa[index], policy);
      if (verdict.kind === 'skip')
        skipped.push({ host: host.name, why: verdict.why, temporary: verdict.temporary });
      else if (host.addresses.kind === 'addresses') {
        const { servername, verify, why } = verdict;
        const { addresses } = host.addresses;
        hosts.push({ host: host.name, port: destination.port, addresses, servername, verify, why });
      }
    }
    if (hosts.length > 0) return { kind: 'hosts', hosts, skipped, mtaSts: sts };
    return withoutHosts(domain, setting, skipped, sts);
  }

  async #findRecords(
    { hosts, nameProof, port }: Destination,
    setting: TlsSetting,
  ): Promise<readonly TlsaLookup[]> {
    if (setting.kind === 'pkix') return [];
    return Promise.all(
      hosts.map(async ({ name, addresses }): Promise<TlsaLookup> => {
        if (nameProof === null) return { kind: 'none', why: 'the MX records are not proven by DNSSEC' };
        if (addresses.kind !== 'addresses' || isIP(name) !== 0)
          return { kind: 'none', why: 'TLSA records are for names' };
        const { canonicalName, secure } = addresses;
        return findTlsa(this.#dns, { host: name, port, canonicalName, secure });
      }),
    );
  }

  /** null where nothing depends on it. */
  async #findPolicy(
    domain: string,
    { hosts, nameProof }: Destination,
    setting: TlsSetting,
    tlsa: readonly TlsaLookup[],
  ): Promise<MtaStsResult | null> {
    if (setting.kind === 'dane' || domain.startsWith('[')) return null;
    if (setting.kind === 'pkix' && nameProof !== null) return null;
    const decidedByDane = tlsa.length > 0 && tlsa.every(({ kind }) => kind !== 'none');
    if (setting.kind !== 'mta-sts' && decidedByDane) return null;
    const found = await this.#mtaSts.lookUp(domain);
    // RFC 8461 section 5.1: a list that fits no server any more may be an old one.
    const fitsNone = found.kind === 'policy' && !hosts.some(({ name }) => allowsHost(found.policy, name));
    const outdated = fitsNone && found.source === 'kept' && found.policy.mode !== 'none';
    return outdated ? this.#mtaSts.lookUp(domain, { refresh: true }) : found;
  }
}

/** What a server may prove to be, beside its own name; the alias of a domain only where it is proven. */
function domainNames(domain: string, { secure, canonicalDomain }: MailHosts & { kind: 'hosts' }): string[] {
  if (domain.startsWith('[')) return [canonicalDomain];
  return secure ? [...new Set([domain, canonicalDomain])] : [domain];
}

function judge(
  setting: TlsSetting,
  { domains, nameProof }: Destination,
  { name, addresses }: MailHost,
  tlsa: TlsaLookup = { kind: 'none', why: 'not asked for' },
  policy: MtaStsPolicy | null,
): HostVerdict {
  if (addresses.kind === 'failed') return { kind: 'skip', temporary: true, why: addresses.why };
  if (addresses.kind === 'none') return { kind: 'skip', temporary: false, why: 'no usable address' };
  return judgeHost(setting.kind, { host: name, addresses, domains, nameProof, tlsa, policy });
}

function withoutHosts(
  domain: string,
  setting: TlsSetting,
  skipped: readonly (SkippedHost & { temporary: boolean })[],
  sts: MtaStsResult | null,
): RoutePlan {
  const reasons = skipped.map(({ host, why }) => `${host}: ${why}`);
  if (sts?.kind === 'unknown') reasons.push(`MTA-STS of ${domain}: ${sts.problem}`);
  const why = reasons.join('; ');
  // The mail waits while the domain's own promise is not kept (RFC 8461 section 5); it does not go unprotected.
  if (setting.kind === 'opportunistic' || skipped.some(({ temporary }) => temporary))
    return { kind: 'defer', why, mtaSts: sts };
  return { kind: 'not-authenticated', why };
}
