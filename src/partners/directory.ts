/** The directory as a whole: partners of the configuration file and of the managed list. The file wins. */
import type { Partner } from './managed-partner.ts';
import type { PartnerSnapshot } from './partner-list.ts';

export interface DirectoryEntry extends Partner {
  /** `refused`: its row in the managed list can't be believed; it gets secure messages. */
  readonly source: 'file' | 'managed' | 'refused';
}

/** In the order of the alphabet. */
export function directoryEntries(
  configured: readonly Partner[],
  { partners, refused }: PartnerSnapshot,
): readonly DirectoryEntry[] {
  const entries = new Map<string, DirectoryEntry>();
  for (const partner of partners.values()) entries.set(partner.domain, { ...partner, source: 'managed' });
  for (const domain of refused)
    entries.set(domain, { domain, tls: 'pkix', nextHop: null, source: 'refused' });
  for (const partner of configured) entries.set(partner.domain, { ...partner, source: 'file' });
  return [...entries.values()].toSorted((a, b) => (a.domain < b.domain ? -1 : 1));
}
