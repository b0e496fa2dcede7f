/**
 * From a proof to a session. Whoever proved a password or an account at a provider may still owe the second factor, or
 * that the mailbox is still theirs; then they get a session of what is due, which opens nothing else. The unit that opens
 * a session fails if the account changed in between, as by a reset.
 */
import type { Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { findPassword } from './account-directory.ts';
import { isDormant, type AccountRules } from './account-rules.ts';
import { raiseTamperAlarm, type AccountsContext } from './accounts-context.ts';
import { confirmUnchanged, SHORT_PASSWORD } from './credential-rows.ts';
import { noteSignIn } from './note-sign-in.ts';
import { endPendingReset } from './pending-reset.ts';
import { useDevice } from './remembered-devices.ts';
import { RowForged } from './row-mac.ts';
import type { SecondFactor } from './second-factor.ts';
import type { PortalSession, Sessions, SignInDue } from './sessions.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export interface Proof {
  readonly account: AccountsTable;
  readonly method: 'password' | 'passkey' | 'provider' | 'second-step';
  /** Given just now; a passkey is a second factor by itself. */
  readonly secondFactor: boolean;
  /** Whether a code to the mailbox was given just now. */
  readonly mailbox: boolean;
  /** The address that was typed, or of the link; null: none. */
  readonly canonicalAddress: string | null;
  /** What base's `nameBrowser` makes of the browser. */
  readonly browser: string;
  /** Cookie of a remembered device. */
  readonly device: string | undefined;
  /** The browser's session until now; ended by signing in. */
  readonly previous: PortalSession | null;
  /** What the proof changes: part of the unit. */
  readonly statements: readonly Statement[];
}

export type Admitted =
  | { readonly outcome: 'signed-in'; readonly accountId: string; readonly token: string }
  | { readonly outcome: 'due'; readonly due: SignInDue; readonly token: string };

export type AdmissionOutcome =
  | Admitted
  /** The password may not be the only factor, and there is no other. */
  | { readonly outcome: 'reset-needed' }
  | { readonly outcome: 'failed' };

type Due = { readonly due: SignInDue | 'reset' | null; readonly statements: readonly Statement[] };

export class Admission {
  readonly #context: AccountsContext;
  readonly #sessions: Sessions;
  readonly #secondFactor: SecondFactor;
  readonly #throttle: Throttle;
  readonly #rules: AccountRules;

  constructor(
    context: AccountsContext,
    parts: { sessions: Sessions; secondFactor: SecondFactor; throttle: Throttle; rules: AccountRules },
  ) {
    this.#context = context;
    this.#sessions = parts.sessions;
    this.#secondFactor = parts.secondFactor;
    this.#throttle = parts.throttle;
    this.#rules = parts.rules;
  }

  /** Throws RowForged where what the account still needs can't be believed. */
  async admit(proof: Proof): Promise<AdmissionOutcome> {
    const { due, statements } = await this.#whatIsDue(proof);
    if (due === 'reset') return { outcome: 'reset-needed' };
    const done = [...proof.statements, ...statements];
    return due === null ? this.#signIn(proof, done) : this.#goOn(proof, due, done);
  }

  async #whatIsDue(proof: Proof): Promise<Due> {
    const { account } = proof;
    const dormant = !proof.mailbox && isDormant(account, this.#context.clock.now());
    const after: Due = { due: dormant ? 'mailbox' : null, statements: [] };
    if (proof.secondFactor) return after;
    if ((await this.#secondFactor.find(account.id)) !== null) {
      const device = await this.#useDevice(proof);
      return device === null ? { due: 'second-factor', statements: [] } : { ...after, statements: [device] };
    }
    if (proof.method === 'password') {
      const password = await findPassword(this.#context, account.id);
      if (password?.label === SHORT_PASSWORD) return { due: 'reset', statements: [] };
    }
    return this.#rules.secondFactor === 'required' ? { due: 'second-factor-setup', statements: [] } : after;
  }

  async #useDevice(proof: Proof): Promise<Statement | null> {
    if (!this.#rules.rememberDevices) return null;
    try {
      return await useDevice(this.#context, proof.account.id, proof.device);
    } catch (error) {
      // Then it is not remembered; the second factor is still there.
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(this.#context, { what: error.table, rowKey: error.rowKey });
      return null;
    }
  }

  async #goOn(proof: Proof, due: SignInDue, statements: readonly Statement[]): Promise<AdmissionOutcome> {
    const { account, canonicalAddress } = proof;
    const fresh = this.#sessions.open({ kind: due, accountId: account.id, canonicalAddress });
    const kept = await this.#commit([
      confirmUnchanged(this.#context, account),
      fresh.insert,
      ...statements,
      // What was given so far was right.
      this.#throttle.forget('password', account.id),
      this.#context.audit.entry({
        event: 'sign-in-step',
        accountId: account.id,
        facts: { method: proof.method, due },
      }),
    ]);
    return kept ? { outcome: 'due', due, token: fresh.token } : { outcome: 'failed' };
  }

  async #signIn(proof: Proof, statements: readonly Statement[]): Promise<AdmissionOutcome> {
    const { account, previous } = proof;
    const fresh = this.#sessions.open({
      kind: 'recipient',
      accountId: account.id,
      browser: proof.browser,
    });
    const kept = await this.#commit([
      noteSignIn(this.#context, account, proof.browser),
      fresh.insert,
      ...statements,
      this.#throttle.forget('password', account.id),
      ...(previous === null ? [] : [this.#sessions.end(previous)]),
      // Who has the second factor has not lost it.
      ...(proof.secondFactor ? [endPendingReset(this.#context, account.id)] : []),
      this.#context.audit.entry({
        event: 'signed-in',
        accountId: account.id,
        facts: { method: proof.method },
      }),
    ]);
    return kept ? { outcome: 'signed-in', accountId: account.id, token: fresh.token } : { outcome: 'failed' };
  }

  async #commit(unit: readonly Statement[]): Promise<boolean> {
    try {
      await this.#context.database.commit(unit);
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }
}
