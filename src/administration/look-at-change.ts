/** What holds now for what a change is about: shown to both people, and compared before the change takes effect. */
import type { Database } from '#src/storage/database.ts';
import { rolesGrantedTo } from '#src/staff/staff-directory.ts';

import type { AdministrationContext } from './administration-context.ts';
import { NOTHING_FOUND, type Change, type Found, type FoundPartner } from './change.ts';

export async function lookAt(context: AdministrationContext, change: Change): Promise<Found> {
  switch (change.kind) {
    case 'partners-save':
      await context.partners.refresh();
      return {
        ...NOTHING_FOUND,
        partners: change.partners.map(({ domain }) => findPartner(context, domain)),
      };
    case 'partner-remove':
      await context.partners.refresh();
      return { ...NOTHING_FOUND, partners: [findPartner(context, change.domain)] };
    case 'hold-release':
      return {
        ...NOTHING_FOUND,
        ordinaryRecipients: await ordinaryRecipients(context.database, change.messageId),
      };
    case 'role-grant':
    case 'staff-unlock': {
      const roles = await rolesGrantedTo(context, change.staffId);
      return { ...NOTHING_FOUND, roles: [...new Set(roles.map(({ role }) => role))] };
    }
  }
}

function findPartner(
  { partners, isConfigured }: Pick<AdministrationContext, 'partners' | 'isConfigured'>,
  domain: string,
): FoundPartner {
  const { snapshot } = partners;
  const version = partners.versionOf(domain);
  if (isConfigured(domain)) return { domain, state: 'file', partner: null, version };
  if (snapshot.refused.has(domain)) return { domain, state: 'refused', partner: null, version };
  const partner = snapshot.partners.get(domain) ?? null;
  return { domain, state: partner === null ? 'none' : 'partner', partner, version };
}

/** Who would get a held message without a channel that must be verified; in order. */
export async function ordinaryRecipients(
  { query }: Pick<Database, 'query'>,
  messageId: string,
): Promise<string[]> {
  const rows = await query
    .selectFrom('deliveries')
    .select('recipient')
    .where('messageId', '=', messageId)
    .where('state', '=', 'held')
    .where('heldReason', '=', 'author-limit')
    .where('tlsRequirement', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ recipient }) => recipient);
}
