/**
 * Hand-over codes: eight digits that the help desk reads out to somebody whom mail doesn't reach, after checking who it
 * is. They take the place of the mailed code, prove the address and nothing more: a second factor is still asked for, and
 * a reset by one is a reset by mail alone. One for each address, used once, good for half an hour and five tries. Tries
 * are counted for the address before anything is compared, whether there is a code or not, so that the answers tell
 * nobody for whom one was made.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS, MINUTE_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { HandOverCodesTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { randomDigits } from './digits.ts';
import { requireMac, rowMac, type MacKeys } from './row-mac.ts';
import type { Throttle } from './throttle.ts';

export const HAND_OVER_LIFETIME_MS = 30 * MINUTE_MS;
export const HAND_OVER_TRIES = 5;
const DIGITS = 8;
export const HAND_OVERS_A_DAY = 5;

type Code = Omit<HandOverCodesTable, 'mac'>;
type Context = Pick<AccountsContext, 'database' | 'keys' | 'clock' | 'random'>;

export type IssuedHandOver =
  | {
      readonly outcome: 'issued';
      readonly code: string;
      readonly expiresAt: number;
      readonly statements: readonly Statement[];
    }
  | { readonly outcome: 'too-many' };

export type CheckedHandOver =
  /** `use` makes it of no use again; of two at once one fails. */
  | { readonly outcome: 'right'; readonly use: Statement; readonly madeBy: string }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'expired' };

export class HandOverCodes {
  readonly #context: Context;
  readonly #throttle: Throttle;

  constructor(context: Context, throttle: Throttle) {
    this.#context = context;
    this.#throttle = throttle;
  }

  /** A code in place of an older one, with tries of its own. `madeBy`: the worker's staff id. */
  async issue(canonicalAddress: string, madeBy: string): Promise<IssuedHandOver> {
    const { clock, random, keys, database } = this.#context;
    const counted = await this.#throttle.countInWindow(
      'hand-over-codes',
      canonicalAddress,
      HAND_OVERS_A_DAY,
      DAY_MS,
    );
    if (!counted.allowed) return { outcome: 'too-many' };
    const code = randomDigits(random, DIGITS);
    const id = newId(clock, random);
    const createdAt = clock.now();
    const expiresAt = createdAt + HAND_OVER_LIFETIME_MS;
    const codeHash = hashCode(keys, id, code);
    const row: Code = { canonicalAddress, id, codeHash, madeBy, createdAt, expiresAt, usedAt: null };
    const insert = database.query.insertInto('hand_over_codes').values({ ...row, mac: codeMac(keys, row) });
    const older = database.query
      .deleteFrom('hand_over_codes')
      .where('canonicalAddress', '=', canonicalAddress);
    const statements = [
      statement(older),
      statement(insert, exactlyOne),
      this.#throttle.forget('hand-over-tries', canonicalAddress),
    ];
    return { outcome: 'issued', code, expiresAt, statements };
  }

  /** Counts a try and compares. Throws RowForged. */
  async check(canonicalAddress: string, typed: string): Promise<CheckedHandOver> {
    const counted = await this.#throttle.countInWindow(
      'hand-over-tries',
      canonicalAddress,
      HAND_OVER_TRIES,
      HAND_OVER_LIFETIME_MS,
    );
    if (!counted.allowed) return { outcome: 'expired' };
    const row = await this.#find(canonicalAddress);
    const { keys, clock, database } = this.#context;
    const isRight =
      row !== null &&
      row.usedAt === null &&
      clock.now() < row.expiresAt &&
      equalBytes(hashCode(keys, row.id, typed), row.codeHash);
    if (!isRight)
      return counted.left > 0 ? { outcome: 'wrong', triesLeft: counted.left } : { outcome: 'expired' };
    const used: Code = { ...row, usedAt: clock.now() };
    const update = database.query
      .updateTable('hand_over_codes')
      .set({ usedAt: used.usedAt, mac: codeMac(keys, used) })
      .where('canonicalAddress', '=', canonicalAddress)
      .where('id', '=', row.id)
      .where('usedAt', 'is', null);
    return { outcome: 'right', use: statement(update, exactlyOne), madeBy: row.madeBy };
  }

  /** Removes codes that are over. */
  sweep(): Statement {
    const { database, clock } = this.#context;
    return statement(database.query.deleteFrom('hand_over_codes').where('expiresAt', '<', clock.now()));
  }

  async #find(canonicalAddress: string): Promise<HandOverCodesTable | null> {
    const { database, keys } = this.#context;
    const row = await database.query
      .selectFrom('hand_over_codes')
      .selectAll()
      .where('canonicalAddress', '=', canonicalAddress)
      .executeTakeFirst();
    if (row === undefined) return null;
    requireMac('hand_over_codes', row.id, codeMac(keys, row), row.mac);
    return row;
  }
}

/** What a person may have typed: eight digits with blanks between them; null where it can be no hand-over code. */
export function parseHandOverCode(typed: string): string | null {
  const digits = typed.normalize('NFKC').replaceAll(/[\s-]/gu, '');
  return /^\d{8}$/u.test(digits) ? digits : null;
}

function hashCode(keys: MacKeys, id: string, code: string): Buffer {
  return keys.mac('verifier', lengthPrefixed('hand-over-code', id, code));
}

function codeMac(keys: MacKeys, row: Code): Buffer {
  return rowMac(keys, 'hand_over_codes', [
    row.canonicalAddress,
    row.id,
    row.codeHash,
    row.madeBy,
    row.createdAt,
    row.expiresAt,
    row.usedAt,
  ]);
}
