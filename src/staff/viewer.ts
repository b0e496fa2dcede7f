/**
 * Who is in front of the page: the one answer that every route of the staff pages asks for. It comes from the session
 * alone, with each row checked; whatever does not fit, and whoever is locked, is nobody.
 */
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { RowForged } from '#src/accounts/row-mac.ts';

import { rolesInSession, type HigherRole, type StaffRole } from './roles.ts';
import type { StaffContext } from './staff-context.ts';
import { addressesOf, findStaff, rolesGrantedTo } from './staff-directory.ts';
import type { StaffSession, StaffSessions } from './staff-sessions.ts';

export interface StaffAddress {
  readonly canonicalAddress: string;
  /** As it was typed. */
  readonly address: string;
  readonly kind: 'own' | 'shared';
  readonly provenAt: number;
}

export interface StaffViewer {
  readonly staffId: string;
  /** Address to greet by; null: the person has proven none. */
  readonly name: string | null;
  /** What counts now: `sender`, and the higher roles where the session has a second factor. */
  readonly roles: ReadonlySet<StaffRole>;
  /** Higher roles that the person has, and this session does not give. */
  readonly dormantRoles: readonly HigherRole[];
  /** Every proven address, own ones first: what "my messages" means. */
  readonly addresses: readonly StaffAddress[];
  readonly session: StaffSession;
  readonly lastSignInAt: number | null;
}

/** Null where the cookie is of no living session of an active person; a forged row raises the alarm. */
export async function findViewer(
  context: StaffContext,
  sessions: StaffSessions,
  token: string | undefined,
): Promise<StaffViewer | null> {
  const session = await sessions.find(token);
  if (session === null) return null;
  try {
    const staff = await findStaff(context, session.staffId);
    if (staff === null || staff.state !== 'active') return null;
    const granted = await rolesGrantedTo(context, staff.id);
    const addresses = await addressesOf(context, staff.id);
    const roles = rolesInSession(session, granted);
    const dormant = new Set(granted.map(({ role }) => role).filter((role) => !roles.has(role)));
    return {
      staffId: staff.id,
      name: addresses[0]?.address ?? null,
      roles,
      dormantRoles: [...dormant],
      addresses,
      session,
      lastSignInAt: staff.lastSignInAt,
    };
  } catch (error) {
    if (!(error instanceof RowForged)) throw error;
    await raiseTamperAlarm(context, { what: error.table, rowKey: error.rowKey });
    return null;
  }
}
