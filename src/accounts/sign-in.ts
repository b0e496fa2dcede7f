/**
 * Signing in with a password. An address without an account takes the same steps, the same time and gives the same
 * answer as a wrong password; tries are counted per account (or unknown address) and per network before anything is
 * compared. The unit that opens the session fails if the account changed in between, as by a reset.
 */
import { HOUR_MS } from '#src/base/clock.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { findAccountByAddress, findPassword } from './account-directory.ts';
import { raiseTamperAlarm, type AccountsContext } from './accounts-context.ts';
import { noteSignIn } from './note-sign-in.ts';
import type { PasswordHasher } from './passwords.ts';
import { RowForged } from './row-mac.ts';
import type { PortalSession, Sessions } from './sessions.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export interface SignInAttempt {
  /** Null where what was typed is no address, or the link is unknown. */
  readonly canonicalAddress: string | null;
  readonly password: string;
  /** What `networkOf` gives for the browser's address. */
  readonly network: string;
  /** What base's `nameBrowser` makes of the browser. */
  readonly browser: string;
  /** The browser's session until now; ended by signing in. */
  readonly previous: PortalSession | null;
}

export type SignInOutcome =
  | { readonly outcome: 'signed-in'; readonly accountId: string; readonly token: string }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'wait'; readonly retryAfterSeconds: number; readonly locked: boolean };

/** Failures an hour from one network: an office shares one, so it only slows what guesses at many accounts. */
const NETWORK_FAILURES_AN_HOUR = 200;

export class SignIn {
  readonly #context: AccountsContext;
  readonly #throttle: Throttle;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;

  constructor(
    context: AccountsContext,
    parts: { throttle: Throttle; hasher: PasswordHasher; sessions: Sessions },
  ) {
    this.#context = context;
    this.#throttle = parts.throttle;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
  }

  async signIn(attempt: SignInAttempt): Promise<SignInOutcome> {
    const network = await this.#throttle.isUsedUp(
      'network-failures',
      attempt.network,
      NETWORK_FAILURES_AN_HOUR,
      HOUR_MS,
    );
    if (!network.allowed) return { outcome: 'wait', ...waitOf(network) };
    const account = await this.#believableAccount(attempt.canonicalAddress);
    const subject = account?.id ?? attempt.canonicalAddress ?? `no address from ${attempt.network}`;
    const tries = await this.#throttle.countPasswordTry(subject);
    if (!tries.allowed) return { outcome: 'wait', ...waitOf(tries) };
    const isRight = await this.#isPasswordRight(account, attempt.password);
    if (account === null || !isRight) return this.#fail(account, attempt.network);
    return this.#open(account, subject, attempt);
  }

  /** Forged rows raise the alarm and count as no account. */
  async #believableAccount(canonicalAddress: string | null): Promise<AccountsTable | null> {
    if (canonicalAddress === null) return null;
    try {
      const account = await findAccountByAddress(this.#context, canonicalAddress);
      return account?.state === 'active' ? account : null;
    } catch (error) {
      await this.#alarm(error, null);
      return null;
    }
  }

  async #isPasswordRight(account: AccountsTable | null, password: string): Promise<boolean> {
    try {
      const credential = account === null ? null : await findPassword(this.#context, account.id);
      if (credential !== null) return await this.#hasher.verify(password, credential.secret);
    } catch (error) {
      await this.#alarm(error, account?.id ?? null);
    }
    return this.#hasher.verifyNothing(password);
  }

  async #alarm(error: unknown, accountId: string | null): Promise<void> {
    if (!(error instanceof RowForged)) throw error;
    await raiseTamperAlarm(this.#context, { what: error.table, rowKey: error.rowKey, accountId });
  }

  async #fail(account: AccountsTable | null, network: string): Promise<SignInOutcome> {
    await this.#throttle.countInWindow('network-failures', network, NETWORK_FAILURES_AN_HOUR, HOUR_MS);
    await this.#context.database.commit([
      this.#context.audit.entry({ event: 'sign-in-failed', accountId: account?.id ?? null }),
    ]);
    return { outcome: 'failed' };
  }

  async #open(
    account: AccountsTable,
    subject: string,
    { previous, browser }: SignInAttempt,
  ): Promise<SignInOutcome> {
    const { token, insert } = this.#sessions.open({ kind: 'recipient', accountId: account.id, browser });
    try {
      await this.#context.database.commit([
        noteSignIn(this.#context, account, browser),
        insert,
        this.#throttle.forgetPasswordTries(subject),
        ...(previous === null ? [] : [this.#sessions.end(previous)]),
        this.#context.audit.entry({ event: 'signed-in', accountId: account.id }),
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'failed' };
      throw error;
    }
    return { outcome: 'signed-in', accountId: account.id, token };
  }
}

function waitOf(answer: { retryAfterSeconds: number; locked: boolean }): {
  retryAfterSeconds: number;
  locked: boolean;
} {
  return { retryAfterSeconds: answer.retryAfterSeconds, locked: answer.locked };
}
