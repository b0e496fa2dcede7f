/**
 * The end of every way to sign in: one unit opens the new session, ends the browser's old one, notes the time and
 * writes the audit entry, together with what the way in itself used up. It fails where the person was locked or
 * changed since, or the proof was used by somebody quicker.
 */
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import { isLostRace, networkOf, type Throttle } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { StaffTable } from '#src/storage/tables.ts';

import type { Origin, StaffContext } from './staff-context.ts';
import type { StaffSession, StaffSessions } from './staff-sessions.ts';

export interface ProvenSignIn {
  readonly staff: StaffTable;
  /** Whether the person is registered by the same unit. */
  readonly isNew: boolean;
  readonly method: StaffSession['method'];
  /** Whether what was proven is enough for higher roles. */
  readonly mfa: boolean;
  readonly origin: Origin;
  /** The browser's session until now. */
  readonly previous: StaffSession | null;
  /** What the proof uses up or changes; each must hold or nobody is signed in. */
  readonly statements: readonly Statement[];
}

export type SignInFailure =
  /** The proof is wrong, used, too old, of another browser, or of nobody. */
  | 'not-valid'
  | 'locked'
  /** Too many failures from this network. */
  | 'wait'
  /** A mailbox of several people: each signs in with their own address. */
  | 'shared-address'
  /** The identity provider can't be reached, or its answer can't be believed. */
  | 'provider-failed';

export type StaffSignInOutcome =
  | { readonly outcome: 'signed-in'; readonly token: string; readonly staffId: string }
  | { readonly outcome: 'failed'; readonly reason: SignInFailure };

/** Failures an hour from one network; an organisation shares one. Each of them is one audit entry at most. */
const FAILURES_AN_HOUR = 100;

export class StaffSignIn {
  readonly #context: StaffContext;
  readonly #sessions: StaffSessions;
  readonly #throttle: Throttle;

  constructor(context: StaffContext, parts: { sessions: StaffSessions; throttle: Throttle }) {
    this.#context = context;
    this.#sessions = parts.sessions;
    this.#throttle = parts.throttle;
  }

  /** Whether this network failed too often to be asked for a proof now. */
  async mustWait(origin: Origin): Promise<boolean> {
    const network = networkOf(origin.remoteAddress);
    const answer = await this.#throttle.isUsedUp('staff-failures', network, FAILURES_AN_HOUR, HOUR_MS);
    return !answer.allowed;
  }

  async complete(proven: ProvenSignIn): Promise<StaffSignInOutcome> {
    const { staff, method, mfa, origin, previous } = proven;
    if (staff.state !== 'active') return this.fail(origin, method, 'locked', staff.id);
    const { token, insert } = this.#sessions.open({ staffId: staff.id, method, mfa, origin });
    try {
      await this.#context.database.commit([
        ...proven.statements,
        this.#confirmUnchanged(staff),
        insert,
        ...(previous === null ? [] : [this.#sessions.endStatement(previous)]),
        this.#context.audit.entry({
          event: 'staff-signed-in',
          facts: { staff: staff.id, method, mfa, remoteAddress: origin.remoteAddress },
        }),
      ]);
    } catch (error) {
      if (isLostRace(error)) return this.fail(origin, method, 'not-valid', proven.isNew ? null : staff.id);
      throw error;
    }
    return { outcome: 'signed-in', token, staffId: staff.id };
  }

  /** Counts and records a failure; beyond the limit of a network it is only counted. */
  async fail(
    origin: Origin,
    method: StaffSession['method'],
    reason: SignInFailure,
    staffId: string | null = null,
  ): Promise<StaffSignInOutcome> {
    const network = networkOf(origin.remoteAddress);
    const counted = await this.#throttle.countInWindow('staff-failures', network, FAILURES_AN_HOUR, HOUR_MS);
    if (!counted.allowed) return { outcome: 'failed', reason: 'wait' };
    const facts = { staff: staffId, method, reason, remoteAddress: origin.remoteAddress };
    await this.#context.database.commit([
      this.#context.audit.entry({ event: 'staff-sign-in-failed', facts }),
    ]);
    return { outcome: 'failed', reason };
  }

  /** Runs a check of a proof; a forged row raises the alarm and is a failure like any other. */
  async guarded(
    origin: Origin,
    method: StaffSession['method'],
    check: () => Promise<StaffSignInOutcome>,
  ): Promise<StaffSignInOutcome> {
    if (await this.mustWait(origin)) return { outcome: 'failed', reason: 'wait' };
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(this.#context, { what: error.table, rowKey: error.rowKey });
      return this.fail(origin, method, 'not-valid');
    }
  }

  #confirmUnchanged(staff: StaffTable): Statement {
    const { database, clock } = this.#context;
    return statement(
      database.query
        .updateTable('staff')
        .set({ lastSignInAt: clock.now() })
        .where('id', '=', staff.id)
        .where('mac', '=', staff.mac),
      exactlyOne,
    );
  }
}
