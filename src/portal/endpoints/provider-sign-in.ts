/**
 * `POST /api/session/providers/:provider` and `…/finish`: signing in with an account at Google or Microsoft. The provider
 * sends the browser back to a page of ours, which hands its answer over by POST: opening an address changes nothing.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { ProviderRefusal } from '#src/accounts/account-providers.ts';
import { PROVIDER_KINDS, type ProviderKind } from '#src/accounts/provider-address.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { attemptOf, enter, Entered, requireAdmitted } from '../policies/enter.ts';
import { notAvailable } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors } from '../wire.ts';

export const ProviderParams = Type.Object({ provider: Type.String({ maxLength: 20 }) });
/** Of the address to which the provider sent the browser back, without the question mark. */
export const ProviderAnswer = body({ query: Type.String({ maxLength: 8000 }) });
export const ProviderPage = Type.Object({ url: Type.String() });

const MESSAGES: Readonly<Record<ProviderRefusal | 'provider-taken' | 'provider-known', string>> = {
  'provider-failed': 'That did not work. Please begin again.',
  'provider-address-not-proven': 'The provider does not vouch for an address.',
  'provider-address-differs': 'The address there is none of the account here.',
  'provider-not-added': 'This account was not added here.',
  'provider-suspended': 'This account rests since the password was reset.',
  'provider-taken': 'Another account here uses it.',
  'provider-known': 'It is added already.',
};

export function addProviderSignInEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session/providers/:provider', {
    schema: {
      summary: 'Where to sign in at Google or Microsoft',
      params: ProviderParams,
      body: body({}),
      response: { 200: ProviderPage, ...errors },
    },
    handler: async (request, reply) => {
      const kind = requireProvider(portal, request.params.provider);
      const { cookie, url } = await beginAt(() => portal.providers.begin(kind, 'provider-sign-in'));
      portal.cookies.set(reply, 'ticket', cookie);
      return { url };
    },
  });

  app.post('/api/session/providers/:provider/finish', {
    schema: {
      summary: 'Sign in with what Google or Microsoft answered',
      params: ProviderParams,
      body: ProviderAnswer,
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const kind = requireProvider(portal, request.params.provider);
      const outcome = await portal.signIn.signInWithProvider({
        ...(await attemptOf(portal, request)),
        kind,
        ticket: portal.cookies.read(request, 'ticket'),
        query: request.body.query,
      });
      portal.cookies.clear(reply, 'ticket');
      if (outcome.outcome === 'refused') throw providerRefused(outcome.refused);
      const admitted = requireAdmitted(outcome, () => providerRefused('provider-failed'));
      return enter(portal, reply, admitted);
    },
  });
}

/** Throws Refusal 404 `not-available` where it is not configured. */
export function requireProvider(portal: PortalContext, name: string): ProviderKind {
  const kind = PROVIDER_KINDS.find((one) => one === name);
  if (kind === undefined || !portal.providers.has(kind)) throw notAvailable();
  return kind;
}

/** Throws Refusal 503 `provider-unreachable`. */
export async function beginAt<Begun>(begin: () => Promise<Begun>): Promise<Begun> {
  try {
    return await begin();
  } catch (error) {
    if (errorCode(error) !== 'oidc-failed') throw error;
    throw new Refusal(503, 'provider-unreachable', 'The provider can not be reached right now.');
  }
}

export function providerRefused(code: keyof typeof MESSAGES): Refusal {
  return new Refusal(422, code, MESSAGES[code]);
}
