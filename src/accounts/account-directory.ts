/**
 * Finding accounts, by address or id. Every row is checked against its hash before it is believed; a forged one
 * throws RowForged, so that nothing can be decided from it.
 */
import { preparedQuery } from '#src/storage/prepared.ts';
import type { AccountAddressesTable, AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { accountAddressMac, accountMac, credentialMac, requireMac } from './row-mac.ts';

/** The id of no account. */
export const NO_ACCOUNT = 'none';

type DirectoryContext = Pick<AccountsContext, 'database' | 'keys'>;

/** The account that proved this address; null where none did. Throws RowForged. */
export async function findAccountByAddress(
  context: DirectoryContext,
  canonicalAddress: string,
): Promise<AccountsTable | null> {
  const proof = await context.database.query
    .selectFrom('account_addresses')
    .selectAll()
    .where('canonicalAddress', '=', canonicalAddress)
    .executeTakeFirst();
  if (proof !== undefined)
    requireMac('account_addresses', canonicalAddress, accountAddressMac(context.keys, proof), proof.mac);
  // Looked for in either case: the number of queries tells nothing about who has an account.
  return findAccount(context, proof?.accountId ?? NO_ACCOUNT);
}

/** Whether somebody registered this address. Throws RowForged. */
export async function isRegistered(context: DirectoryContext, canonicalAddress: string): Promise<boolean> {
  return (await findAccountByAddress(context, canonicalAddress)) !== null;
}

/** Null where it does not exist. Throws RowForged. */
export async function findAccount(
  context: DirectoryContext,
  accountId: string,
): Promise<AccountsTable | null> {
  const [account] = await selectAccount(context.database.query, { accountId });
  if (account === undefined) return null;
  requireMac('accounts', accountId, accountMac(context.keys, account), account.mac);
  return account;
}

/** All addresses that the account proved, oldest first. Throws RowForged where one of them is forged. */
export async function provenAddresses(
  context: DirectoryContext,
  accountId: string,
): Promise<readonly AccountAddressesTable[]> {
  const proofs = await selectProofs(context.database.query, { accountId });
  for (const proof of proofs) {
    requireMac(
      'account_addresses',
      proof.canonicalAddress,
      accountAddressMac(context.keys, proof),
      proof.mac,
    );
  }
  return proofs;
}

/** The password of the account; null where it has none. Throws RowForged. */
export async function findPassword(
  context: DirectoryContext,
  accountId: string,
): Promise<CredentialsTable | null> {
  return (await findCredentials(context, accountId)).find(({ kind }) => kind === 'password') ?? null;
}

/** All ways to sign in that the account has, oldest first. Throws RowForged where one of them is forged. */
export async function findCredentials(
  context: DirectoryContext,
  accountId: string,
): Promise<readonly CredentialsTable[]> {
  const rows = await context.database.query
    .selectFrom('credentials')
    .selectAll()
    .where('accountId', '=', accountId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  return rows.map((row) => believeCredential(context, row));
}

/** Null where there is none. Throws RowForged. */
export async function findCredential(
  context: DirectoryContext,
  lookup: string,
): Promise<CredentialsTable | null> {
  const row = await context.database.query
    .selectFrom('credentials')
    .selectAll()
    .where('lookup', '=', lookup)
    .executeTakeFirst();
  return row === undefined ? null : believeCredential(context, row);
}

/** Whether a passkey or provider counts: not while it is suspended by a reset by mail alone. */
export function isTrusted(
  credential: Pick<CredentialsTable, 'trustedAt'>,
  account: Pick<AccountsTable, 'suspendedBefore'>,
): boolean {
  return (credential.trustedAt ?? 0) >= (account.suspendedBefore ?? 0);
}

/**
 * Whether reading the mailbox may still set a new password: not after a reset by mail alone through another address, until
 * its owner has proven it again. Somebody else may have added it before.
 */
export function isConfirmed(
  proof: Pick<AccountAddressesTable, 'provenAt'>,
  account: Pick<AccountsTable, 'suspendedBefore'>,
): boolean {
  return proof.provenAt >= (account.suspendedBefore ?? 0);
}

function believeCredential(context: DirectoryContext, row: CredentialsTable): CredentialsTable {
  requireMac('credentials', row.id, credentialMac(context.keys, row), row.mac);
  return row;
}

interface OfAccount {
  readonly accountId: string;
}

const selectAccount = preparedQuery<OfAccount, AccountsTable>((query, value) =>
  query.selectFrom('accounts').selectAll().where('id', '=', value('accountId')),
);

const selectProofs = preparedQuery<OfAccount, AccountAddressesTable>((query, value) =>
  query
    .selectFrom('account_addresses')
    .selectAll()
    .where('accountId', '=', value('accountId'))
    .orderBy('provenAt'),
);
