/**
 * Registration: whoever proved an address by a code makes a passkey, or chooses a password, and gets an account with a
 * key pair of its own. Account, key record, address proof, credential, session and the wraps of every waiting message are one unit of
 * work; of two registrations of one address exactly one is kept, and an address that has an account is never taken
 * over by registering it again.
 */
import { newId } from '#src/base/identifiers.ts';
import { makeAccountKeyPair } from '#src/keys/account-key-pair.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { isRegistered } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import type { AccountRules } from './account-rules.ts';
import type { AddressCodes, IssuedCode } from './address-codes.ts';
import type { Admitted } from './admission.ts';
import { insertPasskey, insertPassword } from './credential-rows.ts';
import type { HandOverCodes } from './hand-over-codes.ts';
import { newPassword } from './new-password.ts';
import type { PasswordHasher } from './passwords.ts';
import { rewrapWaitingMessages } from './rewrap.ts';
import { accountAddressMac, accountMac } from './row-mac.ts';
import type { PortalSession, Sessions } from './sessions.ts';
import { isLostRace } from './throttle.ts';
import type { NewPasskey } from './webauthn.ts';

export interface RegistrationLink {
  readonly recipientId: string;
  readonly messageId: string;
  /** As SMTP gave it; kept for the mails that we send. */
  readonly address: string;
  readonly canonicalAddress: string;
}

export type CodeRequestOutcome = IssuedCode | { readonly outcome: 'already-registered' };

export type CodeVerification =
  | { readonly outcome: 'verified'; readonly token: string }
  /** `older`: a newer code has replaced it. */
  | { readonly outcome: 'wrong'; readonly triesLeft: number; readonly older: boolean }
  | { readonly outcome: 'expired' };

export type HandOverVerification =
  | { readonly outcome: 'verified'; readonly token: string }
  | { readonly outcome: 'wrong'; readonly triesLeft: number }
  | { readonly outcome: 'expired' }
  /** The code stays good: it can be used for a new password. */
  | { readonly outcome: 'already-registered' };

export type RegistrationOutcome =
  | (Admitted & { readonly accountId: string })
  | { readonly outcome: 'already-registered' };

/** What the account will be signed in to with. */
export type FirstCredential =
  | { readonly kind: 'password'; readonly password: string }
  /** `useTicket`: uses up what it was asked for with. */
  | { readonly kind: 'passkey'; readonly passkey: NewPasskey; readonly useTicket: Statement };

export class Registration {
  readonly #context: AccountsContext;
  readonly #codes: AddressCodes;
  readonly #handOver: HandOverCodes;
  readonly #hasher: PasswordHasher;
  readonly #sessions: Sessions;
  readonly #rules: AccountRules;

  constructor(
    context: AccountsContext,
    parts: {
      codes: AddressCodes;
      handOver: HandOverCodes;
      hasher: PasswordHasher;
      sessions: Sessions;
      rules: AccountRules;
    },
  ) {
    this.#context = context;
    this.#codes = parts.codes;
    this.#handOver = parts.handOver;
    this.#hasher = parts.hasher;
    this.#sessions = parts.sessions;
    this.#rules = parts.rules;
  }

  /** A code for the address of the link; its statements are committed with the mail. Throws RowForged. */
  async requestCode(link: RegistrationLink, browserHash: Uint8Array): Promise<CodeRequestOutcome> {
    if (await isRegistered(this.#context, link.canonicalAddress)) return { outcome: 'already-registered' };
    return this.#codes.issue({ ...link, browserHash, purpose: 'register' });
  }

  /** Compares the digits; right ones give a session that may only choose how to sign in. Throws RowForged. */
  async verifyCode(
    link: RegistrationLink,
    browserHash: Uint8Array,
    typed: string,
  ): Promise<CodeVerification> {
    const checked = await this.#codes.check(
      { purpose: 'register', browserHash, recipientId: link.recipientId },
      typed,
    );
    if (checked.outcome === 'expired') return checked;
    const entry = { messageId: link.messageId, recipientId: link.recipientId };
    if (checked.outcome === 'wrong') {
      await this.#context.database.commit([this.#context.audit.entry({ event: 'code-wrong', ...entry })]);
      return { outcome: 'wrong', triesLeft: checked.triesLeft, older: checked.older };
    }
    const { token, insert } = this.#sessions.open({
      kind: 'registration',
      canonicalAddress: checked.row.canonicalAddress,
      recipientId: link.recipientId,
      accountId: null,
    });
    try {
      await this.#context.database.commit([checked.use, insert]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'verified', token };
  }

