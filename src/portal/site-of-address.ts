/**
 * In whose name mails about an account come: an account belongs to no site, but a person knows the one that writes to
 * them. It is the site of the newest message to the address; the organisation where there is none.
 */
import type { Database } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';

import type { PortalSite, PortalSites } from './portal-dependencies.ts';

interface SiteTools {
  readonly database: Pick<Database, 'query'>;
  readonly sites: PortalSites;
}

export async function siteOfAddress(
  { database, sites }: SiteTools,
  canonicalAddress: string,
): Promise<PortalSite> {
  const [newest] = await selectAuthor(database.query, { canonicalAddress });
  return sites.of(newest?.fromAddress ?? null);
}

/** Ids of recipients begin with the time. */
const selectAuthor = preparedQuery<{ canonicalAddress: string }, { readonly fromAddress: string | null }>(
  (query, value) =>
    query
      .selectFrom('recipients')
      .innerJoin('messages', 'messages.id', 'recipients.messageId')
      .where('recipients.canonicalAddress', '=', value('canonicalAddress'))
      .where('recipients.protection', '=', 'secure-message')
      .orderBy('recipients.id', 'desc')
      .limit(1)
      .select('messages.fromAddress'),
);
