/**
 * A forgotten password: a code to the address, then a new password. Where the account has a second factor, that is asked
 * for too; who has lost it waits (`pending-reset.ts`). Otherwise it proves the mailbox and nothing more: it ends all
 * sessions, sets `accounts.resetAt` (what was opened before then needs a further proof or the author's release) and
 * suspends the other ways to sign in; of several addresses only the one that was proven now sets passwords until the others
 * are proven again. All proven addresses are told. Asking for an address without an account does the
 * same work and shows the same pages.
 */
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { exactlyOne, type Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable, AccountsTable } from '#src/storage/tables.ts';

import {
  findAccount,
  findAccountByAddress,
  findPassword,
  isConfirmed,
  provenAddresses,
} from './account-directory.ts';
import { proveAgain } from './own-addresses.ts';
import type { AccountRules } from './account-rules.ts';
import type { AccountsContext } from './accounts-context.ts';
import {
  CODE_LIFETIME_MS,
  CODE_TRIES,
  CODES_A_DAY,
  CODES_AN_HOUR,
  type AddressCodes,
} from './address-codes.ts';
import type { Admitted } from './admission.ts';
import { changeAccount, setPassword } from './credential-rows.ts';
import type { HandOverCodes } from './hand-over-codes.ts';
import { newPassword } from './new-password.ts';
import { noteSignIn } from './note-sign-in.ts';
import type { PasswordHasher } from './passwords.ts';
import { beginPendingReset, endPendingReset, findPendingReset, isEffective } from './pending-reset.ts';
import { forgetDevices } from './remembered-devices.ts';
import type { SecondFactor, SecondFactorProof } from './second-factor.ts';
import type { PortalSession, Sessions } from './sessions.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export interface ResetRequest {
  readonly canonicalAddress: string;
  /** The copy whose link was followed; null where the address was typed. */
  readonly recipientId: string | null;
  readonly browserHash: Uint8Array;
}

export interface ResetCode {
  /** Make the code valid. */
  readonly statements: readonly Statement[];
  /** Null: nobody is sent the digits. */
  readonly mailTo: {
    readonly code: string;
    readonly account: AccountsTable;
    /** The proven address as SMTP gave it. */
    readonly address: string;
  } | null;
}

export type ResetVerification =
  | { readonly outcome: 'verified'; readonly token: string; readonly needs: ResetNeeds }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'expired' };

/** What finishing takes besides a new password. */
export interface ResetNeeds {
  /** A code of the app, or a recovery code. */
  readonly secondFactor: boolean;
  /** When a reset without the second factor takes effect; null: nobody asked for one. */
  readonly lostEffectiveAt: number | null;
}

export type ResetCompletion =
  | Admitted
  | Exclude<SecondFactorProof, { outcome: 'right' }>
  | { readonly outcome: 'second-factor-needed' }
  /** The session was used already, or the account is no longer there. */
  | { readonly outcome: 'gone' };

/** What tells the proven addresses: statements for the same unit. `byMailAlone`: without a second factor. */
export type TellAddresses = (
  account: AccountsTable,
  addresses: readonly AccountAddressesTable[],
  byMailAlone: boolean,
) => Promise<readonly Statement[]>;

/** The same for a reset that waits; `token` is in the link that stops it. */
export type TellOfWait = (
  account: AccountsTable,
  addresses: readonly AccountAddressesTable[],
  waiting: { readonly token: string; readonly effectiveAt: number },
) => Promise<readonly Statement[]>;

export class PasswordReset {
  readonly #context: AccountsContext;
  readonly #codes: AddressCodes;
  readonly #handOver: HandOverCodes;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;
  readonly #throttle: Throttle;
  readonly #secondFactor: SecondFactor;
  readonly #rules: AccountRules;

