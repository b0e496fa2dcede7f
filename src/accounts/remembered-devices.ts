/**
 * "Remember this device": a browser in which an account's second factor is not asked for, for 30 days. It never stands
 * for the password or a passkey. The cookie holds 256 random bits, the row their hash; a reset ends them all.
 */
import { sha256 } from '#src/base/bytes.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { RememberedDevicesTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { rememberedDeviceMac, requireMac } from './row-mac.ts';

export const REMEMBERED_MS = 30 * DAY_MS;

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;

/** The token for the cookie, and the statements that make it count. */
export function rememberDevice(
  { database, keys, clock, random, audit }: AccountsContext,
  accountId: string,
  browser: string,
): { readonly token: string; readonly statements: readonly Statement[] } {
  const token = random(TOKEN_BYTES).toString('base64url');
  const now = clock.now();
  const row = {
    tokenHash: hashDeviceToken(token),
    id: newId(clock, random),
    accountId,
    browser,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + REMEMBERED_MS,
  };
  const values = { ...row, mac: rememberedDeviceMac(keys, row) };
  return {
    token,
    statements: [
      statement(database.query.insertInto('remembered_devices').values(values), exactlyOne),
      audit.entry({ event: 'device-remembered', accountId, facts: { browser } }),
    ],
  };
}

/** The statement that notes the use, which fails where it was forgotten meanwhile; null where it is not remembered. Throws RowForged. */
export async function useDevice(
  context: Pick<AccountsContext, 'database' | 'keys' | 'clock'>,
  accountId: string,
  token: string | undefined,
): Promise<Statement | null> {
  if (token === undefined || !TOKEN.test(token)) return null;
  const { database, keys, clock } = context;
  const tokenHash = hashDeviceToken(token);
  const row = await database.query
    .selectFrom('remembered_devices')
    .selectAll()
    .where('tokenHash', '=', tokenHash)
    .executeTakeFirst();
  if (row === undefined) return null;
  requireMac('remembered_devices', row.id, rememberedDeviceMac(keys, row), row.mac);
  if (row.accountId !== accountId || clock.now() >= row.expiresAt) return null;
  const lastUsedAt = clock.now();
  return statement(
    database.query.updateTable('remembered_devices').set({ lastUsedAt }).where('tokenHash', '=', tokenHash),
    exactlyOne,
  );
}

/** Those that count, newest first. Throws RowForged. */
export async function listDevices(
  { database, keys, clock }: Pick<AccountsContext, 'database' | 'keys' | 'clock'>,
  accountId: string,
): Promise<readonly RememberedDevicesTable[]> {
  const rows = await database.query
    .selectFrom('remembered_devices')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('expiresAt', '>', clock.now())
    .orderBy('createdAt', 'desc')
    .execute();
  for (const row of rows) requireMac('remembered_devices', row.id, rememberedDeviceMac(keys, row), row.mac);
  return rows;
}

/** Forgets one, or all of the account. */
export function forgetDevices(
  { database }: Pick<AccountsContext, 'database'>,
  accountId: string,
  id?: string,
): Statement {
  const all = database.query.deleteFrom('remembered_devices').where('accountId', '=', accountId);
  return id === undefined ? statement(all) : statement(all.where('id', '=', id), exactlyOne);
}

export function sweepDevices({ database, clock }: Pick<AccountsContext, 'database' | 'clock'>): Statement {
  return statement(database.query.deleteFrom('remembered_devices').where('expiresAt', '<', clock.now()));
}

/** What a row keeps of the cookie. */
export function hashDeviceToken(token: string): Buffer {
  return sha256('remembered device', token);
}
