/**
 * Verifies what an authenticator signed, step by step as WebAuthn level 3 section 7.2 has it, for the three algorithms
 * that we ask for. The signature goes to node:crypto as it came, in DER for ECDSA.
 */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey, parseAuthenticatorData } from '@simplewebauthn/server/helpers';

import { equalBytes, sha256 } from '#src/base/bytes.ts';

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
export function verifyAssertion(
  { response }: Pick<AuthenticationResponseJSON, 'response'>,
  expected: ExpectedAssertion,
): number | null {
  try {
    const clientData = Buffer.from(response.clientDataJSON, 'base64url');
    const authenticatorData = new Uint8Array(Buffer.from(response.authenticatorData, 'base64url'));
    const signature = Buffer.from(response.signature, 'base64url');
    if (!isOurQuestion(JSON.parse(clientData.toString('utf8')), expected)) return null;
    const { rpIdHash, flags, counter } = parseAuthenticatorData(authenticatorData);
    if (!equalBytes(rpIdHash, sha256(expected.rpId)) || !flags.up || !flags.uv) return null;
    // A counter that does not grow means that there are two copies of the authenticator.
    if ((counter > 0 || expected.signCount > 0) && counter <= expected.signCount) return null;
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return isSignedBy(expected.publicKey, signed, signature) ? counter : null;
  } catch {
    // What can't be decoded was not signed by a passkey of ours.
    return null;
  }
}

function isOurQuestion(clientData: unknown, { challenge, origin }: ExpectedAssertion): boolean {
  if (typeof clientData !== 'object' || clientData === null) return false;
  const said = clientData as Readonly<Record<string, unknown>>;
  const isFramed = said['crossOrigin'] === true || said['topOrigin'] !== undefined;
  return (
    said['type'] === 'webauthn.get' &&
    said['challenge'] === challenge &&
    said['origin'] === origin &&
    !isFramed
  );
}

function isSignedBy(publicKey: Uint8Array, signed: Buffer, signature: Buffer): boolean {
  const { jwk, digest } = readCoseKey(publicKey);
  return verify(digest, signed, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

/** Throws for a key of another algorithm or curve. */
function readCoseKey(publicKey: Uint8Array): { jwk: JsonWebKey; digest: 'sha256' | null } {
  const key = decodeCredentialPublicKey(new Uint8Array(publicKey));
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');
  const algorithm = Number(key.get(cose.COSEKEYS.alg));
  const curve = (of: { get(name: cose.COSEKEYS.crv): unknown }) => Number(of.get(cose.COSEKEYS.crv));
  if (cose.isCOSEPublicKeyEC2(key) && algorithm === -7 && curve(key) === 1) {
    const [x, y] = [text(key.get(cose.COSEKEYS.x)), text(key.get(cose.COSEKEYS.y))];
    return { jwk: { kty: 'EC', crv: 'P-256', x, y }, digest: 'sha256' };
  }
  if (cose.isCOSEPublicKeyOKP(key) && algorithm === -8 && curve(key) === 6) {
    return { jwk: { kty: 'OKP', crv: 'Ed25519', x: text(key.get(cose.COSEKEYS.x)) }, digest: null };
  }
  if (cose.isCOSEPublicKeyRSA(key) && algorithm === -257) {
    const [n, e] = [text(key.get(cose.COSEKEYS.n)), text(key.get(cose.COSEKEYS.e))];
    return { jwk: { kty: 'RSA', n, e }, digest: 'sha256' };
  }
  throw new TypeError('not a key of an algorithm that we ask for');
}
