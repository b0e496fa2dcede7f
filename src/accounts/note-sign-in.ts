/**
 * When and with which browser an account was signed in to: this time, and the time before, which its person is shown.
 * Every way to sign in commits it with the session that it opens.
 */
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';

/** Fails the unit where the account is no longer the one that was looked at. */
export function noteSignIn(
  context: Pick<AccountsContext, 'database' | 'clock'>,
  account: AccountsTable,
  browser: string,
): Statement {
  const update = context.database.query
    .updateTable('accounts')
    .set({
      lastSignInAt: context.clock.now(),
      lastSignInBrowser: browser,
      previousSignInAt: account.lastSignInAt,
      previousSignInBrowser: account.lastSignInBrowser,
    })
    .where('id', '=', account.id)
    .where('mac', '=', account.mac);
  return statement(update, exactlyOne);
}