  constructor(
    context: AccountsContext,
    parts: {
      codes: AddressCodes;
      handOver: HandOverCodes;
      hasher: PasswordHasher;
      sessions: Sessions;
      throttle: Throttle;
      secondFactor: SecondFactor;
      rules: AccountRules;
    },
  ) {
    this.#context = context;
    this.#codes = parts.codes;
    this.#handOver = parts.handOver;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
    this.#throttle = parts.throttle;
    this.#secondFactor = parts.secondFactor;
    this.#rules = parts.rules;
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
   * A code for an admitted request. For an address that nobody registered, or that rests, there is a row as well, whose
   * digits nobody is sent: what tries at it cost tells nothing. To be called after the answer was sent. Throws RowForged.
   */
  async issue(request: ResetRequest): Promise<ResetCode | null> {
    const issued = await this.#codes.issue({ ...request, purpose: 'reset' });
    if (issued.outcome !== 'issued') return null;
    const { code, statements } = issued;
    const account = await findAccountByAddress(this.#context, request.canonicalAddress);
    const proof = account?.state === 'active' ? await this.#proofOf(account, request.canonicalAddress) : null;
    const isGood = account !== null && proof !== null && isConfirmed(proof, account);
    return { statements, mailTo: isGood ? { code, account, address: proof.address } : null };
  }

  /** Throws RowForged. */
  async #proofOf(account: AccountsTable, canonicalAddress: string): Promise<AccountAddressesTable | null> {
    const proofs = await provenAddresses(this.#context, account.id);
    return proofs.find((proof) => proof.canonicalAddress === canonicalAddress) ?? null;
  }

  async #mayAsk(address: string): Promise<boolean> {
    const hour = await this.#throttle.countInWindow('resets-an-hour', address, CODES_AN_HOUR, HOUR_MS);
    if (!hour.allowed) return false;
    return (await this.#throttle.countInWindow('resets-a-day', address, CODES_A_DAY, DAY_MS)).allowed;
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
    return this.#begin(checked.row.canonicalAddress, () => [checked.use]);
  }

  /** The same by a code that the help desk read out, in any browser: for the address that was typed. Throws RowForged. */
  async verifyHandOver(canonicalAddress: string, typed: string): Promise<ResetVerification> {
    const { audit, database } = this.#context;
    const checked = await this.#handOver.check(canonicalAddress, typed);
    if (checked.outcome === 'expired') return checked;
    if (checked.outcome === 'wrong') {
      const facts = { address: canonicalAddress, handOver: true };
      await database.commit([audit.entry({ event: 'code-wrong', facts })]);
      return checked;
    }
    const facts = { address: canonicalAddress, for: 'reset', madeBy: checked.madeBy };
    return this.#begin(canonicalAddress, (accountId) => [
      checked.use,
      audit.entry({ event: 'hand-over-code-used', accountId, facts }),
    ]);
  }

