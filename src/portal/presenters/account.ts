/** What an account's owner is told of it. */
import type { AccountsTable } from '#src/storage/tables.ts';

import { mailLocale } from '../portal-mails.ts';
import { timestamp } from '../wire.ts';

export function presentPreferences(account: AccountsTable) {
  return {
    language: mailLocale(account.locale),
    timeZone: account.timeZone,
    largerText: account.largerText === 1,
  };
}

export function presentPreviousSignIn(account: AccountsTable): { at: string; browser: string } | null {
  const { previousSignInAt, previousSignInBrowser } = account;
  if (previousSignInAt === null) return null;
  return { at: timestamp(previousSignInAt), browser: previousSignInBrowser ?? '' };
}
