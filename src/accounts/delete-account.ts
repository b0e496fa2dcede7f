/**
 * The end of an account by its owner's word. Everything that lets somebody in goes with its row: addresses, credentials,
 * sessions, keys, drafts; what came to its addresses is closed for everybody. The audit log stays.
 */
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable, AccountsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { closeCopiesTo } from './close-copies.ts';
import type { Sessions } from './sessions.ts';
import { isLostRace } from './throttle.ts';

/** False where it was changed or gone already. `tell`: statements that mail every proven address. */
export async function deleteAccount(
  context: AccountsContext,
  sessions: Pick<Sessions, 'endAll'>,
  owner: { readonly account: AccountsTable; readonly addresses: readonly AccountAddressesTable[] },
  tell: readonly Statement[],
): Promise<boolean> {
  const { database, audit } = context;
  const { account, addresses } = owner;
  const remove = database.query
    .deleteFrom('accounts')
    .where('id', '=', account.id)
    .where('mac', '=', account.mac);
  try {
    await database.commit([
      ...addresses.flatMap((proof) => closeCopiesTo(context, proof, 'account-deleted')),
      sessions.endAll(account.id),
      statement(remove, exactlyOne),
      ...addresses.map(({ canonicalAddress }) =>
        audit.entry({
          event: 'account-deleted',
          accountId: account.id,
          facts: { address: canonicalAddress },
        }),
      ),
      ...tell,
    ]);
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    throw error;
  }
}