  /** A session that may only set a password; `prove`: what uses up the proof of the address. */
  async #begin(
    canonicalAddress: string,
    prove: (accountId: string) => readonly Statement[],
  ): Promise<ResetVerification> {
    const account = await findAccountByAddress(this.#context, canonicalAddress);
    if (account === null) return { outcome: 'expired' };
    const { token, insert } = this.#sessions.open({
      kind: 'registration',
      canonicalAddress,
      recipientId: null,
      accountId: account.id,
    });
    try {
      await this.#context.database.commit([...prove(account.id), insert]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'verified', token, needs: await this.needsOf(account.id) };
  }

  /** Throws RowForged. */
  async needsOf(accountId: string): Promise<ResetNeeds> {
    const secondFactor = (await this.#secondFactor.find(accountId)) !== null;
    const pending = secondFactor ? await findPendingReset(this.#context, accountId) : null;
    return { secondFactor, lostEffectiveAt: pending?.effectiveAt ?? null };
  }

  /** Begins the wait of somebody who lost the second factor; null where the session is of no use. Throws RowForged. */
  async wait(session: PortalSession, tell: TellOfWait): Promise<{ readonly effectiveAt: number } | null> {
    const account = await this.#accountOf(session);
    if (account === null || session.canonicalAddress === null) return null;
    const needs = await this.needsOf(account.id);
    if (!needs.secondFactor) return null;
    if (needs.lostEffectiveAt !== null) return { effectiveAt: needs.lostEffectiveAt };
    const begun = beginPendingReset(this.#context, account.id, session.canonicalAddress);
    const addresses = await provenAddresses(this.#context, account.id);
    try {
      await this.#context.database.commit([...begun.statements, ...(await tell(account, addresses, begun))]);
    } catch (error) {
      if (!isLostRace(error)) throw error;
      const first = await findPendingReset(this.#context, account.id);
      return first === null ? null : { effectiveAt: first.effectiveAt };
    }
    return { effectiveAt: begun.effectiveAt };
  }

  /** Sets the password, ends every session of the account and opens a new one. Throws RowForged. */
  async complete(
    session: PortalSession,
    given: { readonly password: string; readonly secondFactor: string | null; readonly browser: string },
    tell: TellAddresses,
  ): Promise<ResetCompletion> {
    const account = await this.#accountOf(session);
    if (account === null) return { outcome: 'gone' };
    const further = await this.#furtherProof(account, given.secondFactor);
    if ('outcome' in further) return further;
    const { byMailAlone } = further;
    const password = await newPassword(this.#hasher, given.password);
    const addresses = await provenAddresses(this.#context, account.id);
    const proof = addresses.find(({ canonicalAddress }) => canonicalAddress === session.canonicalAddress);
    if (proof === undefined || !isConfirmed(proof, account)) return { outcome: 'gone' };
    const due = byMailAlone && this.#rules.secondFactor === 'required' ? 'second-factor-setup' : null;
    const old = await findPassword(this.#context, account.id);
    const told = await tell(account, addresses, byMailAlone);
    // Before the session is opened: one from before the reset is none.
    const marked = this.#markReset(account, byMailAlone);
    const fresh = this.#sessions.open(
      due === null
        ? { kind: 'recipient', accountId: account.id, browser: given.browser }
        : { kind: due, accountId: account.id, canonicalAddress: session.canonicalAddress },
    );
    try {
      await this.#context.database.commit([
        this.#sessions.end(session, exactlyOne),
        ...further.statements,
        setPassword(this.#context, account.id, old, password),
        noteSignIn(this.#context, account, given.browser),
        marked,
        ...(byMailAlone ? [proveAgain(this.#context, proof)] : []),
        this.#sessions.endAll(account.id),
        forgetDevices(this.#context, account.id),
        endPendingReset(this.#context, account.id),
        fresh.insert,
        this.#throttle.forget('password', account.id),
        this.#context.audit.entry({
          event: 'password-reset',
          accountId: account.id,
          facts: { byMailAlone },
        }),
        ...told,
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'gone' };
      throw error;
    }
    const { token } = fresh;
    return due === null
      ? { outcome: 'signed-in', accountId: account.id, token }
      : { outcome: 'due', due, token };
  }

  async #accountOf(session: PortalSession): Promise<AccountsTable | null> {
    const account = session.accountId === null ? null : await findAccount(this.#context, session.accountId);
    return account?.state === 'active' ? account : null;
  }

  /** A second factor that was given, that was lost for long enough, or that there never was. */
  async #furtherProof(
    account: AccountsTable,
    typed: string | null,
  ): Promise<
    | Exclude<ResetCompletion, Admitted>
    | { readonly byMailAlone: boolean; readonly statements: readonly Statement[] }
  > {
    if ((await this.#secondFactor.find(account.id)) === null) return { byMailAlone: true, statements: [] };
    if (typed !== null) {
      const proof = await this.#secondFactor.prove(account.id, typed);
      return proof.outcome === 'right' ? { byMailAlone: false, statements: proof.statements } : proof;
    }
    const pending = await findPendingReset(this.#context, account.id);
    if (pending === null || !isEffective(pending, this.#context.clock.now()))
      return { outcome: 'second-factor-needed' };
    return {
      byMailAlone: true,
      statements: [
        endPendingReset(this.#context, account.id, exactlyOne),
        ...(await this.#secondFactor.turnOff(account.id)),
      ],
    };
  }

  #markReset(account: AccountsTable, byMailAlone: boolean): Statement {
    const now = this.#context.clock.now();
    return changeAccount(this.#context, account, byMailAlone ? { resetAt: now, suspendedBefore: now } : {});
  }
}

function decoySubject(browserHash: Uint8Array): string {
  return Buffer.from(browserHash).toString('hex');
}
