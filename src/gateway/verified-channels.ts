/** The part of delivery that needs the DNS: how the servers of partners prove who they are. */
import { readFileSync } from 'node:fs';

import type { Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import type { Settings } from '#src/config/settings.ts';
import { tlsSettingOf, type Partner } from '#src/partners/managed-partner.ts';
import type { VerifiedChannels } from '#src/delivery/verified-channel.ts';
import { withDnsCache } from '#src/routing/dns-cache.ts';
import { createDnsClient } from '#src/routing/dns-client.ts';
import { unroutableNetworks } from '#src/routing/host-addresses.ts';
import { memoryMtaStsCache, type MtaStsCache } from '#src/routing/mta-sts-policy.ts';
import { createMtaStsSource } from '#src/routing/mta-sts-source.ts';
import { createMtaSts } from '#src/routing/mta-sts.ts';
import { createRouting } from '#src/routing/requirements.ts';
import type { TlsSetting } from '#src/routing/route-plan.ts';
import { createSystemDns } from '#src/routing/system-dns.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

/** The client waits for its 250 while we look. */
const LOOK_UP_MS = 5_000;

export class Channels {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #managed: (domain: string) => Partner | null;
  /** Outlives a reload: an enforced policy holds until its time is over (RFC 8461 section 3.2). */
  readonly #policies: MtaStsCache = memoryMtaStsCache();
  #made: { readonly settings: Settings; readonly channels: VerifiedChannels } | null = null;

  /** `managed`: a partner of the managed list. */
  constructor(options: { clock: Clock; log: Log; managed: (domain: string) => Partner | null }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#managed = options.managed;
  }

  of(settings: Settings): VerifiedChannels {
    if (this.#made?.settings !== settings) this.#made = { settings, channels: this.#make(settings) };
    return this.#made.channels;
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

  #make(settings: Settings): VerifiedChannels {
    const { resolvers, caFile } = settings.delivery;
    const client = resolvers.length > 0 ? createDnsClient({ resolvers }) : createSystemDns();
    const dns = withDnsCache(client, this.#clock);
    const source = createMtaStsSource({ dns, refused: unroutableNetworks });
    const mtaSts = createMtaSts({ source, cache: this.#policies, clock: this.#clock, log: this.#log });
    return {
      routing: createRouting({ dns, mtaSts }),
      clock: this.#clock,
      ca: caFile === null ? [] : [readFileSync(caFile, 'utf8')],
      settingOf: (domain) => this.#settingOf(settings, domain),
    };
  }

  /** The file wins over the managed list. */
  #settingOf({ partners }: Settings, domain: string): TlsSetting {
    const configured = partners.find((candidate) => isInternalDomain(domain, [candidate.domain]));
    const partner = configured ?? this.#managed(domain);
    return partner === null ? { kind: 'authenticated' } : tlsSettingOf(partner);
  }
}
