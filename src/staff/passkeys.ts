/**
 * Passkeys of staff (WebAuthn level 3): discoverable, always with user verification, so each is two factors by itself.
 * One that was registered by invitation or in a session with a second factor gives the higher roles of its owner; one
 * that was registered after a mailed link alone proves no more than the mailbox did, and gives a sender's rights.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';

import { isLostRace } from '#src/accounts/throttle.ts';
import { sha256 } from '#src/base/bytes.ts';
import type { StaffCredentialsTable } from '#src/storage/tables.ts';

import { PASSKEY_ALGORITHMS, verifyAssertion } from './assertion.ts';
import type { StaffSignIn, StaffSignInOutcome } from './sign-in.ts';
import type { Origin, StaffContext } from './staff-context.ts';
import { credentialsOf, findCredential, findStaff } from './staff-directory.ts';
import { addCredential, useCredential, type NewCredential } from './staff-rows.ts';
import type { StaffSession } from './staff-sessions.ts';
import type { Ticket, Tickets } from './tickets.ts';

export interface PasskeySite {
  /** Host of the staff pages, to which passkeys are bound. */
  readonly rpId: string;
  readonly origin: string;
  /** Shown by the browser. */
  readonly name: () => string;
}

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
  readonly #tickets: Tickets;
  readonly #site: PasskeySite;

  constructor(context: StaffContext, parts: { signIn: StaffSignIn; tickets: Tickets; site: PasskeySite }) {
    this.#context = context;
    this.#signIn = parts.signIn;
    this.#tickets = parts.tickets;
    this.#site = parts.site;
  }

  /** What the browser asks an authenticator for, and the cookie that its answer needs. */
  async askToSignIn(): Promise<{ cookie: string; options: PublicKeyCredentialRequestOptionsJSON }> {
    const { ticket, cookie } = this.#tickets.begin('passkey-sign-in');
    const options = await generateAuthenticationOptions({
      rpID: this.#site.rpId,
      challenge: this.#challenge(ticket),
      userVerification: 'required',
    });
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
    const options = await generateRegistrationOptions({
      rpName: this.#site.name(),
      rpID: this.#site.rpId,
      userName: owner.name,
      userID: new Uint8Array(sha256('staff-user', owner.subject)),
      challenge: this.#challenge(ticket),
      attestationType: 'none',
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
      excludeCredentials: owner.known.map((id) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
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
    try {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: this.#tickets.derive(ticket, 'challenge'),
        expectedOrigin: this.#site.origin,
        expectedRPID: this.#site.rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
      });
      if (!verified || registrationInfo === undefined) return null;
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
      const credential = {
        kind: 'passkey',
        lookup: `${PREFIX}${id}`,
        publicKey: Buffer.from(publicKey),
        signCount: counter,
        transports: transports.join(' '),
      } as const;
      return { ticket, credential };
    } catch {
      // The library throws for whatever does not fit, each with words for programmers.
      return null;
    }
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
      origin: this.#site.origin,
      rpId: this.#site.rpId,
      publicKey: credential.publicKey,
      signCount: credential.signCount,
    });
  }

  #challenge(ticket: Ticket): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.from(this.#tickets.derive(ticket, 'challenge'), 'base64url'));
  }
}
