/**
 * Recovery codes: ten of fifty bits, shown once, each good once in place of the second factor. Kept as keyed hashes of
 * account and code, so that a copy of the database gives none and a row moved to another account fits nothing.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { AccountsContext } from './accounts-context.ts';
import { recoveryCodeMac, requireMac, type MacKeys } from './row-mac.ts';

export const RECOVERY_CODES = 10;
const CODE_LENGTH = 10;
/** Without letters that look like digits. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const TYPED = new RegExp(`^[${ALPHABET}]{${CODE_LENGTH}}$`, 'u');

/** Ten codes as people see them (`ABCDE-FGHJK`), and the statements that put them in the place of older ones. */
export function renewRecoveryCodes(
  { database, keys, clock, random, audit }: AccountsContext,
  accountId: string,
): { readonly codes: readonly string[]; readonly statements: readonly Statement[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => newCode(random));
  const rows = codes.map((code) => {
    const row = { codeHash: hashRecoveryCode(keys, accountId, code), accountId, createdAt: clock.now() };
    return { ...row, mac: recoveryCodeMac(keys, row) };
  });
  return {
    codes: codes.map((code) => `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`),
    statements: [
      forgetRecoveryCodes({ database }, accountId),
      ...rows.map((row) => statement(database.query.insertInto('recovery_codes').values(row), exactlyOne)),
      audit.entry({ event: 'recovery-codes-made', accountId }),
    ],
  };
}

export function forgetRecoveryCodes(
  { database }: Pick<AccountsContext, 'database'>,
  accountId: string,
): Statement {
  return statement(database.query.deleteFrom('recovery_codes').where('accountId', '=', accountId));
}

/** What a person typed, as we make codes; null where it can't be one. */
export function parseRecoveryCode(typed: string): string | null {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '');
  return TYPED.test(code) ? code : null;
}

/** The statement that uses the code up, so that of two units one fails; null where the account has no such code. Throws RowForged. */
export async function takeRecoveryCode(
  { database, keys }: Pick<AccountsContext, 'database' | 'keys'>,
  accountId: string,
  code: string,
): Promise<Statement | null> {
  const codeHash = hashRecoveryCode(keys, accountId, code);
  const row = await database.query
    .selectFrom('recovery_codes')
    .selectAll()
    .where('codeHash', '=', codeHash)
    .executeTakeFirst();
  if (row === undefined) return null;
  requireMac('recovery_codes', accountId, recoveryCodeMac(keys, row), row.mac);
  if (row.accountId !== accountId) return null;
  return statement(database.query.deleteFrom('recovery_codes').where('codeHash', '=', codeHash), exactlyOne);
}

export async function countRecoveryCodes(
  { database }: Pick<AccountsContext, 'database'>,
  accountId: string,
): Promise<number> {
  const { count } = await database.query
    .selectFrom('recovery_codes')
    .select(({ fn }) => fn.countAll<number | string>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function hashRecoveryCode(keys: MacKeys, accountId: string, code: string): Buffer {
  return keys.mac('verifier', lengthPrefixed('recovery-code', accountId, code));
}

/** The alphabet has 32 letters, so five bits of each random octet are one of them. */
function newCode(random: RandomSource): string {
  return [...random(CODE_LENGTH)].map((octet) => ALPHABET[octet % ALPHABET.length]).join('');
}
