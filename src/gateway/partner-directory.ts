/** What the partner directory gives to acceptance: the partners of the configuration and of the managed list. */
import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import type { PartnerSnapshot } from '#src/partners/partner-list.ts';

import type { Core } from './core.ts';
import { acceptanceSettings } from './part-settings.ts';

interface Made {
  readonly base: AcceptanceSettings;
  readonly snapshot: PartnerSnapshot;
  readonly settings: AcceptanceSettings;
}

const made = new WeakMap<Core, Made>();

/** The settings in force with the managed list; one object as long as neither changes. */
export function currentAcceptanceSettings(core: Core): AcceptanceSettings {
  const base = acceptanceSettings(core.settings);
  const { snapshot } = core.partners;
  const known = made.get(core);
  if (known?.base === base && known.snapshot === snapshot) return known.settings;
  const settings = withManagedPartners(base, snapshot);
  made.set(core, { base, snapshot, settings });
  return settings;
}

/** The file wins: a domain that it names is never distrusted for what the database says. */
function withManagedPartners(
  base: AcceptanceSettings,
  { partners, refused }: PartnerSnapshot,
): AcceptanceSettings {
  const configured = new Set(base.policy.partnerDomains);
  const policy = {
    ...base.policy,
    partnerDomains: [...new Set([...configured, ...partners.keys()])],
    distrustedDomains: [...refused].filter((domain) => !configured.has(domain)),
  };
  return { ...base, policy };
}
