/**
 * Finding people of the staff and what belongs to them. Every row is checked against its keyed hash before it is
 * believed; a forged one throws RowForged, so that nothing can be decided from it.
 */
import { requireMac } from '#src/accounts/row-mac.ts';
import type {
  StaffAddressesTable,
  StaffCredentialsTable,
  StaffRolesTable,
  StaffTable,
} from '#src/storage/tables.ts';

import type { StaffContext } from './staff-context.ts';
import { staffAddressMac, staffCredentialMac, staffMac, staffRoleMac } from './staff-macs.ts';

export type DirectoryContext = Pick<StaffContext, 'database' | 'keys'>;

/** Null where there is nobody with this id. */
export async function findStaff(
  { database, keys }: DirectoryContext,
  id: string,
): Promise<StaffTable | null> {
  const row = await database.query.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  requireMac('staff', id, staffMac(keys, row), row.mac);
  return row;
}

/** Who has this address, alone or with others: the one owner, and the members of a shared mailbox. */
export async function findAddress(
  { database, keys }: DirectoryContext,
  canonicalAddress: string,
): Promise<readonly StaffAddressesTable[]> {
  const rows = await database.query
    .selectFrom('staff_addresses')
    .selectAll()
    .where('canonicalAddress', '=', canonicalAddress)
    .orderBy('provenAt')
    .execute();
  for (const row of rows)
    requireMac('staff_addresses', canonicalAddress, staffAddressMac(keys, row), row.mac);
  return rows;
}

/** A person's addresses: their own first, oldest first. */
export async function addressesOf(
  { database, keys }: DirectoryContext,
  staffId: string,
): Promise<readonly StaffAddressesTable[]> {
  const rows = await database.query
    .selectFrom('staff_addresses')
    .selectAll()
    .where('staffId', '=', staffId)
    .orderBy('kind')
    .orderBy('provenAt')
    .orderBy('canonicalAddress')
    .execute();
  for (const row of rows)
    requireMac('staff_addresses', row.canonicalAddress, staffAddressMac(keys, row), row.mac);
  return rows;
}

/** The roles that were granted to a person; which of them count, `rolesInSession` says. */
export async function rolesGrantedTo(
  { database, keys }: DirectoryContext,
  staffId: string,
): Promise<readonly StaffRolesTable[]> {
  const rows = await database.query
    .selectFrom('staff_roles')
    .selectAll()
    .where('staffId', '=', staffId)
    .orderBy('role')
    .execute();
  for (const row of rows)
    requireMac('staff_roles', `${staffId} ${row.role}`, staffRoleMac(keys, row), row.mac);
  return rows;
}

/** A person's credentials, oldest first. */
export async function credentialsOf(
  { database, keys }: DirectoryContext,
  staffId: string,
): Promise<readonly StaffCredentialsTable[]> {
  const rows = await database.query
    .selectFrom('staff_credentials')
    .selectAll()
    .where('staffId', '=', staffId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  for (const row of rows) requireMac('staff_credentials', row.id, staffCredentialMac(keys, row), row.mac);
  return rows;
}

/** The credential that a sign-in names; null where there is none. */
export async function findCredential(
  { database, keys }: DirectoryContext,
  lookup: string,
): Promise<StaffCredentialsTable | null> {
  const row = await database.query
    .selectFrom('staff_credentials')
    .selectAll()
    .where('lookup', '=', lookup)
    .executeTakeFirst();
  if (row === undefined) return null;
  requireMac('staff_credentials', row.id, staffCredentialMac(keys, row), row.mac);
  return row;
}
