/**
 * What came to an address that its owner gives up is closed for good: its wraps are destroyed, so that nobody has the
 * content key any more, and its copies say why. With the last wrap of a message its content is destroyed
 * (delivery's housekeeping).
 */
import { statement, type Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';

/** `recipients.lockReason` of copies that nobody can open any more, and nobody unlock. */
export const GIVEN_UP = ['address-removed', 'account-deleted'] as const;
export type GivenUp = (typeof GIVEN_UP)[number];

/** Of the account's own copies, and of those that wait for the address still. */
export function closeCopiesTo(
  { database, clock }: Pick<AccountsContext, 'database' | 'clock'>,
  { canonicalAddress, accountId }: Pick<AccountAddressesTable, 'canonicalAddress' | 'accountId'>,
  lockReason: GivenUp,
): readonly Statement[] {
  const { query } = database;
  const copies = query
    .selectFrom('recipients')
    .select('id')
    .where('canonicalAddress', '=', canonicalAddress)
    .where('protection', '=', 'secure-message')
    .where('linkTokenHash', 'is not', null);
  const lock = query
    .updateTable('recipients')
    .set({ lockedAt: clock.now(), lockReason })
    .where('canonicalAddress', '=', canonicalAddress)
    .where('protection', '=', 'secure-message')
    .where('linkTokenHash', 'is not', null)
    .where((eb) => eb.or([eb('lockReason', 'is', null), eb('lockReason', 'not in', GIVEN_UP)]));
  const wraps = query
    .deleteFrom('wraps')
    .where('recipientId', 'in', copies)
    .where((eb) =>
      eb.or([
        eb.and([eb('holderKind', '=', 'account'), eb('holderId', '=', accountId)]),
        eb.and([eb('holderKind', '=', 'enrolment'), eb('holderId', '=', canonicalAddress)]),
      ]),
    );
  return [statement(lock), statement(wraps)];
}
