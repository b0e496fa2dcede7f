/**
 * A reset of an account whose second factor was lost. Whoever proved the mailbox asks for it; every proven address is
 * told, with a link that stops it; after 24 hours it may be finished, for a week, by proving the mailbox again. A sign-in
 * with the second factor ends it: then it was not lost.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { newToken } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { PendingResetsTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { pendingResetMac, requireMac, type MacKeys } from './row-mac.ts';
import { isLinkToken } from './link-tokens.ts';

export const RESET_WAITS_MS = DAY_MS;
const MAY_BE_FINISHED_MS = 7 * DAY_MS;

type ResetContext = Pick<AccountsContext, 'database' | 'keys' | 'clock'>;

/** A reset that was asked for and can still be finished or stopped; null where there is none. Throws RowForged. */
export async function findPendingReset(
  context: ResetContext,
  accountId: string,
): Promise<PendingResetsTable | null> {
  const row = await context.database.query
    .selectFrom('pending_resets')
    .selectAll()
    .where('accountId', '=', accountId)
    .executeTakeFirst();
  return row === undefined ? null : believe(context, row);
}

/** The same by the token of the link that stops it. Throws RowForged. */
export async function findPendingResetByToken(
  context: ResetContext,
  token: string,
): Promise<PendingResetsTable | null> {
  if (!isLinkToken(token)) return null;
  const row = await context.database.query
    .selectFrom('pending_resets')
    .selectAll()
    .where('cancelHash', '=', hashCancelToken(context.keys, token))
    .executeTakeFirst();
  return row === undefined ? null : believe(context, row);
}

/** The token for the link that stops it, and the statements; they fail where one waits already. */
export function beginPendingReset(
  { database, keys, clock, random, audit }: AccountsContext,
  accountId: string,
  canonicalAddress: string,
): { readonly token: string; readonly effectiveAt: number; readonly statements: readonly Statement[] } {
  const token = newToken(random);
  const now = clock.now();
  const row = {
    accountId,
    canonicalAddress,
    requestedAt: now,
    effectiveAt: now + RESET_WAITS_MS,
    cancelHash: hashCancelToken(keys, token),
  };
  const values = { ...row, mac: pendingResetMac(keys, row) };
  return {
    token,
    effectiveAt: row.effectiveAt,
    statements: [
      // One whose time is over is in nobody's way.
      statement(
        database.query
          .deleteFrom('pending_resets')
          .where('accountId', '=', accountId)
          .where('effectiveAt', '<=', now - MAY_BE_FINISHED_MS),
      ),
      statement(database.query.insertInto('pending_resets').values(values), exactlyOne),
      audit.entry({ event: 'reset-waits', accountId }),
    ],
  };
}

/** With `exactlyOne` the unit fails where it was finished or stopped already. */
export function endPendingReset(
  { database }: Pick<AccountsContext, 'database'>,
  accountId: string,
  expect?: typeof exactlyOne,
): Statement {
  return statement(database.query.deleteFrom('pending_resets').where('accountId', '=', accountId), expect);
}

/** Whether it may be finished now. */
export function isEffective(reset: PendingResetsTable, now: number): boolean {
  return now >= reset.effectiveAt;
}

export function sweepPendingResets({
  database,
  clock,
}: Pick<AccountsContext, 'database' | 'clock'>): Statement {
  const before = clock.now() - MAY_BE_FINISHED_MS;
  return statement(database.query.deleteFrom('pending_resets').where('effectiveAt', '<=', before));
}

function believe({ keys, clock }: ResetContext, row: PendingResetsTable): PendingResetsTable | null {
  requireMac('pending_resets', row.accountId, pendingResetMac(keys, row), row.mac);
  return clock.now() < row.effectiveAt + MAY_BE_FINISHED_MS ? row : null;
}

function hashCancelToken(keys: MacKeys, token: string): Buffer {
  return keys.mac('verifier', lengthPrefixed('cancel-reset', token));
}
