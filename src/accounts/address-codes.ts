/**
 * Codes that prove an address: six digits mailed to it, good for ten minutes and five tries in the browser
 * that asked for them. A try is counted before the digits are compared, so that parallel guesses are tries too. For an
 * address that nobody registered a reset makes a row all the same, with digits that nobody was sent: what the page
 * shows and what the database does tell nothing about who has an account.
 */
import { equalBytes, lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AddressCodesTable } from '#src/storage/tables.ts';

import type { AccountsContext } from './accounts-context.ts';
import { randomDigits } from './digits.ts';
import { addressCodeMac, requireMac } from './row-mac.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export const CODE_LIFETIME_MS = 10 * MINUTE_MS;
export const CODE_TRIES = 5;
export const CODES_AN_HOUR = 5;
export const CODES_A_DAY = 10;
const CODE_DIGITS = 6;
const MAX_RACES = 20;
/** Rows are counted for a day; after that nothing needs them. */
const KEPT_MS = 2 * DAY_MS;

export type CodePurpose = AddressCodesTable['purpose'];
export type AddressCode = Omit<AddressCodesTable, 'mac'>;

export interface CodeRequest {
  readonly purpose: CodePurpose;
  readonly canonicalAddress: string;
  /** The copy whose link was followed; null where the address was typed. */
  readonly recipientId: string | null;
  /** `add-address`: the account that asked; nobody else may use the code. */
  readonly accountId?: string;
  readonly browserHash: Uint8Array;
}

/** Where a code was asked for: only there it is good. */
export type AskedIn = Pick<CodeRequest, 'purpose' | 'browserHash' | 'accountId'> & {
  readonly recipientId?: string;
};

export type IssuedCode =
  | { readonly outcome: 'issued'; readonly code: string; readonly statements: readonly Statement[] }
  | { readonly outcome: 'too-many'; readonly retryAfterSeconds: number };

export type CheckedCode =
  | { readonly outcome: 'right'; readonly row: AddressCode; readonly use: Statement }
  /** `older`: the digits of a code that a newer one has replaced; its mail came late. */
  | {
      readonly outcome: 'wrong';
      readonly triesLeft: number;
      readonly older: boolean;
      readonly row: AddressCode;
    }
  /** Never asked for in this browser, too old, used, or out of tries: all the same. */
  | { readonly outcome: 'expired' };

export class AddressCodes {
  readonly #context: AccountsContext;
  readonly #throttle: Throttle;

  constructor(context: AccountsContext, throttle: Throttle) {
    this.#context = context;
    this.#throttle = throttle;
  }

  /**
   * A new code, with the statements that make it valid; they fail as a lost race beside another one for the address.
   * Codes for a reset are counted by whoever asks for them, alike for addresses without an account.
   */
  async issue(request: CodeRequest): Promise<IssuedCode> {
    const serialise = await this.#throttle.serialise('codes', request.canonicalAddress);
    const wait = request.purpose === 'reset' ? 0 : await this.#waitBeforeNext(request);
    if (wait > 0) return { outcome: 'too-many', retryAfterSeconds: Math.ceil(wait / SECOND_MS) };
    const { clock, random, keys, database } = this.#context;
    const code = randomDigits(random, CODE_DIGITS);
    const id = newId(clock, random);
    const row: AddressCode = {
      id,
      canonicalAddress: request.canonicalAddress,
      recipientId: request.recipientId,
      accountId: request.accountId ?? null,
      browserHash: request.browserHash,
      codeHash: this.#hash(id, code),
      purpose: request.purpose,
      createdAt: clock.now(),
      expiresAt: clock.now() + CODE_LIFETIME_MS,
      tries: 0,
      usedAt: null,
    };
    const insert = database.query
      .insertInto('address_codes')
      .values({ ...row, mac: addressCodeMac(keys, row) });
    return { outcome: 'issued', code, statements: [serialise, statement(insert, exactlyOne)] };
  }

