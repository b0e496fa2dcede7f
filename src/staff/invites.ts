/**
 * Invitations: who runs the host makes a link for an address and a role; whoever opens it within 24 hours registers a
 * passkey and has the role. It is how the first administrator comes in, and the way back for an officer who lost
 * every passkey. The host vouches for the address: hand the link over to the right person.
 */
import type {
  RegistrationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/server';

import type { MailAddress } from '#src/base/mail-address.ts';
import type { Statement } from '#src/storage/database.ts';
import type { StaffLinksTable, StaffTable } from '#src/storage/tables.ts';

import type { Passkeys } from './passkeys.ts';
import { isHigherRole, type HigherRole } from './roles.ts';
import type { StaffSignIn, StaffSignInOutcome } from './sign-in.ts';
import type { Origin, StaffContext } from './staff-context.ts';
import { findAddress, findStaff, rolesGrantedTo } from './staff-directory.ts';
import { findStaffLink, insertStaffLink, useStaffLink } from './staff-links.ts';
import { addAddress, addCredential, grantRole, registerStaff } from './staff-rows.ts';
import type { StaffSession } from './staff-sessions.ts';
import type { StaffTickets } from './staff-tickets.ts';

export interface Invitation {
  readonly address: string;
  readonly role: HigherRole;
}

/** Makes an invitation valid. `digest`: `digestOfLink` of its token; `by`: who made it. */
export function invite(
  context: StaffContext,
  invitation: { address: MailAddress; role: HigherRole; digest: Uint8Array; by: string },
): readonly Statement[] {
  const { address, role, digest, by } = invitation;
  return [
    insertStaffLink(context, digest, { purpose: 'invite', address, staffId: null, role, browserHash: null }),
    context.audit.entry({ event: 'staff-invited', facts: { address: address.canonical, role, by } }),
  ];
}

export class Invites {
  readonly #context: StaffContext;
  readonly #signIn: StaffSignIn;
  readonly #passkeys: Passkeys;
  readonly #tickets: StaffTickets;

  constructor(
    context: StaffContext,
    parts: { signIn: StaffSignIn; passkeys: Passkeys; tickets: StaffTickets },
  ) {
    this.#context = context;
    this.#signIn = parts.signIn;
    this.#passkeys = parts.passkeys;
    this.#tickets = parts.tickets;
  }

  /** What the page of an invitation shows; null where it can't be used any more. Throws RowForged. */
  async look(token: string): Promise<Invitation | null> {
    const link = await findStaffLink(this.#context, token, 'invite');
    return link === null || !isHigherRole(link.role) ? null : { address: link.address, role: link.role };
  }

  /** What the browser needs to make the passkey; null where the invitation can't be used. */
  async ask(
    token: string,
  ): Promise<{ cookie: string; options: PublicKeyCredentialCreationOptionsJSON } | null> {
    const link = await findStaffLink(this.#context, token, 'invite');
    if (link === null) return null;
    const owner = await this.#ownerOf(link);
    return this.#passkeys.askToRegister(
      {
        subject: subjectOf(link),
        name: link.address,
        known: owner === null ? [] : await this.#passkeys.idsOf(owner.id),
      },
      'invite',
    );
  }

  /** Registers the passkey, gives the role, uses the invitation up and signs in: all or nothing. */
  async accept(
    token: string,
    cookie: string | undefined,
    response: RegistrationResponseJSON,
    origin: Origin,
    previous: StaffSession | null,
  ): Promise<StaffSignInOutcome> {
    return this.#signIn.guarded(origin, 'passkey', async () => {
      const link = await findStaffLink(this.#context, token, 'invite');
      const verified =
        link === null ? null : await this.#passkeys.verifyNew(cookie, 'invite', subjectOf(link), response);
      if (link === null || verified === null || !isHigherRole(link.role))
        return this.#signIn.fail(origin, 'passkey', 'not-valid');
      const owner = await this.#ownerOf(link);
      const person = owner === null ? this.#newPerson(link) : { staff: owner, statements: [] };
      return this.#signIn.complete({
        staff: person.staff,
        isNew: owner === null,
        method: 'passkey',
        mfa: true,
        origin,
        previous,
        statements: [
          useStaffLink(this.#context, link),
          this.#tickets.use(verified.ticket),
          ...person.statements,
          ...(await this.#grant(person.staff.id, link.role)),
          ...addCredential(this.#context, person.staff.id, { ...verified.credential, label: '', strong: 1 }),
        ],
      });
    });
  }

  async #ownerOf(link: StaffLinksTable): Promise<StaffTable | null> {
    const holders = await findAddress(this.#context, link.canonicalAddress);
    const own = holders.find(({ kind }) => kind === 'own');
    return own === undefined ? null : findStaff(this.#context, own.staffId);
  }

  #newPerson(link: StaffLinksTable): { staff: StaffTable; statements: readonly Statement[] } {
    const { staff, statements } = registerStaff(this.#context);
    const address = { canonical: link.canonicalAddress, raw: link.address };
    const how = { kind: 'own', proof: 'invite' } as const;
    return { staff, statements: [...statements, ...addAddress(this.#context, staff.id, address, how)] };
  }

  async #grant(staffId: string, role: HigherRole): Promise<readonly Statement[]> {
    const granted = await rolesGrantedTo(this.#context, staffId);
    const hasIt = granted.some((one) => one.role === role && one.source === 'host');
    return hasIt ? [] : grantRole(this.#context, { staffId, role, source: 'host', grantedBy: null });
  }
}

/** Binds the ticket to this one invitation. */
function subjectOf(link: StaffLinksTable): string {
  return Buffer.from(link.tokenHash).toString('base64url');
}
