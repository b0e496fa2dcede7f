/**
 * Passkeys of recipients: discoverable, always with user verification, so each is two factors by itself. One that its
 * account had before a reset by mail alone does not count until its owner has used it in a session of the account: who
 * can read the mailbox and has an old passkey is who they were before.
 */
import { sha256 } from '#src/base/bytes.ts';
import type { Statement } from '#src/storage/database.ts';
import type { AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import { findAccount, findCredential, findCredentials, isTrusted } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import { changeAccount, insertPasskey, lookups, trustCredential, useCredential } from './credential-rows.ts';
import type { PortalTickets } from './portal-tickets.ts';
import type { Ticket } from './tickets.ts';
import {
  passkeyCreation,
  passkeyRequest,
  verifyAssertion,
  verifyNewPasskey,
  type AuthenticationResponseJSON,
  type NewPasskey,
  type PasskeySite,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from './webauthn.ts';

export const MOST_PASSKEYS = 10;

/** For whom a passkey is made. */
export interface NewPasskeyOwner {
  /** Canonical address: of the account, or the one that is being registered. */
  readonly canonicalAddress: string;
  /** Null: the account is being registered. */
  readonly accountId: string | null;
}

export interface VerifiedPasskey {
  readonly account: AccountsTable;
  readonly credential: CredentialsTable;
  /** It does not count until it is confirmed. */
  readonly suspended: boolean;
  /** Use the ticket up, and note the use. */
  readonly statements: readonly Statement[];
}

export class AccountPasskeys {
  readonly #context: AccountsContext;
  readonly #tickets: PortalTickets;
  readonly #site: PasskeySite;

  constructor(context: AccountsContext, parts: { tickets: PortalTickets; site: PasskeySite }) {
    this.#context = context;
    this.#tickets = parts.tickets;
    this.#site = parts.site;
  }

  /** What the browser asks any authenticator for, and the cookie that its answer needs. */
  async ask(
    purpose: 'passkey-sign-in' | 'passkey-confirm' = 'passkey-sign-in',
    accountId = '',
  ): Promise<{ cookie: string; options: PublicKeyCredentialRequestOptionsJSON }> {
    const { ticket, cookie } = this.#tickets.begin(purpose, accountId);
    const options = await passkeyRequest(this.#site, this.#tickets.derive(ticket, 'challenge'));
    return { cookie, options };
  }

  /** Whose passkey answered; null where the answer does not verify. Throws RowForged. */
  async verify(
    cookie: string | undefined,
    response: AuthenticationResponseJSON,
  ): Promise<VerifiedPasskey | null> {
    const ticket = this.#tickets.resume(cookie, 'passkey-sign-in');
    const answered = ticket === null ? null : await this.#answered(ticket, response);
    if (ticket === null || answered === null) return null;
    const account = await findAccount(this.#context, answered.credential.accountId);
    if (account === null || account.state !== 'active') return null;
    const { credential, signCount } = answered;
    return {
      account,
      credential,
      suspended: !isTrusted(credential, account),
      statements: [this.#tickets.use(ticket), useCredential(this.#context, credential, signCount)],
    };
  }

  /**
   * The statements by which a suspended passkey of the account counts again, and what was opened before the reset opens
   * again; null where the answer is of no such passkey. Throws RowForged.
   */
  async confirm(
    cookie: string | undefined,
    account: AccountsTable,
    response: AuthenticationResponseJSON,
  ): Promise<readonly Statement[] | null> {
    const ticket = this.#tickets.resume(cookie, 'passkey-confirm', account.id);
    const answered = ticket === null ? null : await this.#answered(ticket, response);
    if (ticket === null || answered === null) return null;
    const { credential, signCount } = answered;
    if (credential.accountId !== account.id || isTrusted(credential, account)) return null;
    return [
      this.#tickets.use(ticket),
      ...trustCredential(this.#context, credential, signCount),
      changeAccount(this.#context, account, { resetAt: null }),
    ];
  }

  /** What the browser needs to make a passkey, and the cookie that its answer needs. */
  async askForNew(
    owner: NewPasskeyOwner,
  ): Promise<{ cookie: string; options: PublicKeyCredentialCreationOptionsJSON }> {
    const { ticket, cookie } = this.#tickets.begin(purposeFor(owner), subjectOf(owner));
    const holder = {
      userHandle: sha256('portal-user', owner.canonicalAddress),
      name: owner.canonicalAddress,
      known: owner.accountId === null ? [] : await this.#idsOf(owner.accountId),
    };
    const options = await passkeyCreation(this.#site, holder, this.#tickets.derive(ticket, 'challenge'));
    return { cookie, options };
  }

  /** The passkey of a browser's answer with the statement that uses its ticket up; null where it does not verify. */
  async verifyNew(
    cookie: string | undefined,
    owner: NewPasskeyOwner,
    response: RegistrationResponseJSON,
  ): Promise<{ readonly passkey: NewPasskey; readonly useTicket: Statement } | null> {
    const ticket = this.#tickets.resume(cookie, purposeFor(owner), subjectOf(owner));
    if (ticket === null) return null;
    const challenge = this.#tickets.derive(ticket, 'challenge');
    const passkey = await verifyNewPasskey(this.#site, challenge, response);
    return passkey === null ? null : { passkey, useTicket: this.#tickets.use(ticket) };
  }

  insert(accountId: string, passkey: NewPasskey, label: string): readonly Statement[] {
    return insertPasskey(this.#context, accountId, passkey, label);
  }

  async #idsOf(accountId: string): Promise<readonly string[]> {
    const prefix = lookups.passkey('');
    const credentials = await findCredentials(this.#context, accountId);
    return credentials
      .filter(({ kind }) => kind === 'passkey')
      .map(({ lookup }) => (lookup ?? '').slice(prefix.length));
  }

  async #answered(
    ticket: Ticket,
    response: AuthenticationResponseJSON,
  ): Promise<{ credential: CredentialsTable; signCount: number } | null> {
    const credential = await findCredential(this.#context, lookups.passkey(response.id));
    if (credential?.kind !== 'passkey' || credential.publicKey === null) return null;
    const signCount = await verifyAssertion(response, {
      challenge: this.#tickets.derive(ticket, 'challenge'),
      site: this.#site,
      publicKey: credential.publicKey,
      signCount: credential.counter ?? 0,
    });
    return signCount === null ? null : { credential, signCount };
  }
}

function purposeFor({ accountId }: NewPasskeyOwner): 'passkey-register' | 'passkey-add' {
  return accountId === null ? 'passkey-register' : 'passkey-add';
}

function subjectOf({ accountId, canonicalAddress }: NewPasskeyOwner): string {
  return accountId ?? canonicalAddress;
}
