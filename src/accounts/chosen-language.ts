/** The language that somebody with an account has chosen, for mails to their address. It decides nothing but words. */
import type { Database } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';

/** A language tag; null: nobody has registered the address. */
export async function chosenLanguage(
  { query }: Pick<Database, 'query'>,
  canonicalAddress: string,
): Promise<string | null> {
  const [account] = await selectLanguage(query, { canonicalAddress });
  return account?.locale ?? null;
}

const selectLanguage = preparedQuery<{ canonicalAddress: string }, { readonly locale: string }>(
  (query, value) =>
    query
      .selectFrom('account_addresses')
      .innerJoin('accounts', 'accounts.id', 'account_addresses.accountId')
      .where('account_addresses.canonicalAddress', '=', value('canonicalAddress'))
      .where('accounts.state', '=', 'active')
      .select('accounts.locale'),
);
