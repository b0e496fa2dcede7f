/**
 * A change takes effect, in one unit with what the caller adds (the decision of the second person). The unit fails
 * where what it is about is not as it was found: then nothing has changed.
 */
import { isLostRace } from '#src/accounts/throttle.ts';
import { noteAgreement } from '#src/partners/agreements.ts';
import type { PartnerWrite } from '#src/partners/partner-list.ts';
import { findStaff, rolesGrantedTo } from '#src/staff/staff-directory.ts';
import { grantRole, setStaffState } from '#src/staff/staff-rows.ts';
import type { Statement } from '#src/storage/database.ts';

import type { AdministrationContext } from './administration-context.ts';
import type { Change, ChangeOf, Found } from './change.ts';

/** Who is named in the rows that change. */
export interface By {
  readonly name: string;
  /** Staff id of who asked. */
  readonly staffId: string;
}

/** `changed`: it is not as it was found, or there is nothing to do. */
export type Applied = 'done' | 'changed';

export async function applyChange(
  context: AdministrationContext,
  change: Change,
  found: Found,
  by: By,
  also: readonly Statement[],
): Promise<Applied> {
  if (change.kind === 'hold-release')
    return (await context.holds.releaseForOfficer(change.messageId, also)) === 'done' ? 'done' : 'changed';
  const statements = await statementsFor(context, change, found, by);
  if (statements === null) return 'changed';
  try {
    await context.database.commit([...statements, ...also]);
  } catch (error) {
    if (isLostRace(error)) return 'changed';
    throw error;
  } finally {
    if (change.kind === 'partners-save' || change.kind === 'partner-remove') await context.partners.refresh();
  }
  return 'done';
}

type AppliedHere = Exclude<Change, ChangeOf<'hold-release'>>;

/** Null where there is nothing that it could change. */
function statementsFor(
  context: AdministrationContext,
  change: AppliedHere,
  found: Found,
  by: By,
): Promise<readonly Statement[] | null> | readonly Statement[] | null {
  switch (change.kind) {
    case 'partners-save':
      return savePartners(context, change, found, by);
    case 'partner-remove':
      return removePartner(context, change, found, by);
    case 'role-grant':
      return giveRole(context, change, by);
    case 'staff-unlock':
      return unlock(context, change, by);
  }
}

function savePartners(
  context: AdministrationContext,
  { partners, agreements }: ChangeOf<'partners-save'>,
  found: Found,
  by: By,
): readonly Statement[] | null {
  if (partners.some(({ domain }) => context.isConfigured(domain))) return null;
  const writes = partners.map((partner): PartnerWrite => {
    const version = found.partners.find(({ domain }) => domain === partner.domain)?.version ?? null;
    return { partner, state: 'active', version };
  });
  return [
    ...context.partners.statementsFor(writes, by.name),
    ...agreements.flatMap((note) => noteAgreement(note, by.name, context)),
  ];
}

function removePartner(
  context: AdministrationContext,
  { domain }: ChangeOf<'partner-remove'>,
  found: Found,
  by: By,
): readonly Statement[] | null {
  const [before] = found.partners;
  if (before === undefined || (before.state !== 'partner' && before.state !== 'refused')) return null;
  const partner = before.partner ?? { domain, tls: 'pkix' as const, nextHop: null };
  return context.partners.statementsFor([{ partner, state: 'removed', version: before.version }], by.name);
}

async function giveRole(
  context: AdministrationContext,
  { staffId, role }: ChangeOf<'role-grant'>,
  by: By,
): Promise<readonly Statement[] | null> {
  const staff = await findStaff(context, staffId);
  const granted = await rolesGrantedTo(context, staffId);
  const hasIt = granted.some((one) => one.role === role && one.source === 'administrator');
  if (staff === null || staff.state !== 'active' || hasIt) return null;
  return grantRole(context, { staffId, role, source: 'administrator', grantedBy: by.staffId });
}

async function unlock(
  context: AdministrationContext,
  { staffId }: ChangeOf<'staff-unlock'>,
  by: By,
): Promise<readonly Statement[] | null> {
  const staff = await findStaff(context, staffId);
  return staff?.state === 'locked' ? setStaffState(context, staff, 'active', by.staffId) : null;
}
