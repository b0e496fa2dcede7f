/**
 * WebAuthn (level 3) as recipients' and staff's passkeys need it: discoverable, always with user verification, bound to
 * one host. The library checks challenge, site, user verification, counter and signature; here stands what we ask for,
 * and what we ask for beyond it. Knows nothing of accounts, rows or cookies.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';

export type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
};

/** COSE numbers of Ed25519, ES256 and RS256, the most wanted first. */
const PASSKEY_ALGORITHMS = [-8, -7, -257];

export interface PasskeySite {
  /** Host to which passkeys are bound. */
  readonly rpId: string;
  readonly origin: string;
  /** Shown by the browser. */
  readonly name: () => string;
}

/** Who gets a passkey. */
export interface PasskeyHolder {
  /** What the authenticator keeps one passkey for; 32 bytes that tell nothing of the person. */
  readonly userHandle: Uint8Array;
  /** Shown by the browser in its list of passkeys. */
  readonly name: string;
  /** Ids of the passkeys that they have. */
  readonly known: readonly string[];
}

export interface NewPasskey {
  /** Base64url. */
  readonly credentialId: string;
  /** COSE key. */
  readonly publicKey: Buffer;
  readonly signCount: number;
  /** Words with spaces between them. */
  readonly transports: string;
}

export interface ExpectedAssertion {
  /** Base64url. */
  readonly challenge: string;
  readonly site: PasskeySite;
  /** COSE key, as it was registered. */
  readonly publicKey: Uint8Array;
  /** The counter that was seen last; 0 where the authenticator has none. */
  readonly signCount: number;
}

/** What the browser asks any authenticator for. `challenge`: base64url. */
export function passkeyRequest(
  site: PasskeySite,
  challenge: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: bytesOf(challenge),
    userVerification: 'required',
  });
}

/** What the browser needs to make a passkey. `challenge`: base64url. */
export function passkeyCreation(
  site: PasskeySite,
  holder: PasskeyHolder,
  challenge: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: site.name(),
    rpID: site.rpId,
    userName: holder.name,
    userID: new Uint8Array(holder.userHandle),
    challenge: bytesOf(challenge),
    attestationType: 'none',
    supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    excludeCredentials: holder.known.map((id) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/** The passkey in a browser's answer; null where it does not verify. `challenge`: base64url. */
export async function verifyNewPasskey(
  site: PasskeySite,
  challenge: string,
  response: RegistrationResponseJSON,
): Promise<NewPasskey | null> {
  try {
    if (isFramed(response.response.clientDataJSON)) return null;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
    if (!verified || registrationInfo === undefined) return null;
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    return {
      credentialId: id,
      publicKey: Buffer.from(publicKey),
      signCount: counter,
      transports: transports.join(' '),
    };
  } catch {
    // The library throws for whatever does not fit, each with words for programmers.
    return null;
  }
}

/** The authenticator's counter; null where anything does not fit: challenge, site, user verification, signature. */
export async function verifyAssertion(
  response: AuthenticationResponseJSON,
  { challenge, site, publicKey, signCount }: ExpectedAssertion,
): Promise<number | null> {
  try {
    if (isFramed(response.response.clientDataJSON)) return null;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter: signCount },
    });
    return verified ? authenticationInfo.newCounter : null;
  } catch {
    // What can't be decoded, or was made for another site or question, was not signed for us.
    return null;
  }
}

/** Our pages are framed by nobody: an answer that says so was not asked for by one of them. */
function isFramed(clientDataJson: string): boolean {
  const said: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
  if (typeof said !== 'object' || said === null) return true;
  return ('crossOrigin' in said && said.crossOrigin === true) || 'topOrigin' in said;
}

function bytesOf(challenge: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(challenge, 'base64url'));
}