  /**
   * The same by a code that the help desk read out, in any browser. `recipientId`: of the link that was followed; null
   * where the address was typed. Throws RowForged.
   */
  async verifyHandOver(
    { canonicalAddress, recipientId }: { canonicalAddress: string; recipientId: string | null },
    typed: string,
  ): Promise<HandOverVerification> {
    const { audit, database } = this.#context;
    const checked = await this.#handOver.check(canonicalAddress, typed);
    const facts = { address: canonicalAddress, handOver: true };
    if (checked.outcome === 'expired') return checked;
    if (checked.outcome === 'wrong') {
      await database.commit([audit.entry({ event: 'code-wrong', recipientId, facts })]);
      return checked;
    }
    if (await isRegistered(this.#context, canonicalAddress)) return { outcome: 'already-registered' };
    const session = { kind: 'registration', canonicalAddress, recipientId, accountId: null } as const;
    const { token, insert } = this.#sessions.open(session);
    const used = { address: canonicalAddress, for: 'registration', madeBy: checked.madeBy };
    const entry = audit.entry({ event: 'hand-over-code-used', recipientId, facts: used });
    try {
      await database.commit([checked.use, insert, entry]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'expired' };
      throw error;
    }
    return { outcome: 'verified', token };
  }

  /**
   * Makes the account and signs it in, but for the second factor where a password needs one. `address`: the proven
   * address as SMTP gave it; `tell`: statements that mail it the news. Throws RowForged.
   */
  async register(
    session: PortalSession & { readonly canonicalAddress: string },
    choice: {
      credential: FirstCredential;
      locale: string;
      address: string;
      browser: string;
      tell: readonly Statement[];
    },
  ): Promise<RegistrationOutcome> {
    if (await isRegistered(this.#context, session.canonicalAddress)) return { outcome: 'already-registered' };
    const { clock, random, audit, database } = this.#context;
    const accountId = newId(clock, random);
    const credential = await this.#insertCredential(accountId, choice.credential);
    const { key, statements: keyStatements } = await this.#makeKey(accountId);
    const rewraps = await rewrapWaitingMessages(this.#context, session.canonicalAddress, { accountId, key });
    const due = choice.credential.kind === 'password' && this.#rules.secondFactor === 'required';
    const fresh = this.#sessions.open(
      due
        ? { kind: 'second-factor-setup', accountId, canonicalAddress: session.canonicalAddress }
        : { kind: 'recipient', accountId, browser: choice.browser },
    );
    try {
      await database.commit([
        this.#sessions.end(session, exactlyOne),
        this.#insertAccount(accountId, choice),
        this.#insertAddress(accountId, session.canonicalAddress, choice.address),
        ...credential,
        ...keyStatements,
        ...rewraps,
        this.#sessions.endRegistrations(session.canonicalAddress),
        fresh.insert,
        audit.entry({
          event: 'account-registered',
          accountId,
          recipientId: session.recipientId,
          facts: {
            address: session.canonicalAddress,
            with: choice.credential.kind,
            rewrapped: rewraps.length / 2,
          },
        }),
        ...choice.tell,
      ]);
    } catch (error) {
      if (isLostRace(error)) return { outcome: 'already-registered' };
      throw error;
    }
    const { token } = fresh;
    return due
      ? { outcome: 'due', due: 'second-factor-setup', accountId, token }
      : { outcome: 'signed-in', accountId, token };
  }

  async #makeKey(accountId: string) {
    const { keys, clock, database } = this.#context;
    const pair = await makeAccountKeyPair(keys, accountId, clock);
    const insert = database.query.insertInto('account_keys').values({
      accountId,
      kid: pair.key.kid,
      record: pair.record,
      wrappedPrivateKey: pair.wrappedPrivateKey,
      createdAt: clock.now(),
    });
    return { key: pair.key, statements: [statement(insert, exactlyOne)] };
  }

  #insertAccount(id: string, choice: { locale: string; browser: string }): Statement {
    const { keys, clock, database } = this.#context;
    const now = clock.now();
    const row: Omit<AccountsTable, 'mac'> = {
      id,
      createdAt: now,
      state: 'active',
      locale: choice.locale,
      resetAt: null,
      suspendedBefore: null,
      lastSignInAt: now,
      lastSignInBrowser: choice.browser,
      previousSignInAt: null,
      previousSignInBrowser: null,
      timeZone: null,
      largerText: null,
    };
    return statement(
      database.query.insertInto('accounts').values({ ...row, mac: accountMac(keys, row) }),
      exactlyOne,
    );
  }

  #insertAddress(accountId: string, canonicalAddress: string, address: string): Statement {
    const { keys, clock, database } = this.#context;
    const row = { canonicalAddress, accountId, address, provenAt: clock.now() };
    return statement(
      database.query.insertInto('account_addresses').values({ ...row, mac: accountAddressMac(keys, row) }),
      exactlyOne,
    );
  }

  async #insertCredential(accountId: string, choice: FirstCredential): Promise<readonly Statement[]> {
    if (choice.kind === 'passkey')
      return [choice.useTicket, ...insertPasskey(this.#context, accountId, choice.passkey, '')];
    return [insertPassword(this.#context, accountId, await newPassword(this.#hasher, choice.password))];
  }
}
