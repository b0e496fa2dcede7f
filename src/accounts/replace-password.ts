/** A new password in the place of the one that was looked at. */
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { CredentialsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { credentialMac } from './row-mac.ts';

/** `secret`: what `PasswordHasher.hash` returns. Fails the unit where the password was changed in between. */
export function replacePassword(
  context: Pick<AccountsContext, 'database' | 'clock' | 'keys'>,
  old: CredentialsTable,
  secret: string,
): Statement {
  const row = { ...old, secret, createdAt: context.clock.now() };
  const update = context.database.query
    .updateTable('credentials')
    .set({ secret, createdAt: row.createdAt, mac: credentialMac(context.keys, row) })
    .where('id', '=', old.id)
    .where('mac', '=', old.mac);
  return statement(update, exactlyOne);
}
