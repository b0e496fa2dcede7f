/**
 * Several addresses of one person. Adding one takes a code mailed to it, typed into the session and browser that asked;
 * whether an account has it already is said only to who has proven to read it. What waits for a new address is wrapped
 * to the account in the unit that adds it. What came to an address that is removed is closed for everybody: its next
 * owner, who may be somebody else, reads nothing of it. An address that rests since a reset through another one is proven
 * again by the same code.
 */
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable, AccountsTable } from '#src/storage/tables.ts';

import { findAccountByAddress, isConfirmed, provenAddresses } from './account-directory.ts';
import { findAccountHolder } from './account-key.ts';
import type { AccountsContext } from './accounts-context.ts';
import type { AddressCodes, IssuedCode } from './address-codes.ts';
import { closeCopiesTo } from './close-copies.ts';
import { rewrapWaitingMessages } from './rewrap.ts';
import { accountAddressMac, accountMac } from './row-mac.ts';
import type { Sessions } from './sessions.ts';
import { isLostRace } from './throttle.ts';

export const MOST_ADDRESSES = 20;

export interface NewAddress {
  readonly accountId: string;
  readonly canonicalAddress: string;
  readonly browserHash: Uint8Array;
}

export type AddressProof =
  | { readonly outcome: 'added' | 'confirmed'; readonly canonicalAddress: string }
  | { readonly outcome: 'wrong'; readonly triesLeft: number; readonly older: boolean }
  | { readonly outcome: 'expired' }
  /** Another account has it. */
  | { readonly outcome: 'taken' };

/** Statements that tell the addresses, for the same unit. */
export type TellOfAddress = (canonicalAddress: string) => Promise<readonly Statement[]>;

/** The mailbox was proven just now; fails the unit where the row changed in between. */
export function proveAgain(
  { clock, keys, database }: Pick<AccountsContext, 'clock' | 'keys' | 'database'>,
  proof: AccountAddressesTable,
): Statement {
  const provenAt = clock.now();
  const update = database.query
    .updateTable('account_addresses')
    .set({ provenAt, mac: accountAddressMac(keys, { ...proof, provenAt }) })
    .where('canonicalAddress', '=', proof.canonicalAddress)
    .where('mac', '=', proof.mac);
  return statement(update, exactlyOne);
}

export class OwnAddresses {
  readonly #context: AccountsContext;
  readonly #codes: AddressCodes;
  readonly #sessions: Sessions;

  constructor(context: AccountsContext, parts: { codes: AddressCodes; sessions: Sessions }) {
    this.#context = context;
    this.#codes = parts.codes;
    this.#sessions = parts.sessions;
  }

  /** A code for the address; its statements are committed with the mail. */
  requestCode({ accountId, canonicalAddress, browserHash }: NewAddress): Promise<IssuedCode> {
    return this.#codes.issue({
      purpose: 'add-address',
      canonicalAddress,
      recipientId: null,
      accountId,
      browserHash,
    });
  }

  /** Compares the digits and adds the address that they were mailed to. Throws RowForged. */
  async prove(
    account: AccountsTable,
    browserHash: Uint8Array,
    typed: string,
    tell: TellOfAddress,
  ): Promise<AddressProof> {
    const checked = await this.#codes.check(
      { purpose: 'add-address', browserHash, accountId: account.id },
      typed,
    );
    if (checked.outcome === 'expired') return checked;
    const { database, audit } = this.#context;
    if (checked.outcome === 'wrong') {
      await database.commit([audit.entry({ event: 'code-wrong', accountId: account.id })]);
      return { outcome: 'wrong', triesLeft: checked.triesLeft, older: checked.older };
    }
    const { canonicalAddress } = checked.row;
    const owner = await findAccountByAddress(this.#context, canonicalAddress);
    if (owner === null) return this.#add(account, canonicalAddress, checked.use, tell);
    if (owner.id === account.id) return this.#confirm(account, canonicalAddress, checked.use);
    await database.commit([checked.use]);
    return { outcome: 'taken' };
  }

  async #confirm(
    account: AccountsTable,
    canonicalAddress: string,
    useCode: Statement,
  ): Promise<AddressProof> {
    const proofs = await provenAddresses(this.#context, account.id);
    const proof = proofs.find((one) => one.canonicalAddress === canonicalAddress);
    if (proof === undefined || isConfirmed(proof, account)) return { outcome: 'expired' };
    try {
      await this.#context.database.commit([
        useCode,
        this.#expectUnchanged(account),
        proveAgain(this.#context, proof),
        this.#context.audit.entry({
          event: 'address-confirmed',
          accountId: account.id,
          facts: { address: canonicalAddress },
        }),
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'confirmed', canonicalAddress };
  }

  async #add(
    account: AccountsTable,
    canonicalAddress: string,
    useCode: Statement,
    tell: TellOfAddress,
  ): Promise<AddressProof> {
    const holder = await findAccountHolder(this.#context, account.id);
    if (holder === null) throw new Error('the account has no key');
    const rewraps = await rewrapWaitingMessages(this.#context, canonicalAddress, holder);
    try {
      await this.#context.database.commit([
        useCode,
        this.#expectUnchanged(account),
        this.#insert(account.id, canonicalAddress),
        ...rewraps,
        this.#sessions.endRegistrations(canonicalAddress),
        this.#context.audit.entry({
          event: 'address-added',
          accountId: account.id,
          facts: { address: canonicalAddress, rewrapped: rewraps.length / 2 },
        }),
        ...(await tell(canonicalAddress)),
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'added', canonicalAddress };
  }

  #insert(accountId: string, canonicalAddress: string): Statement {
    const { keys, clock, database } = this.#context;
    const row = { canonicalAddress, accountId, address: canonicalAddress, provenAt: clock.now() };
    return statement(
      database.query.insertInto('account_addresses').values({ ...row, mac: accountAddressMac(keys, row) }),
      exactlyOne,
    );
  }

  /** Fails the unit where the account was reset, locked or deleted in between. */
  #expectUnchanged(account: AccountsTable): Statement {
    const { query } = this.#context.database;
    const update = query
      .updateTable('accounts')
      .set({ mac: accountMac(this.#context.keys, account) })
      .where('id', '=', account.id)
      .where('mac', '=', account.mac);
    return statement(update, exactlyOne);
  }

  /** False where it was gone already. `tell`: statements that mail the news. */
  async remove(proof: AccountAddressesTable, tell: readonly Statement[]): Promise<boolean> {
    const { database, audit } = this.#context;
    const remove = database.query
      .deleteFrom('account_addresses')
      .where('canonicalAddress', '=', proof.canonicalAddress)
      .where('mac', '=', proof.mac);
    try {
      await database.commit([
        ...closeCopiesTo(this.#context, proof, 'address-removed'),
        statement(remove, exactlyOne),
        audit.entry({
          event: 'address-removed',
          accountId: proof.accountId,
          facts: { address: proof.canonicalAddress },
        }),
        ...tell,
      ]);
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }
}
