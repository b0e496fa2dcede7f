/**
 * `POST /api/session/passkey/options` and `/api/session/passkey`: signing in with a passkey, of whatever account it is;
 * nobody types an address, so there is none to guess.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { AuthenticationResponseJSON } from '#src/accounts/webauthn.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { AssertionBody } from '#src/http/passkey-schemas.ts';
import { Refusal } from '#src/http/refusal.ts';

import { attemptOf, enter, Entered, requireAdmitted } from '../policies/enter.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, PasskeyOptions } from '../wire.ts';
import { signInTarget } from './session.ts';

export function addPasskeySignInEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session/passkey/options', {
    schema: {
      summary: 'What the browser asks for a passkey with',
      body: body({}),
      response: { 200: PasskeyOptions, ...errors },
    },
    handler: async (_request, reply) => {
      const { cookie, options } = await portal.passkeys.ask();
      portal.cookies.set(reply, 'ticket', cookie);
      return { ...options };
    },
  });

  app.post('/api/session/passkey', {
    schema: {
      summary: 'Sign in with a passkey',
      body: body({
        response: AssertionBody,
        linkToken: Type.Optional(Type.String({ maxLength: 200 })),
      }),
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const ticket = portal.cookies.read(request, 'ticket');
      portal.cookies.clear(reply, 'ticket');
      // The link says only which message to show: whose account it is, the passkey says.
      const { linkToken } = request.body;
      const target = linkToken === undefined ? null : await signInTarget(portal, { linkToken });
      const outcome = await portal.signIn.signInWithPasskey({
        ...(await attemptOf(portal, request)),
        canonicalAddress: null,
        ticket,
        response: request.body.response as unknown as AuthenticationResponseJSON,
      });
      const admitted = requireAdmitted(
        outcome,
        () => new Refusal(401, 'passkey-failed', 'This passkey is not known here.'),
      );
      return enter(portal, reply, admitted, target?.messageId ?? null);
    },
  });
}
