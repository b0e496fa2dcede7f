/** Mails the news of a change to every address that an account has proved, as statements of the change's unit. */
import { provenAddresses } from '#src/accounts/account-directory.ts';
import type { AccountChangeKind } from '#src/notification/words.ts';
import type { Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';

export async function tellAccount(
  portal: PortalContext,
  account: Pick<AccountsTable, 'id' | 'locale'>,
  change: AccountChangeKind,
): Promise<readonly Statement[]> {
  const proofs = await provenAddresses(portal, account.id);
  return portal.mails.accountChange(
    change,
    proofs.map(({ address }) => address),
    account.locale,
  );
}
