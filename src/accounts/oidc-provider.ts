/**
 * The identity provider, as much of it as signing in needs: where to send the browser, and the claims behind a code.
 * State, nonce, PKCE (RFC 7636), issuer (RFC 9207) and the ID token's signature are checked by openid-client.
 */
import * as client from 'openid-client';

import { CodedError } from '#src/base/coded-error.ts';

export interface OidcProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly acrValues: readonly string[];
  /** OpenID Connect Core section 3.1.2.1; left out: as the provider likes. */
  readonly prompt?: string;
  readonly redirectUri: string;
}

/** One-time values of a sign-in. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Claims of a verified ID token. */
export type OidcClaims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

const TIMEOUT_SECONDS = 10;
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

export class OidcProvider {
  readonly #settings: OidcProviderSettings;
  #found: Promise<client.Configuration> | null = null;

  constructor(settings: OidcProviderSettings) {
    this.#settings = settings;
  }

  /** Throws CodedError `oidc-failed` where the provider can't be reached. */
  async authorizationUrl({ state, nonce, codeVerifier }: OidcChecks): Promise<string> {
    const { scopes, acrValues, redirectUri, prompt } = this.#settings;
    const url = client.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(prompt !== undefined && { prompt }),
      ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    });
    return url.href;
  }

  /** The claims behind the answer in `query`. Throws CodedError `oidc-failed` for whatever does not fit. */
  async claims(query: string, { state, nonce, codeVerifier }: OidcChecks): Promise<OidcClaims> {
    const configuration = await this.#configuration();
    try {
      const answer = await client.authorizationCodeGrant(
        configuration,
        new URL(`${this.#settings.redirectUri}?${query}`),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true },
      );
      const claims = answer.claims();
      if (claims === undefined) throw new CodedError('oidc-failed', 'the provider gave no ID token');
      return claims;
    } catch (cause) {
      throw new CodedError('oidc-failed', `the provider's answer was not accepted`, { cause });
    }
  }

  /** Found once; a failure is forgotten, so that the next sign-in tries again. */
  async #configuration(): Promise<client.Configuration> {
    this.#found ??= this.#discover();
    try {
      return await this.#found;
    } catch (cause) {
      this.#found = null;
      throw new CodedError('oidc-failed', 'the identity provider could not be reached', { cause });
    }
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    const insecure = url.protocol === 'http:' && LOCAL.has(url.hostname);
    return client.discovery(url, clientId, clientSecret, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The signature too, not only that the token came over TLS: then no "alg": "none" is taken.
      execute: [client.enableNonRepudiationChecks, ...(insecure ? [client.allowInsecureRequests] : [])],
    });
  }
}
