/**
 * The second factor beside a password: codes of an authenticator app, and recovery codes for the day it is lost. Tries
 * are counted before anything is compared; a step of the app and a recovery code count once, because the unit that uses
 * them fails where another one came first. The shared secret is kept wrapped under the root key.
 */
import { lengthPrefixed } from '#src/base/bytes.ts';
import type { Statement } from '#src/storage/database.ts';
import type { AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import { findCredential } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import { insertTotp, lookups, removeCredential, useCredential } from './credential-rows.ts';
import {
  countRecoveryCodes,
  forgetRecoveryCodes,
  parseRecoveryCode,
  renewRecoveryCodes,
  takeRecoveryCode,
} from './recovery-codes.ts';
import { forgetDevices } from './remembered-devices.ts';
import type { PortalTickets } from './portal-tickets.ts';
import type { Throttle, ThrottleAnswer } from './throttle.ts';
import type { Ticket } from './tickets.ts';
import { inviteTotp, stepOfCode, TOTP_SECRET_BYTES, type TotpInvitation } from './totp.ts';

export type SecondFactorKind = 'totp' | 'recovery-code';

export type SecondFactorProof =
  /** The statements use it up; they belong into the unit of what it was given for. */
  | { readonly outcome: 'right'; readonly kind: SecondFactorKind; readonly statements: readonly Statement[] }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'wait'; readonly retryAfterSeconds: number; readonly locked: boolean };

export type SecondFactorSetUp =
  | { readonly codes: readonly string[]; readonly statements: readonly Statement[] }
  /** `gone`: the invitation is too old, was used, or was another account's. */
  | 'wrong'
  | 'gone'
  | 'already-on';

const DIGITS = /^\d{6}$/u;

export class SecondFactor {
  readonly #context: AccountsContext;
  readonly #throttle: Throttle;
  readonly #tickets: PortalTickets;

  constructor(context: AccountsContext, parts: { throttle: Throttle; tickets: PortalTickets }) {
    this.#context = context;
    this.#throttle = parts.throttle;
    this.#tickets = parts.tickets;
  }

  /** The authenticator app of an account; null: it has no second factor. Throws RowForged. */
  find(accountId: string): Promise<CredentialsTable | null> {
    return findCredential(this.#context, lookups.totp(accountId));
  }

  countRecoveryCodes(accountId: string): Promise<number> {
    return countRecoveryCodes(this.#context, accountId);
  }

  /** What was typed: digits of the app, or a recovery code. Throws RowForged. */
  async prove(accountId: string, typed: string): Promise<SecondFactorProof> {
    const counted = await this.#throttle.countGuess('second-factor', accountId);
    if (!counted.allowed) return { outcome: 'wait', ...waitOf(counted) };
    const digits = typed.normalize('NFKC').replaceAll(/[\s\p{Pd}]/gu, '');
    const used = DIGITS.test(digits)
      ? await this.#useTotp(accountId, digits)
      : await this.#useRecoveryCode(accountId, typed);
    if (used === null) return { outcome: 'wrong' };
    return {
      ...used,
      outcome: 'right',
      statements: [...used.statements, this.#throttle.forget('second-factor', accountId)],
    };
  }

  /** What an app needs to be set up, and the cookie that its first code needs. `name`: shown by the app. */
  invite(
    account: Pick<AccountsTable, 'id'>,
    names: { issuer: string; account: string },
  ): {
    readonly cookie: string;
    readonly invitation: TotpInvitation;
  } {
    const { ticket, cookie } = this.#tickets.begin('totp', account.id);
    return { cookie, invitation: inviteTotp(this.#secretOf(ticket), names) };
  }

  /** The statements that turn it on, with its recovery codes; the first code of the app shows that it is set up. */
  async setUp(cookie: string | undefined, accountId: string, typed: string): Promise<SecondFactorSetUp> {
    const ticket = this.#tickets.resume(cookie, 'totp', accountId);
    if (ticket === null) return 'gone';
    if ((await this.find(accountId)) !== null) return 'already-on';
    const secret = this.#secretOf(ticket);
    const digits = typed.normalize('NFKC').replaceAll(/[\s\p{Pd}]/gu, '');
    const step = stepOfCode(secret, digits, this.#context.clock.now());
    if (step === null) return 'wrong';
    const wrapped = await this.#context.keys.wrap(secret, wrapContext(accountId));
    const { codes, statements } = renewRecoveryCodes(this.#context, accountId);
    return {
      codes,
      statements: [
        this.#tickets.use(ticket),
        ...insertTotp(this.#context, accountId, wrapped.toString('base64url'), step),
        ...statements,
      ],
    };
  }

  /** The statements that turn it off; none where it is not on. Throws RowForged. */
  async turnOff(accountId: string): Promise<readonly Statement[]> {
    const totp = await this.find(accountId);
    if (totp === null) return [];
    return [
      ...removeCredential(this.#context, totp),
      forgetRecoveryCodes(this.#context, accountId),
      forgetDevices(this.#context, accountId),
    ];
  }

  renewRecoveryCodes(accountId: string): ReturnType<typeof renewRecoveryCodes> {
    return renewRecoveryCodes(this.#context, accountId);
  }

  async #useTotp(accountId: string, digits: string) {
    const totp = await this.find(accountId);
    if (totp === null) return null;
    const wrapped = Buffer.from(totp.secret, 'base64url');
    const secret = await this.#context.keys.unwrap(wrapped, wrapContext(accountId));
    const step = stepOfCode(secret, digits, this.#context.clock.now());
    secret.fill(0);
    // The code of a step that was used, or of one before it, was seen by somebody.
    if (step === null || step <= (totp.counter ?? 0)) return null;
    return { kind: 'totp' as const, statements: [useCredential(this.#context, totp, step)] };
  }

  async #useRecoveryCode(accountId: string, typed: string) {
    const code = parseRecoveryCode(typed);
    const taken = code === null ? null : await takeRecoveryCode(this.#context, accountId, code);
    if (taken === null) return null;
    const entry = this.#context.audit.entry({ event: 'recovery-code-used', accountId });
    return { kind: 'recovery-code' as const, statements: [taken, entry] };
  }

  #secretOf(ticket: Ticket): Buffer {
    return Buffer.from(this.#tickets.derive(ticket, 'totp-secret'), 'base64url').subarray(
      0,
      TOTP_SECRET_BYTES,
    );
  }
}

function wrapContext(accountId: string): Buffer {
  return lengthPrefixed('totp-secret', accountId);
}

function waitOf(answer: Extract<ThrottleAnswer, { allowed: false }>) {
  return { retryAfterSeconds: answer.retryAfterSeconds, locked: answer.locked };
}
