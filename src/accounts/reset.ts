/**
 * A forgotten password: a code to the address, then a new password. It proves the mailbox and nothing more, so it
 * ends all sessions, sets `accounts.resetAt` (what was opened before then needs the author's release) and all proven
 * addresses are told. Asking for an address without an account does the same work and shows the same pages.
 */
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable, AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import { findAccount, findAccountByAddress, findPassword, provenAddresses } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import {
  CODE_LIFETIME_MS,
  CODE_TRIES,
  CODES_A_DAY,
  CODES_AN_HOUR,
  type AddressCodes,
} from './address-codes.ts';
import { noteSignIn } from './note-sign-in.ts';
import type { PasswordHasher } from './passwords.ts';
import { replacePassword } from './replace-password.ts';
import { accountMac } from './row-mac.ts';
import type { PortalSession, Sessions } from './sessions.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export interface ResetRequest {
  readonly canonicalAddress: string;
  /** The copy whose link was followed; null where the address was typed. */
  readonly recipientId: string | null;
  readonly browserHash: Uint8Array;
}

export interface ResetCode {
  readonly code: string;
  readonly account: AccountsTable;
  /** The proven address as SMTP gave it. */
  readonly address: string;
  /** Make the code valid. */
  readonly statements: readonly Statement[];
}

export type ResetVerification =
  | { readonly outcome: 'verified'; readonly token: string }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'expired' };

export type ResetCompletion =
  | { readonly outcome: 'done'; readonly accountId: string; readonly token: string }
  /** The session was used already, or the account is no longer there. */
  | { readonly outcome: 'gone' };

/** What tells the proven addresses: statements for the same unit. */
export type TellAddresses = (
  account: AccountsTable,
  addresses: readonly AccountAddressesTable[],
) => Promise<readonly Statement[]>;

export class PasswordReset {
  readonly #context: AccountsContext;
  readonly #codes: AddressCodes;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;
  readonly #throttle: Throttle;

  constructor(
    context: AccountsContext,
    parts: { codes: AddressCodes; hasher: PasswordHasher; sessions: Sessions; throttle: Throttle },
  ) {
    this.#context = context;
    this.#codes = parts.codes;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
    this.#throttle = parts.throttle;
  }

  /**
   * Counts the request and opens the window in which tries are counted, the same for every address. False where
   * too many were asked for; the page is not told.
   */
  async admit(request: ResetRequest): Promise<boolean> {
    if (!(await this.#mayAsk(request.canonicalAddress))) return false;
    await this.#throttle.openWindow('decoy', decoySubject(request.browserHash));
    return true;
  }

  /**
   * A code for an admitted request; null where nobody registered the address: then the decoy alone counts tries.
   * To be called after the answer was sent. Throws RowForged.
   */
  async issue(request: ResetRequest): Promise<ResetCode | null> {
    const address = request.canonicalAddress;
    const account = await findAccountByAddress(this.#context, address);
    const recipientId = request.recipientId ?? (await this.#someCopyFor(address));
    if (account === null || account.state !== 'active' || recipientId === null) return null;
    const issued = await this.#codes.issue({ ...request, recipientId, purpose: 'reset' });
    if (issued.outcome !== 'issued') return null;
    const proofs = await provenAddresses(this.#context, account.id);
    const proof = proofs.find(({ canonicalAddress }) => canonicalAddress === address);
    return { code: issued.code, account, address: proof?.address ?? address, statements: issued.statements };
  }

  async #mayAsk(address: string): Promise<boolean> {
    const hour = await this.#throttle.countInWindow('resets-an-hour', address, CODES_AN_HOUR, HOUR_MS);
    if (!hour.allowed) return false;
    return (await this.#throttle.countInWindow('resets-a-day', address, CODES_A_DAY, DAY_MS)).allowed;
  }

  /** The code row names a copy; any that went to the address will do. */
  async #someCopyFor(canonicalAddress: string): Promise<string | null> {
    const row = await this.#context.database.query
      .selectFrom('recipients')
      .select('id')
      .where('canonicalAddress', '=', canonicalAddress)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.id ?? null;
  }

  /** Compares the digits; right ones give a session that may only set a password. Throws RowForged. */
  async verify(browserHash: Uint8Array, typed: string): Promise<ResetVerification> {
    const left = await this.#throttle.countInOpenWindow(
      'decoy',
      decoySubject(browserHash),
      CODE_TRIES,
      CODE_LIFETIME_MS,
    );
    const checked = await this.#codes.check({ purpose: 'reset', browserHash }, typed);
    if (checked.outcome !== 'right')
      return left === null || left === 0 ? { outcome: 'expired' } : { outcome: 'wrong', triesLeft: left };
    const account = await findAccountByAddress(this.#context, checked.row.canonicalAddress);
    if (account === null) return { outcome: 'expired' };
    const { token, insert } = this.#sessions.open({
      kind: 'registration',
      canonicalAddress: checked.row.canonicalAddress,
      recipientId: null,
      accountId: account.id,
    });
    try {
      await this.#context.database.commit([checked.use, insert]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'verified', token };
  }

  /** Sets the password, ends every session of the account and opens a new one. Throws RowForged. */
  async complete(
    session: PortalSession,
    choice: { password: string; browser: string },
    tell: TellAddresses,
  ): Promise<ResetCompletion> {
    const account = session.accountId === null ? null : await findAccount(this.#context, session.accountId);
    if (account === null || account.state !== 'active') return { outcome: 'gone' };
    const secret = await this.#hasher.hash(choice.password);
    const addresses = await provenAddresses(this.#context, account.id);
    const fresh = this.#sessions.open({
      kind: 'recipient',
      accountId: account.id,
      browser: choice.browser,
    });
    try {
      await this.#context.database.commit([
        this.#sessions.end(session, exactlyOne),
        replacePassword(this.#context, await this.#password(account), secret),
        noteSignIn(this.#context, account, choice.browser),
        this.#markReset(account),
        this.#sessions.endAll(account.id),
        fresh.insert,
        this.#throttle.forgetPasswordTries(account.id),
        this.#context.audit.entry({ event: 'password-reset', accountId: account.id }),
        ...(await tell(account, addresses)),
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'gone' };
      throw error;
    }
    return { outcome: 'done', accountId: account.id, token: fresh.token };
  }

  async #password(account: AccountsTable): Promise<CredentialsTable> {
    const old = await findPassword(this.#context, account.id);
    if (old === null) throw new Error('the account has no password to replace');
    return old;
  }

  #markReset(account: AccountsTable): Statement {
    const row = { ...account, resetAt: this.#context.clock.now() };
    return statement(
      this.#context.database.query
        .updateTable('accounts')
        .set({ resetAt: row.resetAt, mac: accountMac(this.#context.keys, row) })
        .where('id', '=', account.id)
        .where('mac', '=', account.mac),
      exactlyOne,
    );
  }
}

function decoySubject(browserHash: Uint8Array): string {
  return Buffer.from(browserHash).toString('hex');
}
