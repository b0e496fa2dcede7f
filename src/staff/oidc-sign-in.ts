/**
 * Signing in with the organisation's identity provider (OpenID Connect). A person is who issuer and subject say, never
 * who a mail address says: an address counts where the provider vouches for it and it is one of ours, and joins the
 * sign-in to a person only where that person is known by the mailbox alone. Groups give roles, which count in this
 * session if the provider says that there was a second factor.
 */
import type { OidcClaims, OidcProvider } from '#src/accounts/oidc-provider.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import type { Ticket } from '#src/accounts/tickets.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { Statement } from '#src/storage/database.ts';
import type { StaffTable } from '#src/storage/tables.ts';

import type { HigherRole } from './roles.ts';
import type { StaffSignIn, StaffSignInOutcome } from './sign-in.ts';
import type { Origin, StaffContext } from './staff-context.ts';
import { credentialsOf, findAddress, findCredential, findStaff, rolesGrantedTo } from './staff-directory.ts';
import {
  addAddress,
  addCredential,
  grantRole,
  registerStaff,
  revokeRole,
  useCredential,
} from './staff-rows.ts';
import type { StaffSession } from './staff-sessions.ts';
import type { StaffTickets } from './staff-tickets.ts';

export interface OidcRules {
  readonly groupsClaim: string;
  /** Role by group. */
  readonly groups: Readonly<Record<string, HigherRole>>;
  readonly mfaClaim: string;
  readonly mfaValues: readonly string[];
}

interface Person {
  readonly staff: StaffTable;
  readonly isNew: boolean;
  readonly statements: readonly Statement[];
}

export class OidcSignIn {
  readonly #context: StaffContext;
  readonly #signIn: StaffSignIn;
  readonly #tickets: StaffTickets;
  readonly #provider: OidcProvider;
  readonly #rules: OidcRules;

  constructor(
    context: StaffContext,
    parts: { signIn: StaffSignIn; tickets: StaffTickets; provider: OidcProvider; rules: OidcRules },
  ) {
    this.#context = context;
    this.#signIn = parts.signIn;
    this.#tickets = parts.tickets;
    this.#provider = parts.provider;
    this.#rules = parts.rules;
  }

  /** Where to send the browser, and the cookie that its return needs. Throws CodedError `oidc-failed`. */
  async begin(): Promise<{ cookie: string; url: string }> {
    const { ticket, cookie } = this.#tickets.begin('oidc-sign-in');
    return { cookie, url: await this.#provider.authorizationUrl(this.#checks(ticket)) };
  }

  /** `query`: what the provider sent the browser back with. */
  async finish(
    cookie: string | undefined,
    query: string,
    origin: Origin,
    previous: StaffSession | null,
  ): Promise<StaffSignInOutcome> {
    return this.#signIn.guarded(origin, 'oidc', async () => {
      const ticket = this.#tickets.resume(cookie, 'oidc-sign-in');
      if (ticket === null) return this.#signIn.fail(origin, 'oidc', 'not-valid');
      const claims = await this.#claims(query, ticket);
      if (claims === null) return this.#signIn.fail(origin, 'oidc', 'provider-failed');
      const person = await this.#personOf(claims);
      return this.#signIn.complete({
        staff: person.staff,
        isNew: person.isNew,
        method: 'oidc',
        mfa: valuesOf(claims[this.#rules.mfaClaim]).some((value) => this.#rules.mfaValues.includes(value)),
        origin,
        previous,
        statements: [
          this.#tickets.use(ticket),
          ...person.statements,
          ...(await this.#syncRoles(person, claims)),
        ],
      });
    });
  }

