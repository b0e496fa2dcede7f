/**
 * Signing in: with a password, a passkey, an account at a provider, and what a sign-in under way still lacks. An address without an account takes
 * the same steps, the same time and gives the same answer as a wrong password; tries are counted per account (or unknown
 * address) and per network before anything is compared.
 */
import { HOUR_MS } from '#src/base/clock.ts';
import { exactlyOne, type Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import {
  findAccount,
  findAccountByAddress,
  findPassword,
  NO_ACCOUNT,
  provenAddresses,
} from './account-directory.ts';
import type { AccountPasskeys } from './account-passkeys.ts';
import type { AccountProviders, ProviderRefusal } from './account-providers.ts';
import { raiseTamperAlarm, type AccountsContext } from './accounts-context.ts';
import type { Admission, AdmissionOutcome, Proof } from './admission.ts';
import type { PasswordHasher } from './passwords.ts';
import type { ProviderKind } from './provider-address.ts';
import { RowForged } from './row-mac.ts';
import type { SecondFactor, SecondFactorKind } from './second-factor.ts';
import type { PortalSession, Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';
import type { AuthenticationResponseJSON } from './webauthn.ts';

export interface SignInAttempt {
  /** What `networkOf` gives for the browser's address. */
  readonly network: string;
  /** What base's `nameBrowser` makes of the browser. */
  readonly browser: string;
  /** The browser's session until now; ended by signing in. */
  readonly previous: PortalSession | null;
  /** Cookie of a remembered device. */
  readonly device: string | undefined;
}

export interface PasswordAttempt extends SignInAttempt {
  /** Null where what was typed is no address, or the link is unknown. */
  readonly canonicalAddress: string | null;
  readonly password: string;
}

export interface PasskeyAttempt extends SignInAttempt {
  readonly canonicalAddress: string | null;
  /** Cookie of the ticket under which it was asked for. */
  readonly ticket: string | undefined;
  readonly response: AuthenticationResponseJSON;
}

export interface ProviderAttempt extends SignInAttempt {
  readonly kind: ProviderKind;
  /** Cookie of the ticket under which the browser was sent there. */
  readonly ticket: string | undefined;
  /** What it came back with. */
  readonly query: string;
}

export type SignInOutcome =
  | AdmissionOutcome
  /** The passkey is its owner's, and does not count since a reset until they confirm it. */
  | { readonly outcome: 'suspended' }
  | { readonly outcome: 'wait'; readonly retryAfterSeconds: number; readonly locked: boolean };

/** What a sign-in under way lacked. */
export interface SecondStep {
  readonly pending: PortalSession;
  readonly account: AccountsTable;
  readonly mailbox: boolean;
  readonly statements: readonly Statement[];
}

/** Failures an hour from one network: an office shares one, so it only slows what guesses at many accounts. */
const NETWORK_FAILURES_AN_HOUR = 200;
const NOTHING_FURTHER = { secondFactor: false, mailbox: false, statements: [] } as const;

export class SignIn {
  readonly #context: AccountsContext;
  readonly #throttle: Throttle;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;
  readonly #passkeys: AccountPasskeys;
  readonly #providers: AccountProviders;
  readonly #secondFactor: SecondFactor;
  readonly #admission: Admission;

  constructor(
    context: AccountsContext,
    parts: {
      throttle: Throttle;
      hasher: PasswordHasher;
      sessions: Sessions;
      passkeys: AccountPasskeys;
      providers: AccountProviders;
      secondFactor: SecondFactor;
      admission: Admission;
    },
  ) {
    this.#context = context;
    this.#throttle = parts.throttle;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
    this.#passkeys = parts.passkeys;
    this.#providers = parts.providers;
    this.#secondFactor = parts.secondFactor;
    this.#admission = parts.admission;
  }

  async signIn(attempt: PasswordAttempt): Promise<SignInOutcome> {
    return this.#guarded(attempt, async () => {
      const account = await this.#believableAccount(attempt.canonicalAddress);
      const subject = account?.id ?? attempt.canonicalAddress ?? `no address from ${attempt.network}`;
      const tries = await this.#throttle.countGuess('password', subject);
      if (!tries.allowed) return { outcome: 'wait', ...waitOf(tries) };
      const isRight = await this.#isPasswordRight(account, attempt.password);
      if (account === null || !isRight) return this.#fail(account, attempt, 'password');
      return this.#admit({ ...attempt, ...NOTHING_FURTHER, account, method: 'password' });
    });
  }

  async signInWithPasskey(attempt: PasskeyAttempt): Promise<SignInOutcome> {
    return this.#guarded(attempt, async () => {
      const found = await this.#alarming(() => this.#passkeys.verify(attempt.ticket, attempt.response));
      if (found === null) return this.#fail(null, attempt, 'passkey');
      if (found.suspended) return { outcome: 'suspended' };
      const { account, statements } = found;
      const canonicalAddress = attempt.canonicalAddress ?? (await this.#someAddressOf(account));
      return this.#admit({
        ...attempt,
        account,
        canonicalAddress,
        statements,
        method: 'passkey',
        secondFactor: true,
        mailbox: false,
      });
    });
  }

  /** With an account at Google or Microsoft, which is no second factor: what it asked for is not known. */
  async signInWithProvider(
    attempt: ProviderAttempt,
  ): Promise<SignInOutcome | { readonly outcome: 'refused'; readonly refused: ProviderRefusal }> {
    const { kind, ticket, query } = attempt;
    return this.#guarded(attempt, async () => {
      const found = await this.#alarming(() => this.#providers.verify(kind, ticket, query));
      if (found === null) return this.#fail(null, attempt, 'provider');
      if (found.refused !== null) {
        await this.#fail(null, attempt, 'provider');
        return { outcome: 'refused', refused: found.refused };
      }
      const { account, canonicalAddress, statements } = found;
      return this.#admit({
        ...attempt,
        ...NOTHING_FURTHER,
        account,
        canonicalAddress,
        statements,
        method: 'provider',
      });
    });
  }

  /** Whether the network of the attempt may try anything now; what does not fit is counted by `fail`. */
  async #guarded<Outcome>(
    attempt: SignInAttempt,
    run: () => Promise<Outcome>,
  ): Promise<Outcome | Extract<SignInOutcome, { outcome: 'wait' }>> {
    const answer = await this.#throttle.isUsedUp(
      'network-failures',
      attempt.network,
      NETWORK_FAILURES_AN_HOUR,
      HOUR_MS,
    );
    return answer.allowed ? run() : { outcome: 'wait', ...waitOf(answer) };
  }

  /**
   * The second factor of a sign-in under way; `furtherOf`: statements for the same unit, by the factor that was given.
   * Throws RowForged.
   */
  async giveSecondFactor(
    pending: PortalSession,
    typed: string,
    attempt: SignInAttempt,
    furtherOf: (account: AccountsTable, kind: SecondFactorKind) => Promise<readonly Statement[]>,
  ): Promise<SignInOutcome> {
    const account = await this.accountOf(pending);
    if (account === null) return { outcome: 'failed' };
    const given = await this.#secondFactor.prove(account.id, typed);
    if (given.outcome === 'wait') return given;
    if (given.outcome === 'wrong') return this.#fail(account, attempt, 'second-factor');
    const statements = [...given.statements, ...(await furtherOf(account, given.kind))];
    return this.goOn({ pending, account, mailbox: false, statements }, attempt);
  }

  /** A sign-in under way goes on with what it lacked. Throws RowForged. */
  async goOn(
    { pending, account, mailbox, statements }: SecondStep,
    attempt: SignInAttempt,
  ): Promise<AdmissionOutcome> {
    return this.#admission.admit({
      ...attempt,
      account,
      mailbox,
      // Nobody is asked for the mailbox before the second factor.
      secondFactor: true,
      method: 'second-step',
      canonicalAddress: pending.canonicalAddress,
      statements: [this.#sessions.end(pending, exactlyOne), ...statements],
    });
  }

  /** The account of a sign-in under way; null where it is gone, or was reset meanwhile. Throws RowForged. */
  async accountOf(pending: PortalSession): Promise<AccountsTable | null> {
    const account = pending.accountId === null ? null : await findAccount(this.#context, pending.accountId);
    if (account === null || account.state !== 'active') return null;
    return account.resetAt !== null && pending.createdAt < account.resetAt ? null : account;
  }

  /** Forged rows raise the alarm and count as no account. */
  async #believableAccount(canonicalAddress: string | null): Promise<AccountsTable | null> {
    if (canonicalAddress === null) return null;
    const account = await this.#alarming(() => findAccountByAddress(this.#context, canonicalAddress));
    return account?.state === 'active' ? account : null;
  }

  async #isPasswordRight(account: AccountsTable | null, password: string): Promise<boolean> {
    const credential = await this.#alarming(() => findPassword(this.#context, account?.id ?? NO_ACCOUNT));
    return credential === null || account === null
      ? this.#hasher.verifyNothing(password)
      : this.#hasher.verify(password, credential.secret);
  }

  async #someAddressOf({ id }: AccountsTable): Promise<string | null> {
    const proofs = await this.#alarming(() => provenAddresses(this.#context, id));
    return proofs?.[0]?.canonicalAddress ?? null;
  }

  /** Forged rows look like a wrong password; somebody is told. */
  async #admit(proof: Proof): Promise<SignInOutcome> {
    const admitted = await this.#alarming(() => this.#admission.admit(proof));
    return admitted ?? { outcome: 'failed' };
  }

  /** Null where what was read is forged, which raises the alarm. */
  async #alarming<Found>(find: () => Promise<Found>): Promise<Found | null> {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(this.#context, { what: error.table, rowKey: error.rowKey });
      return null;
    }
  }

  async #fail(
    account: AccountsTable | null,
    { network }: SignInAttempt,
    method: 'password' | 'passkey' | 'provider' | 'second-factor',
  ): Promise<SignInOutcome> {
    await this.#throttle.countInWindow('network-failures', network, NETWORK_FAILURES_AN_HOUR, HOUR_MS);
    await this.#context.database.commit([
      this.#context.audit.entry({
        event: 'sign-in-failed',
        accountId: account?.id ?? null,
        facts: { method },
      }),
    ]);
    return { outcome: 'failed' };
  }
}

function waitOf(answer: { retryAfterSeconds: number; locked: boolean }): {
  retryAfterSeconds: number;
  locked: boolean;
} {
  return { retryAfterSeconds: answer.retryAfterSeconds, locked: answer.locked };
}
