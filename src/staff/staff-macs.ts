/** The keyed hashes over the rows that let staff in; format and purpose as in `accounts/row-mac.ts`. */
import { rowMac, type MacKeys } from '#src/accounts/row-mac.ts';
import type {
  StaffAddressesTable,
  StaffCredentialsTable,
  StaffLinksTable,
  StaffRolesTable,
  StaffSessionsTable,
  StaffTable,
} from '#src/storage/tables.ts';

export function staffMac(keys: MacKeys, row: Pick<StaffTable, 'id' | 'createdAt' | 'state'>): Buffer {
  return rowMac(keys, 'staff', [row.id, row.createdAt, row.state]);
}

export function staffAddressMac(keys: MacKeys, row: Omit<StaffAddressesTable, 'mac'>): Buffer {
  return rowMac(keys, 'staff_addresses', [
    row.canonicalAddress,
    row.staffId,
    row.address,
    row.kind,
    row.proof,
    row.provenAt,
  ]);
}

/** Without the label and the last use, which decide nothing. */
export function staffCredentialMac(
  keys: MacKeys,
  row: Omit<StaffCredentialsTable, 'mac' | 'label' | 'lastUsedAt'>,
): Buffer {
  return rowMac(keys, 'staff_credentials', [
    row.id,
    row.staffId,
    row.kind,
    row.lookup,
    row.publicKey,
    row.signCount,
    row.transports,
    row.strong,
    row.createdAt,
  ]);
}

export function staffRoleMac(keys: MacKeys, row: Omit<StaffRolesTable, 'mac'>): Buffer {
  return rowMac(keys, 'staff_roles', [row.staffId, row.role, row.source, row.grantedAt, row.grantedBy]);
}

export function staffSessionMac(keys: MacKeys, row: Omit<StaffSessionsTable, 'mac'>): Buffer {
  return rowMac(keys, 'staff_sessions', [
    row.tokenHash,
    row.id,
    row.staffId,
    row.method,
    row.mfa,
    row.browser,
    row.remoteAddress,
    row.createdAt,
    row.lastSeenAt,
    row.expiresAt,
  ]);
}

export function staffLinkMac(keys: MacKeys, row: Omit<StaffLinksTable, 'mac'>): Buffer {
  return rowMac(keys, 'staff_links', [
    row.tokenHash,
    row.purpose,
    row.canonicalAddress,
    row.address,
    row.staffId,
    row.role,
    row.browserHash,
    row.createdAt,
    row.expiresAt,
  ]);
}
