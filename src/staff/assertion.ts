/**
 * Verifies what an authenticator signed (WebAuthn level 3 section 7.2): the library checks challenge, site, user
 * verification, counter and signature; here stands only what we ask for beyond it.
 */
import { verifyAuthenticationResponse, type AuthenticationResponseJSON } from '@simplewebauthn/server';

/** COSE numbers of Ed25519, ES256 and RS256, the most wanted first. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const;

export interface ExpectedAssertion {
  /** Base64url. */
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
  /** COSE key, as it was registered. */
  readonly publicKey: Uint8Array;
  /** The counter that was seen last; 0 where the authenticator has none. */
  readonly signCount: number;
}

/** The authenticator's counter; null where anything does not fit: challenge, site, user verification, signature. */
export async function verifyAssertion(
  response: AuthenticationResponseJSON,
  expected: ExpectedAssertion,
): Promise<number | null> {
  try {
    if (isFramed(response.response.clientDataJSON)) return null;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      credential: {
        id: response.id,
        publicKey: new Uint8Array(expected.publicKey),
        counter: expected.signCount,
      },
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
