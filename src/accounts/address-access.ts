/**
 * Access for others: the owner of an address lets somebody with an account of their own read what comes to it, all of it
 * or one message, until a date or until it is taken back (members of a shared address). A row counts only while the
 * account that gave it has the address still. It names the reader's address, not their account, so it can be given before
 * they have one. It opens nothing by itself: the portal asks for it at each release of a key. What was given before a reset
 * by mail alone rests until the owner gives it again: somebody else may have given it.
 */
import { DAY_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountsTable, AddressAccessTable } from '#src/storage/tables.ts';

import { findAccountByAddress } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import { accessMac, requireMac } from './row-mac.ts';

export type AddressAccess = Omit<AddressAccessTable, 'mac'>;

/** For one owner: given and asked for together. */
export const MOST_ACCESSES = 100;
/** What nobody answered is forgotten. */
const ASKED_KEPT_MS = 30 * DAY_MS;

type AccessContext = Pick<AccountsContext, 'database' | 'keys' | 'clock'>;

/** Rows of these readers that count now, of owners who have the address still. Throws RowForged. */
export async function accessOf(
  context: AccessContext,
  readerAddresses: readonly string[],
): Promise<readonly AddressAccess[]> {
  if (readerAddresses.length === 0) return [];
  const rows = await context.database.query
    .selectFrom('address_access')
    .selectAll()
    .where('readerAddress', 'in', readerAddresses)
    .where('state', '=', 'given')
    .orderBy('id')
    .execute();
  const counting: AddressAccess[] = [];
  for (const row of rows) {
    const access = believe(context, row);
    if (!isOver(context, access) && (await isOwnersStill(context, access))) counting.push(access);
  }
  return counting;
}

/** What an owner gave and was asked for, oldest first; what is over is left out. Throws RowForged. */
export async function accessByOwner(
  context: AccessContext,
  ownerAccountId: string,
): Promise<readonly AddressAccess[]> {
  const rows = await context.database.query
    .selectFrom('address_access')
    .selectAll()
    .where('ownerAccountId', '=', ownerAccountId)
    .orderBy('id')
    .execute();
  return rows.map((row) => believe(context, row)).filter((access) => !isOver(context, access));
}

/** Null where it is gone. Throws RowForged. */
export async function findAccess(context: AccessContext, id: string): Promise<AddressAccess | null> {
  const row = await context.database.query
    .selectFrom('address_access')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : believe(context, row);
}

/** A new row; `id` of the whole is `newId`'s. */
export function insertAccess(
  context: Pick<AccountsContext, 'database' | 'keys' | 'clock' | 'random'>,
  access: Omit<AddressAccess, 'id' | 'createdAt'>,
): { readonly access: AddressAccess; readonly insert: Statement } {
  const { clock, random, keys, database } = context;
  const row: AddressAccess = { ...access, id: newId(clock, random), createdAt: clock.now() };
  const insert = database.query.insertInto('address_access').values({ ...row, mac: accessMac(keys, row) });
  return { access: row, insert: statement(insert, exactlyOne) };
}

/** What was asked for, or rests, is given now; fails the unit where it changed in between. */
export function giveAsked({ database, keys, clock }: AccessContext, asked: AddressAccess): Statement {
  const given: AddressAccess = { ...asked, state: 'given', createdAt: clock.now() };
  const { state, createdAt } = given;
  const update = database.query
    .updateTable('address_access')
    .set({ state, createdAt, mac: accessMac(keys, given) })
    .where('id', '=', asked.id)
    .where('state', '=', asked.state)
    .where('createdAt', '=', asked.createdAt);
  return statement(update, exactlyOne);
}

/** Whether it was given before a reset of its owner's password by mail alone. */
export function rests(access: AddressAccess, owner: Pick<AccountsTable, 'suspendedBefore'>): boolean {
  return access.state === 'given' && access.createdAt < (owner.suspendedBefore ?? 0);
}

/** Fails the unit where it is gone already. */
export function endAccess({ database }: Pick<AccountsContext, 'database'>, id: string): Statement {
  return statement(database.query.deleteFrom('address_access').where('id', '=', id), exactlyOne);
}

/** Removes what is over by itself. */
export function sweepAccess({ database, clock }: Pick<AccessContext, 'database' | 'clock'>): Statement {
  const now = clock.now();
  const over = database.query
    .deleteFrom('address_access')
    .where((eb) =>
      eb.or([
        eb('until', '<', now),
        eb.and([eb('state', '=', 'asked'), eb('createdAt', '<', now - ASKED_KEPT_MS)]),
      ]),
    );
  return statement(over);
}

function believe({ keys }: Pick<AccessContext, 'keys'>, row: AddressAccessTable): AddressAccess {
  requireMac('address_access', row.id, accessMac(keys, row), row.mac);
  return row;
}

function isOver(
  { clock }: Pick<AccessContext, 'clock'>,
  { state, until, createdAt }: AddressAccess,
): boolean {
  if (until !== null && clock.now() >= until) return true;
  return state === 'asked' && clock.now() >= createdAt + ASKED_KEPT_MS;
}

async function isOwnersStill(context: AccessContext, access: AddressAccess): Promise<boolean> {
  const owner = await findAccountByAddress(context, access.canonicalAddress);
  return owner?.id === access.ownerAccountId && owner.state === 'active' && !rests(access, owner);
}