  /**
   * Milliseconds until another code may be sent to the address; 0: now. Who registers holds a link: codes that anybody can
   * ask for by typing the address keep nobody from it.
   */
  async #waitBeforeNext({ canonicalAddress, purpose }: CodeRequest): Promise<number> {
    const now = this.#context.clock.now();
    const recent = await this.#context.database.query
      .selectFrom('address_codes')
      .select('createdAt')
      .where('canonicalAddress', '=', canonicalAddress)
      .where('createdAt', '>', now - DAY_MS)
      .$if(purpose === 'register', (query) => query.where('purpose', '=', 'register'))
      .orderBy('createdAt', 'desc')
      .limit(CODES_A_DAY)
      .execute();
    const fifth = recent[CODES_AN_HOUR - 1];
    const tenth = recent[CODES_A_DAY - 1];
    return Math.max(
      fifth === undefined ? 0 : fifth.createdAt + HOUR_MS - now,
      tenth === undefined ? 0 : tenth.createdAt + DAY_MS - now,
      0,
    );
  }

  /** Counts a try at the newest code of this browser and compares. Throws RowForged. */
  async check(request: AskedIn, typed: string): Promise<CheckedCode> {
    for (let race = 0; race < MAX_RACES; race++) {
      const row = await this.pending(request);
      if (row === null) return { outcome: 'expired' };
      const counted: AddressCode = { ...row, tries: row.tries + 1 };
      if (!(await this.#replace(row, counted))) continue;
      if (equalBytes(this.#hash(row.id, typed), row.codeHash)) {
        const used: AddressCode = { ...counted, usedAt: this.#context.clock.now() };
        return { outcome: 'right', row: used, use: this.#replacement(counted, used) };
      }
      const triesLeft = CODE_TRIES - counted.tries;
      if (triesLeft <= 0) return { outcome: 'expired' };
      return { outcome: 'wrong', triesLeft, older: await this.#isOlder(counted, typed), row: counted };
    }
    return { outcome: 'expired' };
  }

  /** The newest code that this browser asked for, if it can still be used. Throws RowForged. */
  async pending(request: AskedIn): Promise<AddressCode | null> {
    const { database, keys, clock } = this.#context;
    const row = await database.query
      .selectFrom('address_codes')
      .selectAll()
      .where('browserHash', '=', Buffer.from(request.browserHash))
      .where('purpose', '=', request.purpose)
      .$if(request.recipientId !== undefined, (query) =>
        query.where('recipientId', '=', request.recipientId ?? ''),
      )
      .$if(request.accountId !== undefined, (query) => query.where('accountId', '=', request.accountId ?? ''))
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return null;
    requireMac('address_codes', row.id, addressCodeMac(keys, row), row.mac);
    const isUsable = row.usedAt === null && row.tries < CODE_TRIES && clock.now() < row.expiresAt;
    return isUsable ? row : null;
  }

  /** Whether these digits were mailed before those of `newest`, asked for in the same place. */
  async #isOlder(newest: AddressCode, typed: string): Promise<boolean> {
    const rows = await this.#context.database.query
      .selectFrom('address_codes')
      .select(['id', 'codeHash'])
      .where('browserHash', '=', Buffer.from(newest.browserHash))
      .where('purpose', '=', newest.purpose)
      .where('canonicalAddress', '=', newest.canonicalAddress)
      .where('id', '<', newest.id)
      .orderBy('id', 'desc')
      .limit(CODES_AN_HOUR)
      .execute();
    return rows.some(({ id, codeHash }) => equalBytes(this.#hash(id, typed), codeHash));
  }

  /** Removes rows that no limit counts any more. */
  sweep(): Statement {
    const { query } = this.#context.database;
    const before = this.#context.clock.now() - KEPT_MS;
    return statement(query.deleteFrom('address_codes').where('createdAt', '<', before));
  }

  #hash(id: string, code: string): Buffer {
    return this.#context.keys.mac('verifier', lengthPrefixed('address-code', id, code));
  }

  /** False where another request changed the row in between. */
  async #replace(from: AddressCode, to: AddressCode): Promise<boolean> {
    try {
      await this.#context.database.commit([this.#replacement(from, to)]);
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  #replacement(from: AddressCode, to: AddressCode): Statement {
    const { query } = this.#context.database;
    return statement(
      query
        .updateTable('address_codes')
        .set({ tries: to.tries, usedAt: to.usedAt, mac: addressCodeMac(this.#context.keys, to) })
        .where('id', '=', from.id)
        .where('tries', '=', from.tries)
        .where('usedAt', 'is', null),
      exactlyOne,
    );
  }
}

/** What the browser cookie is kept as. */
export function hashBrowserToken(token: string): Buffer {
  return sha256('browser', token);
}

/** What a person may have typed: digits with spaces between them → six digits; null where it can't be a code. */
export function parseAddressCode(typed: string): string | null {
  const digits = typed.normalize('NFKC').replaceAll(/[\s-]/gu, '');
  return /^\d{6}$/u.test(digits) ? digits : null;
}
