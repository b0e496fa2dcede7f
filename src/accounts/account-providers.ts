/**
 * Accounts at Google or Microsoft with which recipients sign in. An account there is known by issuer and subject, never by
 * its address; it is added by who is signed in here, so by who has proven the mailbox, and each time the address that the
 * provider answers for must be one that the account here has proven. One that was added before a reset by mail alone rests
 * until its owner adds it again.
 */
import { errorCode } from '#src/base/coded-error.ts';
import type { Statement } from '#src/storage/database.ts';
import type { AccountAddressesTable, AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import { findAccount, findCredential, isTrusted, provenAddresses } from './account-directory.ts';
import type { AccountsContext } from './accounts-context.ts';
import { insertProvider, lookups, trustCredential, useCredential } from './credential-rows.ts';
import { OidcProvider } from './oidc-provider.ts';
import type { PortalTickets } from './portal-tickets.ts';
import { addressProvenBy, type ProviderKind } from './provider-address.ts';
import type { Ticket } from './tickets.ts';

export interface ProviderSettings {
  readonly kind: ProviderKind;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Why an answer of a provider lets nobody in. */
export type ProviderRefusal =
  /** It was declined, belongs to another browser, is too old, or does not verify. */
  | 'provider-failed'
  /** The provider answers for no address. */
  | 'provider-address-not-proven'
  /** It answers for another address than those of the account here. */
  | 'provider-address-differs'
  /** No account here has added it. */
  | 'provider-not-added'
  | 'provider-suspended';

export type ProviderProof =
  | { readonly refused: ProviderRefusal }
  | {
      readonly refused: null;
      readonly account: AccountsTable;
      readonly canonicalAddress: string;
      /** Use the ticket up, and note the use. */
      readonly statements: readonly Statement[];
    };

export type ProviderAddition =
  | { readonly refused: ProviderRefusal | 'provider-taken' | 'provider-known' }
  | { readonly refused: null; readonly statements: readonly Statement[] };

interface Identity {
  readonly lookup: string;
  /** As people see it at the provider. */
  readonly address: string;
  readonly canonicalAddress: string;
  readonly useTicket: Statement;
}

export class AccountProviders {
  readonly kinds: readonly ProviderKind[];
  readonly #context: AccountsContext;
  readonly #tickets: PortalTickets;
  readonly #providers: ReadonlyMap<ProviderKind, OidcProvider>;

  /** `redirectUriOf`: where each provider sends the browser back to; one for each, so that no answer is taken for another's. */
  constructor(
    context: AccountsContext,
    parts: {
      tickets: PortalTickets;
      settings: readonly ProviderSettings[];
      redirectUriOf: (kind: ProviderKind) => string;
    },
  ) {
    this.#context = context;
    this.#tickets = parts.tickets;
    this.kinds = parts.settings.map(({ kind }) => kind);
    this.#providers = new Map(
      parts.settings.map(({ kind, ...settings }) => [
        kind,
        new OidcProvider({
          ...settings,
          scopes: ['openid', 'email'],
          acrValues: [],
          // A shared computer must not let in whoever sat there before.
          prompt: 'select_account',
          redirectUri: parts.redirectUriOf(kind),
        }),
      ]),
    );
  }

  has(kind: ProviderKind): boolean {
    return this.#providers.has(kind);
  }

  /** Where to send the browser, and the cookie that its return needs. Throws CodedError `oidc-failed`. */
  async begin(
    kind: ProviderKind,
    purpose: 'provider-sign-in' | 'provider-add',
    accountId = '',
  ): Promise<{ cookie: string; url: string }> {
    const { ticket, cookie } = this.#tickets.begin(purpose, subjectOf(kind, accountId));
    return { cookie, url: await this.#of(kind).authorizationUrl(this.#checks(ticket)) };
  }

  /** Whose account the answer in `query` belongs to. Throws RowForged. */
  async verify(kind: ProviderKind, cookie: string | undefined, query: string): Promise<ProviderProof> {
    const ticket = this.#tickets.resume(cookie, 'provider-sign-in', subjectOf(kind, ''));
    const identity = await this.#identify(kind, ticket, query);
    if ('refused' in identity) return identity;
    const credential = await findCredential(this.#context, identity.lookup);
    const account = credential === null ? null : await findAccount(this.#context, credential.accountId);
    if (credential === null || account?.state !== 'active') return { refused: 'provider-not-added' };
    const proofs = await provenAddresses(this.#context, account.id);
    if (!hasAddress(proofs, identity)) return { refused: 'provider-address-differs' };
    if (!isTrusted(credential, account)) return { refused: 'provider-suspended' };
    const { canonicalAddress, useTicket } = identity;
    return {
      refused: null,
      account,
      canonicalAddress,
      statements: [useTicket, useCredential(this.#context, credential, null)],
    };
  }

  /** Adds the account behind the answer to the one that is signed in, or confirms one that rests. Throws RowForged. */
  async add(
    kind: ProviderKind,
    given: { readonly cookie: string | undefined; readonly query: string },
    { account, addresses }: { account: AccountsTable; addresses: readonly AccountAddressesTable[] },
  ): Promise<ProviderAddition> {
    const ticket = this.#tickets.resume(given.cookie, 'provider-add', subjectOf(kind, account.id));
    const identity = await this.#identify(kind, ticket, given.query);
    if ('refused' in identity) return identity;
    if (!hasAddress(addresses, identity)) return { refused: 'provider-address-differs' };
    const known = await findCredential(this.#context, identity.lookup);
    if (known !== null) return this.#confirm(known, account, identity);
    const label = `${kind} ${identity.address}`;
    return {
      refused: null,
      statements: [identity.useTicket, ...insertProvider(this.#context, account.id, identity.lookup, label)],
    };
  }

  /** It counts again; what was opened before the reset stays closed: the provider proves no more than the mailbox does. */
  #confirm(known: CredentialsTable, account: AccountsTable, { useTicket }: Identity): ProviderAddition {
    if (known.accountId !== account.id) return { refused: 'provider-taken' };
    if (isTrusted(known, account)) return { refused: 'provider-known' };
    return { refused: null, statements: [useTicket, ...trustCredential(this.#context, known, null)] };
  }

  async #identify(
    kind: ProviderKind,
    ticket: Ticket | null,
    query: string,
  ): Promise<Identity | { readonly refused: ProviderRefusal }> {
    if (ticket === null) return { refused: 'provider-failed' };
    try {
      const claims = await this.#of(kind).claims(query, this.#checks(ticket));
      const address = addressProvenBy(kind, claims);
      if (address === null) return { refused: 'provider-address-not-proven' };
      return {
        lookup: lookups.provider(claims.iss, claims.sub),
        address: String(claims['email']),
        canonicalAddress: address.canonical,
        useTicket: this.#tickets.use(ticket),
      };
    } catch (error) {
      if (errorCode(error) !== 'oidc-failed') throw error;
      this.#context.log.warn('a sign-in by a provider failed', { code: 'oidc-failed', error });
      return { refused: 'provider-failed' };
    }
  }

  #checks(ticket: Ticket) {
    return {
      state: this.#tickets.derive(ticket, 'state'),
      nonce: this.#tickets.derive(ticket, 'nonce'),
      codeVerifier: this.#tickets.derive(ticket, 'code-verifier'),
    };
  }

  #of(kind: ProviderKind): OidcProvider {
    const provider = this.#providers.get(kind);
    if (provider === undefined) throw new Error(`${kind} is not configured`);
    return provider;
  }
}

function subjectOf(kind: ProviderKind, accountId: string): string {
  return `${kind} ${accountId}`;
}

function hasAddress(proofs: readonly AccountAddressesTable[], { canonicalAddress }: Identity): boolean {
  return proofs.some((proof) => proof.canonicalAddress === canonicalAddress);
}