  async #claims(query: string, ticket: Ticket): Promise<OidcClaims | null> {
    try {
      return await this.#provider.claims(query, this.#checks(ticket));
    } catch (error) {
      if (error instanceof RowForged || errorCode(error) !== 'oidc-failed') throw error;
      this.#context.log.warn('a sign-in by the identity provider failed', { code: 'oidc-failed', error });
      return null;
    }
  }

  #checks(ticket: Ticket) {
    return {
      state: this.#tickets.derive(ticket, 'state'),
      nonce: this.#tickets.derive(ticket, 'nonce'),
      codeVerifier: this.#tickets.derive(ticket, 'code-verifier'),
    };
  }

  async #personOf(claims: OidcClaims): Promise<Person> {
    const lookup = `oidc ${claims.iss} ${claims.sub}`;
    const address = this.#provenAddress(claims);
    const credential = await findCredential(this.#context, lookup);
    if (credential !== null) {
      const staff = await findStaff(this.#context, credential.staffId);
      if (staff === null) throw new RowForged('staff_credentials', credential.id);
      const proof = address === null ? [] : await this.#addAddress(staff.id, address);
      return { staff, isNew: false, statements: [useCredential(this.#context, credential, 0), ...proof] };
    }
    const bind = (staffId: string) =>
      addCredential(this.#context, staffId, {
        kind: 'oidc',
        lookup,
        publicKey: null,
        signCount: 0,
        transports: '',
        label: '',
        strong: 0,
      });
    const known = address === null ? null : await this.#knownByMailbox(address);
    if (known !== null) return { staff: known, isNew: false, statements: bind(known.id) };
    const { staff, statements } = registerStaff(this.#context);
    const proof = address === null ? [] : await this.#addAddress(staff.id, address);
    return { staff, isNew: true, statements: [...statements, ...bind(staff.id), ...proof] };
  }

  /** The address that the provider vouches for, if it is one of ours. */
  #provenAddress(claims: OidcClaims): MailAddress | null {
    if (claims['email_verified'] !== true || typeof claims['email'] !== 'string') return null;
    const address = parseMailAddress(claims['email']);
    return address !== null && isInternalDomain(address.domain, this.#context.internalDomains())
      ? address
      : null;
  }

  /** Somebody who has signed in by mailed link only; who has a passkey, an own role or another account is not joined. */
  async #knownByMailbox(address: MailAddress): Promise<StaffTable | null> {
    const owner = (await findAddress(this.#context, address.canonical)).find(({ kind }) => kind === 'own');
    if (owner === undefined) return null;
    const [credentials, roles] = [
      await credentialsOf(this.#context, owner.staffId),
      await rolesGrantedTo(this.#context, owner.staffId),
    ];
    return credentials.length + roles.length === 0 ? findStaff(this.#context, owner.staffId) : null;
  }

  /** Nothing where somebody has the address already. */
  async #addAddress(staffId: string, address: MailAddress): Promise<readonly Statement[]> {
    const holders = await findAddress(this.#context, address.canonical);
    const isTaken = holders.some((holder) => holder.staffId === staffId || holder.kind === 'own');
    return isTaken ? [] : addAddress(this.#context, staffId, address, { kind: 'own', proof: 'oidc' });
  }

  /** Roles from groups become those of this ID token. */
  async #syncRoles({ staff, isNew }: Person, claims: OidcClaims): Promise<readonly Statement[]> {
    const groups = valuesOf(claims[this.#rules.groupsClaim]);
    const due = new Set(
      Object.entries(this.#rules.groups)
        .filter(([group]) => groups.includes(group))
        .map(([, role]) => role),
    );
    const all = isNew ? [] : await rolesGrantedTo(this.#context, staff.id);
    const had = all.filter(({ source }) => source === 'oidc');
    const lost = had.filter(({ role }) => !due.has(role));
    const gained = [...due].filter((role) => !had.some((one) => one.role === role));
    return [
      ...lost.flatMap((role) => revokeRole(this.#context, role, 'oidc')),
      ...gained.flatMap((role) =>
        grantRole(this.#context, { staffId: staff.id, role, source: 'oidc', grantedBy: null }),
      ),
    ];
  }
}

/** A claim of one text or of many. */
function valuesOf(claim: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.filter((value) => typeof value === 'string');
}
