/** The part of delivery that needs the DNS: how the servers of partners prove who they are. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

import type { Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import type { Settings } from '#src/config/settings.ts';
import { tlsSettingOf, type Partner } from '#src/partners/managed-partner.ts';
import type { VerifiedChannels } from '#src/delivery/planned-sending.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';
import { withDnsCache } from '#src/routing/dns-cache.ts';
import { createDnsClient } from '#src/routing/dns-client.ts';
import { unroutableNetworks } from '#src/routing/host-addresses.ts';
import type { OwnHost } from '#src/routing/mail-hosts.ts';
import type { MtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaStsSource } from '#src/routing/mta-sts-source.ts';
import { createMtaSts, type MtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import type { TlsSetting } from '#src/routing/route-plan.ts';
import { createSystemDns } from '#src/routing/system-dns.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

/** The client waits for its 250 while we look. */
const LOOK_UP_MS = 5_000;

/** What stands in for the Internet in a test: mail servers on another port, on addresses of loopback. */
export interface MailNetwork {
  readonly port: number;
  readonly refused: NetworkList;
}

const INTERNET: MailNetwork = { port: 25, refused: unroutableNetworks };

/** With what else asks the DNS. */
export interface OpenChannels extends VerifiedChannels {
  readonly dns: DnsClient;
  /** Addresses that no record of somebody else's may lead to. */
  readonly refused: NetworkList;
}

export class Channels {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #managed: (domain: string) => Partner | null;
  readonly #network: MailNetwork;
  readonly #policies: MtaStsCache;
  #made: {
    readonly settings: Settings;
    readonly channels: OpenChannels;
    readonly mtaSts: MtaSts;
  } | null = null;

  /** `managed`: a partner of the managed list. */
  constructor(options: {
    clock: Clock;
    log: Log;
    policies: MtaStsCache;
    managed: (domain: string) => Partner | null;
    network?: MailNetwork | undefined;
  }) {
    this.#network = options.network ?? INTERNET;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#managed = options.managed;
    this.#policies = options.policies;
  }

  of(settings: Settings): OpenChannels {
    return this.#current(settings).channels;
  }

  /** The policies that `of(settings)` goes by. */
  policiesOf(settings: Settings): MtaSts {
    return this.#current(settings).mtaSts;
  }

  #current(settings: Settings) {
    if (this.#made?.settings !== settings) this.#made = { settings, ...this.#make(settings) };
    return this.#made;
  }

  /** Whether a domain's servers can prove who they are by DANE or MTA-STS; false where that takes too long to tell. */
  async authenticatesNow(settings: Settings, domain: string): Promise<boolean> {
    const late = new Promise<null>((resolve) => {
      setTimeout(() => resolve(null), LOOK_UP_MS).unref();
    });
    const plan = await Promise.race([
      this.of(settings).routing.planRoute(domain, { kind: 'authenticated' }),
      late,
    ]);
    return plan?.kind === 'hosts';
  }

  #make(settings: Settings): { channels: OpenChannels; mtaSts: MtaSts } {
    const { resolvers, caFile } = settings.delivery;
    const client = resolvers.length > 0 ? createDnsClient({ resolvers }) : createSystemDns();
    const dns = withDnsCache(client, this.#clock);
    const { port, refused } = this.#network;
    const source = createMtaStsSource({ dns, refused });
    const mtaSts = createMtaSts({ source, cache: this.#policies, clock: this.#clock, log: this.#log });
    const channels = {
      dns,
      refused,
      routing: createRouting({ dns, mtaSts, port, refused, own: ownHost(settings) }),
      clock: this.#clock,
      ca: caFile === null ? [] : [readFileSync(caFile, 'utf8')],
      settingOf: (domain: string) => this.#settingOf(settings, domain),
    };
    return { channels, mtaSts };
  }

  /** The file wins over the managed list. */
  #settingOf({ partners }: Settings, domain: string): TlsSetting {
    const configured = partners.find((candidate) => isInternalDomain(domain, [candidate.domain]));
    const partner = configured ?? this.#managed(domain);
    return partner === null ? { kind: 'authenticated' } : tlsSettingOf(partner);
  }
}

/** By the names that we go by, and the addresses of this machine that others can reach. */
function ownHost({ smtp, delivery }: Settings): OwnHost {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address.replace(/%.*$/u, ''));
  return {
    names: [smtp.hostname.toLowerCase(), ...(delivery.bounceDomain === null ? [] : [delivery.bounceDomain])],
    addresses: new NetworkList([...addresses, ...delivery.ownAddresses]),
  };
}
