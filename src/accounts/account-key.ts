/** The public key that messages of an account are wrapped to: the newest one whose record our authority signed. */
import { verifyKeyRecord } from '#src/keys/key-record.ts';

import type { AccountsContext } from './accounts-context.ts';
import type { AccountHolder } from './rewrap.ts';

/** Null where the account has no key. Throws CodedError `key-record-invalid` for a forged record. */
export async function findAccountHolder(
  context: Pick<AccountsContext, 'database' | 'keys'>,
  accountId: string,
): Promise<AccountHolder | null> {
  const newest = await context.database.query
    .selectFrom('account_keys')
    .select('record')
    .where('accountId', '=', accountId)
    .orderBy('createdAt', 'desc')
    .executeTakeFirst();
  if (newest === undefined) return null;
  return { accountId, key: verifyKeyRecord(newest.record, context.keys.publicKeys(), accountId).key };
}
