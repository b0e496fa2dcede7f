/** What the staff pages show of the partner directory, connected. */
import type { PartnerPages } from '#src/console/domains-routes.ts';
import { domainHistory, domainStatuses, probedServers, suggestions } from '#src/partners/overview.ts';

import type { Core } from './core.ts';
import { partnerEntries } from './start-partners.ts';
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
  };
}
