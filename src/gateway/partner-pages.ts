/** What the staff pages show of the partner directory, connected. */
import type { PartnerPages } from '#src/console/domains-routes.ts';
import { tryPartners } from '#src/partners/import-partners.ts';
import { domainHistory, domainStatuses, probedServers, suggestions } from '#src/partners/overview.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

import type { Core } from './core.ts';
import { partnerEntries, partnerWatchOf } from './start-partners.ts';
import { whatIf } from './what-if.ts';

const HISTORY_SHOWN = 60;

export function partnerPages(core: Core): PartnerPages {
  const { clock, database } = core;
  return {
    partners: () => domainStatuses(database, partnerEntries(core), clock.now()),
    suggestions: async () => {
      const partners = new Set(partnerEntries(core).map(({ domain }) => domain));
      return (await suggestions(database)).filter(({ domain }) => !partners.has(domain));
    },
    servers: (domain) => probedServers(database, domain),
    history: (domain) => domainHistory(database, domain, HISTORY_SHOWN),
    whatIf: (question) => whatIf(core, question),
    isInternal: (domain) => isInternalDomain(domain, core.settings.organization.domains),
    async probe(domains, onProbed) {
      await partnerWatchOf(core).probe(domains, { onProbed });
    },
    tryImport: (list, onProbed) =>
      tryPartners(list, partnerWatchOf(core), partnerEntries(core), { onProbed }),
  };
}
