/**
 * Statements that change who is staff and what they have, each with its audit entry: parts of the units of work that
 * sign in, invite, or change an account.
 */
import { newId } from '#src/base/identifiers.ts';
import type { MailAddress } from '#src/base/mail-address.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type {
  StaffAddressesTable,
  StaffCredentialsTable,
  StaffRolesTable,
  StaffTable,
} from '#src/storage/tables.ts';

import type { HigherRole } from './roles.ts';
import type { StaffContext } from './staff-context.ts';
import { staffAddressMac, staffCredentialMac, staffMac, staffRoleMac } from './staff-macs.ts';

/** A new person, without address, credential or role. */
export function registerStaff(context: StaffContext): {
  staff: StaffTable;
  statements: readonly Statement[];
} {
  const { clock, random, keys, database, audit } = context;
  const row = { id: newId(clock, random), createdAt: clock.now(), state: 'active' as const };
  const staff: StaffTable = { ...row, lastSignInAt: null, mac: staffMac(keys, row) };
  const insert = statement(database.query.insertInto('staff').values(staff), exactlyOne);
  return {
    staff,
    statements: [insert, audit.entry({ event: 'staff-registered', facts: { staff: staff.id } })],
  };
}

/** Locks or unlocks; the unit fails where the row changed since it was read. `by`: who did it. */
export function setStaffState(
  { database, keys, audit }: StaffContext,
  staff: StaffTable,
  state: StaffTable['state'],
  by: string,
): readonly Statement[] {
  const next = { ...staff, state };
  const update = database.query
    .updateTable('staff')
    .set({ state, mac: staffMac(keys, next) })
    .where('id', '=', staff.id)
    .where('mac', '=', staff.mac);
  const event = state === 'locked' ? 'staff-locked' : 'staff-unlocked';
  return [statement(update, exactlyOne), audit.entry({ event, facts: { staff: staff.id, by } })];
}

/** The unit fails (UniqueViolation) where the address is already theirs, or somebody else's own. */
export function addAddress(
  context: StaffContext,
  staffId: string,
  address: Pick<MailAddress, 'canonical' | 'raw'>,
  how: Pick<StaffAddressesTable, 'kind' | 'proof'>,
): readonly Statement[] {
  const { clock, keys, database, audit } = context;
  const row = {
    canonicalAddress: address.canonical,
    staffId,
    address: address.raw,
    kind: how.kind,
    proof: how.proof,
    provenAt: clock.now(),
  };
  return [
    statement(
      database.query.insertInto('staff_addresses').values({ ...row, mac: staffAddressMac(keys, row) }),
      exactlyOne,
    ),
    audit.entry({
      event: 'staff-address-added',
      facts: { staff: staffId, address: address.canonical, kind: how.kind, proof: how.proof },
    }),
  ];
}

export function removeAddress(
  context: StaffContext,
  staffId: string,
  canonicalAddress: string,
): readonly Statement[] {
  const { database, audit } = context;
  return [
    statement(
      database.query
        .deleteFrom('staff_addresses')
        .where('staffId', '=', staffId)
        .where('canonicalAddress', '=', canonicalAddress),
      exactlyOne,
    ),
    audit.entry({ event: 'staff-address-removed', facts: { staff: staffId, address: canonicalAddress } }),
  ];
}

export type NewCredential = Pick<
  StaffCredentialsTable,
  'kind' | 'lookup' | 'publicKey' | 'signCount' | 'transports' | 'label' | 'strong'
>;

/** The unit fails (UniqueViolation) where the credential is somebody's already. */
export function addCredential(
  context: StaffContext,
  staffId: string,
  credential: NewCredential,
): readonly Statement[] {
  const { clock, random, keys, database, audit } = context;
  const row = { id: newId(clock, random), staffId, ...credential, createdAt: clock.now(), lastUsedAt: null };
  return [
    statement(
      database.query.insertInto('staff_credentials').values({ ...row, mac: staffCredentialMac(keys, row) }),
      exactlyOne,
    ),
    audit.entry({
      event: 'staff-credential-added',
      facts: { staff: staffId, credential: row.id, kind: row.kind, strong: row.strong === 1 },
    }),
  ];
}

export function removeCredential(context: StaffContext, staffId: string, id: string): readonly Statement[] {
  const { database, audit } = context;
  return [
    statement(
      database.query
        .deleteFrom('staff_credentials')
        .where('id', '=', id)
        .where('staffId', '=', staffId)
        .where('kind', '=', 'passkey'),
      exactlyOne,
    ),
    audit.entry({ event: 'staff-credential-removed', facts: { staff: staffId, credential: id } }),
  ];
}

/** Notes a use; the unit fails where the credential changed since it was read. */
export function useCredential(
  { database, keys, clock }: StaffContext,
  credential: StaffCredentialsTable,
  signCount: number,
): Statement {
  const next = { ...credential, signCount };
  return statement(
    database.query
      .updateTable('staff_credentials')
      .set({ signCount, lastUsedAt: clock.now(), mac: staffCredentialMac(keys, next) })
      .where('id', '=', credential.id)
      .where('mac', '=', credential.mac),
    exactlyOne,
  );
}

/** The unit fails (UniqueViolation) where the person has the role from this source already. */
export function grantRole(
  context: StaffContext,
  grant: { staffId: string; role: HigherRole; source: StaffRolesTable['source']; grantedBy: string | null },
): readonly Statement[] {
  const { clock, keys, database, audit } = context;
  const row = { ...grant, grantedAt: clock.now() };
  return [
    statement(
      database.query.insertInto('staff_roles').values({ ...row, mac: staffRoleMac(keys, row) }),
      exactlyOne,
    ),
    audit.entry({
      event: 'staff-role-granted',
      facts: { staff: grant.staffId, role: grant.role, source: grant.source, by: grant.grantedBy },
    }),
  ];
}

export function revokeRole(
  { database, audit }: StaffContext,
  role: Pick<StaffRolesTable, 'staffId' | 'role' | 'source'>,
  by: string,
): readonly Statement[] {
  return [
    statement(
      database.query
        .deleteFrom('staff_roles')
        .where('staffId', '=', role.staffId)
        .where('role', '=', role.role)
        .where('source', '=', role.source),
      exactlyOne,
    ),
    audit.entry({
      event: 'staff-role-revoked',
      facts: { staff: role.staffId, role: role.role, source: role.source, by },
    }),
  ];
}
