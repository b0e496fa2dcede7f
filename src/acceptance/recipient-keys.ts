/**
 * Whom a content key is wrapped to, for addresses that get a secure message: the account's key where the address is
 * registered, else the enrolment key. A key record that the account authority did not sign is refused: mail is not
 * sealed to a key that somebody wrote into the database.
 */
import type { KeyProvider, WrappingPublicKey } from '#src/keys/key-provider.ts';
import { verifyKeyRecord } from '#src/keys/key-record.ts';
import type { Database } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';

export interface RecipientKey {
  readonly kind: 'enrolment' | 'account';
  /** The canonical address, or the account id. */
  readonly id: string;
  readonly key: WrappingPublicKey;
  /** Language tag that the account has chosen; null: there is no account. */
  readonly language: string | null;
}

/** By canonical address. Throws CodedError `key-record-invalid` for a forged record. */
export async function findRecipientKeys(
  database: Pick<Database, 'query'>,
  keys: Pick<KeyProvider, 'publicKeys'>,
  canonicalAddresses: readonly string[],
): Promise<ReadonlyMap<string, RecipientKey>> {
  const publicKeys = keys.publicKeys();
  const found = new Map<string, RecipientKey>();
  for (const address of canonicalAddresses) {
    found.set(address, { kind: 'enrolment', id: address, key: publicKeys.enrolment, language: null });
  }
  if (canonicalAddresses.length === 0) return found;
  for (const row of await findKeyRecords(database, canonicalAddresses)) {
    const record = verifyKeyRecord(row.record, publicKeys, row.accountId);
    const { canonicalAddress, accountId: id, locale: language } = row;
    found.set(canonicalAddress, { kind: 'account', id, key: record.key, language });
  }
  return found;
}

interface FoundRecord {
  readonly canonicalAddress: string;
  readonly accountId: string;
  readonly record: string;
  readonly locale: string;
}

/** Most mails have one recipient, or a few: each is one look at an index. */
async function findKeyRecords(
  database: Pick<Database, 'query'>,
  canonicalAddresses: readonly string[],
): Promise<readonly FoundRecord[]> {
  const found: FoundRecord[] = [];
  for (const canonicalAddress of canonicalAddresses)
    found.push(...(await findRecordsOf(database.query, { canonicalAddress })));
  return found;
}

const findRecordsOf = preparedQuery<{ canonicalAddress: string }, FoundRecord>((query, value) =>
  query
    .selectFrom('account_addresses')
    .innerJoin('accounts', 'accounts.id', 'account_addresses.accountId')
    .innerJoin('account_keys', 'account_keys.accountId', 'account_addresses.accountId')
    .where('account_addresses.canonicalAddress', '=', value('canonicalAddress'))
    .where('accounts.state', '=', 'active')
    .orderBy('account_keys.createdAt')
    .select([
      'account_addresses.canonicalAddress',
      'account_keys.accountId',
      'account_keys.record',
      'accounts.locale',
    ]),
);
