/** `/sign-in` and the mailed link. Asking gives one and the same answer to everybody; only a button signs in. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import type { SignInFailure, StaffSignInOutcome } from '#src/staff/sign-in.ts';
import { hashBrowser } from '#src/staff/staff-links.ts';

import { originOf, type ConsoleContext } from './console-context.ts';
import { returnPath } from './policies/return-path.ts';
import { linkPage, linkSentPage, signInPage } from './sign-in-page.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;
const BROWSER_COOKIE_SECONDS = 3600;

export interface SignInOptions {
  readonly hasOidc: boolean;
  readonly mailsLinks: () => boolean;
  readonly script: string | null;
}

export function addSignInRoutes(app: HttpApp, context: ConsoleContext, options: SignInOptions): void {
  const { staff, cookies } = context;
  const querystring = Type.Object({ to: Type.Optional(Type.String()) });
  const to = Type.Optional(Type.String());
  const config = { policy: 'anybody' } as const;

  app.get('/sign-in', { config, schema: { querystring } }, (request, reply) => {
    if (request.viewer !== null) return reply.redirect(returnPath(request.query.to), 303);
    return showSignIn(context, options, request, reply, { to: request.query.to, failure: null });
  });

  const asked = Type.Object({ address: Type.String({ maxLength: 254 }), to });
  app.post('/sign-in/link', { config, schema: { body: asked } }, async (request, reply) => {
    const { address } = request.body;
    const browserHash = knowBrowser(context, request, reply);
    if (options.mailsLinks()) {
      const path = returnPath(request.body.to);
      await staff.mailedLinks.askToSignIn({ address, browserHash, origin: originOf(request), path });
    }
    return context.show(request, reply, linkSentPage(context.language(), '/sign-in'));
  });

  const params = Type.Object({ token: Type.String() });
  const linkConfig = { policy: 'token-holder' } as const;
  app.get(
    '/sign-in/link/:token',
    { config: linkConfig, schema: { params, querystring } },
    async (request, reply) => {
      const link = options.mailsLinks()
        ? await staff.mailedLinks.look(request.params.token, 'sign-in', browserOf(context, request))
        : null;
      const page = linkPage(link, returnPath(request.query.to), context.language());
      return context.show(request, reply, { ...page, status: link === null ? 410 : 200 });
    },
  );
  const body = Type.Object({ to });
  app.post(
    '/sign-in/link/:token',
    { config: linkConfig, schema: { params, body } },
    async (request, reply) => {
      const outcome: StaffSignInOutcome = options.mailsLinks()
        ? await staff.mailedLinks.signIn(
            request.params.token,
            browserOf(context, request),
            originOf(request),
            request.viewer?.session ?? null,
          )
        : { outcome: 'failed', reason: 'not-valid' };
      if (outcome.outcome === 'signed-in') return enter(context, reply, outcome.token, request.body.to);
      return showSignIn(context, options, request, reply, { to: request.body.to, failure: outcome.reason });
    },
  );

  app.post('/sign-out', { config }, async (request, reply) => {
    const { viewer } = request;
    if (viewer !== null) await staff.sessions.end(viewer.staffId, viewer.session.id);
    cookies.clear(reply, 'session');
    return reply.redirect('/', 303);
  });
}

/** Gives the browser its new session and leads on. */
export function enter(
  { cookies }: Pick<ConsoleContext, 'cookies'>,
  reply: FastifyReply,
  token: string,
  to: string | undefined,
): FastifyReply {
  cookies.set(reply, 'session', token);
  cookies.clear(reply, 'browser');
  cookies.clear(reply, 'ticket');
  return reply.redirect(returnPath(to), 303);
}

export function showSignIn(
  context: ConsoleContext,
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { to, failure }: { to: string | undefined; failure: SignInFailure | null },
): FastifyReply {
  const page = signInPage({
    language: context.language(),
    organization: context.organization(),
    to: returnPath(to),
    hasOidc: options.hasOidc,
    mailsLinks: options.mailsLinks(),
    script: options.script,
    failure,
  });
  const status = failure === null ? 200 : failure === 'wait' ? 429 : 403;
  return context.show(request, reply, { ...page, status });
}

/** The browser's hash; gives it a cookie where it has none. */
export function knowBrowser(
  { staff, cookies }: Pick<ConsoleContext, 'staff' | 'cookies'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Buffer {
  const known = cookies.read(request, 'browser');
  const token =
    known !== undefined && TOKEN.test(known)
      ? known
      : staff.context.random(TOKEN_BYTES).toString('base64url');
  cookies.set(reply, 'browser', token, BROWSER_COOKIE_SECONDS);
  return hashBrowser(token);
}

/** Null where the browser never asked for a link. */
export function browserOf(
  { cookies }: Pick<ConsoleContext, 'cookies'>,
  request: FastifyRequest,
): Buffer | null {
  const token = cookies.read(request, 'browser');
  return token !== undefined && TOKEN.test(token) ? hashBrowser(token) : null;
}
