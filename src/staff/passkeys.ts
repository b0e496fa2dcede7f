/**
 * Passkeys of staff (WebAuthn level 3): discoverable, always with user verification, so each is two factors by itself.
 * One that was registered by invitation or in a session with a second factor gives the higher roles of its owner; one
 * that was registered after a mailed link alone proves no more than the mailbox did, and gives a sender's rights.
 */
import { isLostRace } from '#src/accounts/throttle.ts';
import type { Ticket } from '#src/accounts/tickets.ts';
import {
  passkeyCreation,
  passkeyRequest,
  verifyAssertion,
  verifyNewPasskey,
  type AuthenticationResponseJSON,
  type PasskeySite,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '#src/accounts/webauthn.ts';
import { sha256 } from '#src/base/bytes.ts';
import type { StaffCredentialsTable } from '#src/storage/tables.ts';

import type { StaffSignIn, StaffSignInOutcome } from './sign-in.ts';
import type { Origin, StaffContext } from './staff-context.ts';
import { credentialsOf, findCredential, findStaff } from './staff-directory.ts';
import { addCredential, useCredential, type NewCredential } from './staff-rows.ts';
import type { StaffSession } from './staff-sessions.ts';
import type { StaffTickets } from './staff-tickets.ts';

/** Who gets a passkey: `subject` names them in the ticket. */
export interface PasskeyOwner {
  readonly subject: string;
  /** Shown by the browser in its list of passkeys. */
  readonly name: string;
  /** Ids of the passkeys that they have. */
  readonly known: readonly string[];
}

export type AddPasskeyOutcome = 'added' | 'not-valid' | 'too-many';

export const MOST_PASSKEYS = 10;
const PREFIX = 'passkey ';

export class Passkeys {
  readonly #context: StaffContext;
  readonly #signIn: StaffSignIn;
  readonly #tickets: StaffTickets;
  readonly #site: PasskeySite;

  constructor(
    context: StaffContext,
    parts: { signIn: StaffSignIn; tickets: StaffTickets; site: PasskeySite },
  ) {
    this.#context = context;
    this.#signIn = parts.signIn;
    this.#tickets = parts.tickets;
    this.#site = parts.site;
  }

  /** What the browser asks an authenticator for, and the cookie that its answer needs. */
  async askToSignIn(): Promise<{ cookie: string; options: PublicKeyCredentialRequestOptionsJSON }> {
    const { ticket, cookie } = this.#tickets.begin('passkey-sign-in');
    const options = await passkeyRequest(this.#site, this.#tickets.derive(ticket, 'challenge'));
    return { cookie, options };
  }

  async signIn(
    cookie: string | undefined,
    response: AuthenticationResponseJSON,
    origin: Origin,
    previous: StaffSession | null,
  ): Promise<StaffSignInOutcome> {
    return this.#signIn.guarded(origin, 'passkey', async () => {
      const ticket = this.#tickets.resume(cookie, 'passkey-sign-in');
      const credential = await findCredential(this.#context, `${PREFIX}${response.id}`);
      const signCount =
        ticket === null || credential === null ? null : await this.#verify(ticket, credential, response);
      const staff = credential === null ? null : await findStaff(this.#context, credential.staffId);
      if (ticket === null || credential === null || signCount === null || staff === null)
        return this.#signIn.fail(origin, 'passkey', 'not-valid', staff?.id ?? null);
      return this.#signIn.complete({
        staff,
        isNew: false,
        method: 'passkey',
        mfa: credential.strong === 1,
        origin,
        previous,
        statements: [this.#tickets.use(ticket), useCredential(this.#context, credential, signCount)],
      });
    });
  }

  /** What the browser needs to make a passkey for `owner`, and the cookie that its answer needs. */
  async askToRegister(
    owner: PasskeyOwner,
    purpose: 'passkey-register' | 'invite',
  ): Promise<{ cookie: string; options: PublicKeyCredentialCreationOptionsJSON }> {
    const { ticket, cookie } = this.#tickets.begin(purpose, owner.subject);
    const holder = { ...owner, userHandle: sha256('staff-user', owner.subject) };
    const options = await passkeyCreation(this.#site, holder, this.#tickets.derive(ticket, 'challenge'));
    return { cookie, options };
  }

  /** The passkey of a browser's answer, and the ticket that its unit uses up; null where it does not verify. */
  async verifyNew(
    cookie: string | undefined,
    purpose: 'passkey-register' | 'invite',
    subject: string,
    response: RegistrationResponseJSON,
  ): Promise<{ ticket: Ticket; credential: Omit<NewCredential, 'label' | 'strong'> } | null> {
    const ticket = this.#tickets.resume(cookie, purpose, subject);
    if (ticket === null) return null;
    const challenge = this.#tickets.derive(ticket, 'challenge');
    const passkey = await verifyNewPasskey(this.#site, challenge, response);
    if (passkey === null) return null;
    const { credentialId, publicKey, signCount, transports } = passkey;
    const lookup = `${PREFIX}${credentialId}`;
    return { ticket, credential: { kind: 'passkey', lookup, publicKey, signCount, transports } };
  }

  /** Registers a passkey for somebody who is signed in. */
  async add(
    cookie: string | undefined,
    session: StaffSession,
    response: RegistrationResponseJSON,
    label: string,
  ): Promise<AddPasskeyOutcome> {
    const { staffId } = session;
    const verified = await this.verifyNew(cookie, 'passkey-register', staffId, response);
    if (verified === null) return 'not-valid';
    if ((await this.idsOf(staffId)).length >= MOST_PASSKEYS) return 'too-many';
    try {
      await this.#context.database.commit([
        this.#tickets.use(verified.ticket),
        ...addCredential(this.#context, staffId, { ...verified.credential, label, strong: session.mfa }),
      ]);
    } catch (error) {
      if (isLostRace(error)) return 'not-valid';
      throw error;
    }
    return 'added';
  }

  /** WebAuthn ids of the passkeys that somebody has. Throws RowForged. */
  async idsOf(staffId: string): Promise<readonly string[]> {
    const credentials = await credentialsOf(this.#context, staffId);
    return credentials
      .filter(({ kind }) => kind === 'passkey')
      .map(({ lookup }) => lookup.slice(PREFIX.length));
  }

  /** The authenticator's counter; null where its answer does not verify. */
  async #verify(
    ticket: Ticket,
    credential: StaffCredentialsTable,
    response: AuthenticationResponseJSON,
  ): Promise<number | null> {
    if (credential.kind !== 'passkey' || credential.publicKey === null) return null;
    return verifyAssertion(response, {
      challenge: this.#tickets.derive(ticket, 'challenge'),
      site: this.#site,
      publicKey: credential.publicKey,
      signCount: credential.signCount,
    });
  }
}
