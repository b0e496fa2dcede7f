/**
 * A new password by somebody who knows the old one. Every session of the account ends and a new one begins, so that
 * whoever had taken one is out. Wrong tries at the old password count like those of signing in.
 */
import type { Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { findPassword } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import { setPassword } from './credential-rows.ts';
import { newPassword } from './new-password.ts';
import type { PasswordHasher } from './passwords.ts';
import { forgetDevices } from './remembered-devices.ts';
import type { Sessions } from './sessions.ts';
import { isLostRace, type Throttle } from './throttle.ts';

export interface PasswordChange {
  readonly current: string;
  readonly password: string;
  /** What base's `nameBrowser` makes of the browser. */
  readonly browser: string;
  /** Statements that tell the proven addresses. */
  readonly tell: readonly Statement[];
}

export type PasswordChangeOutcome =
  | { readonly outcome: 'changed'; readonly token: string }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'wait'; readonly retryAfterSeconds: number; readonly locked: boolean };

export class PasswordChanges {
  readonly #context: AccountsContext;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;
  readonly #throttle: Throttle;

  constructor(
    context: AccountsContext,
    parts: { hasher: PasswordHasher; sessions: Sessions; throttle: Throttle },
  ) {
    this.#context = context;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
    this.#throttle = parts.throttle;
  }

  /** `wrong` also where the account has no password, or another request changed it first. Throws RowForged. */
  async change(account: AccountsTable, change: PasswordChange): Promise<PasswordChangeOutcome> {
    const tries = await this.#throttle.countGuess('password', account.id);
    if (!tries.allowed) {
      return { outcome: 'wait', retryAfterSeconds: tries.retryAfterSeconds, locked: tries.locked };
    }
    const old = await findPassword(this.#context, account.id);
    const { database, audit } = this.#context;
    if (old === null || !(await this.#hasher.verify(change.current, old.secret))) {
      await database.commit([audit.entry({ event: 'password-change-refused', accountId: account.id })]);
      return { outcome: 'wrong' };
    }
    const password = await newPassword(this.#hasher, change.password);
    const fresh = this.#sessions.open({
      kind: 'recipient',
      accountId: account.id,
      browser: change.browser,
    });
    try {
      await database.commit([
        setPassword(this.#context, account.id, old, password),
        forgetDevices(this.#context, account.id),
        this.#sessions.endAll(account.id),
        fresh.insert,
        this.#throttle.forget('password', account.id),
        audit.entry({ event: 'password-changed', accountId: account.id }),
        ...change.tell,
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'wrong' };
      throw error;
    }
    return { outcome: 'changed', token: fresh.token };
  }
}
