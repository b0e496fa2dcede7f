/** `/sign-in/oidc`: to the identity provider and back. */
import { Type } from 'typebox';

import { errorCode } from '#src/base/coded-error.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { OidcSignIn } from '#src/staff/oidc-sign-in.ts';

import { originOf, type ConsoleContext } from './console-context.ts';
import { returnPath } from './policies/return-path.ts';
import { enter, showSignIn, type SignInOptions } from './sign-in-routes.ts';

const COOKIE_SECONDS = 600;

export function addOidcRoutes(
  app: HttpApp,
  context: ConsoleContext,
  oidc: OidcSignIn,
  options: SignInOptions,
): void {
  const { cookies } = context;
  const config = { policy: 'anybody' } as const;
  const querystring = Type.Object({ to: Type.Optional(Type.String()) });
  app.get('/sign-in/oidc', { config, schema: { querystring } }, async (request, reply) => {
    try {
      const { cookie, url } = await oidc.begin();
      cookies.set(reply, 'ticket', cookie, COOKIE_SECONDS);
      cookies.set(reply, 'return', returnPath(request.query.to), COOKIE_SECONDS);
      return await reply.redirect(url, 303);
    } catch (error) {
      if (errorCode(error) !== 'oidc-failed') throw error;
      const { to } = request.query;
      return showSignIn(context, options, request, reply, { to, failure: 'provider-failed' });
    }
  });
  app.get('/sign-in/oidc/callback', { config }, async (request, reply) => {
    const query = request.url.split('?').slice(1).join('?');
    const to = cookies.read(request, 'return');
    const outcome = await oidc.finish(
      cookies.read(request, 'ticket'),
      query,
      originOf(request),
      request.viewer?.session ?? null,
    );
    cookies.clear(reply, 'return');
    cookies.clear(reply, 'ticket');
    if (outcome.outcome === 'signed-in') return enter(context, reply, outcome.token, to);
    return showSignIn(context, options, request, reply, { to, failure: outcome.reason });
  });
}
