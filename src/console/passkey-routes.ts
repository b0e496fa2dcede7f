/** What the script of the passkey pages talks to: JSON, same origin, each answer good once. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import {
  AssertionBody,
  cleanPasskeyName,
  MAX_PASSKEY_NAME,
  NewPasskeyBody,
} from '#src/http/passkey-schemas.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { StaffSignInOutcome } from '#src/staff/sign-in.ts';
import { removeCredential } from '#src/staff/staff-rows.ts';

import { commitUnlessGone, viewerOf } from './account-routes.ts';
import { originOf, type ConsoleContext } from './console-context.ts';
import { invitePage } from './invite-page.ts';
import { returnPath } from './policies/return-path.ts';

const TICKET_COOKIE_SECONDS = 600;
const SignedIn = Type.Object({ response: AssertionBody, to: Type.Optional(Type.String()) });
const Registered = Type.Object({
  response: NewPasskeyBody,
  label: Type.Optional(Type.String({ maxLength: MAX_PASSKEY_NAME })),
});

export function addPasskeyRoutes(app: HttpApp, context: ConsoleContext, script: string): void {
  addSignInByPasskey(app, context);
  addOwnPasskeys(app, context);
  addInvites(app, context, script);
}

function addSignInByPasskey(app: HttpApp, context: ConsoleContext): void {
  const { passkeys } = context.staff;
  const config = { policy: 'anybody' } as const;
  app.post('/sign-in/passkey/options', { config }, async (_request, reply) => {
    const { cookie, options } = await passkeys.askToSignIn();
    return withTicket(context, reply, cookie).send(options);
  });
  app.post('/sign-in/passkey', { config, schema: { body: SignedIn } }, async (request, reply) => {
    const outcome = await passkeys.signIn(
      context.cookies.read(request, 'ticket'),
      request.body.response as unknown as AuthenticationResponseJSON,
      originOf(request),
      request.viewer?.session ?? null,
    );
    return answer(context, reply, outcome, returnPath(request.body.to));
  });
}

function addOwnPasskeys(app: HttpApp, context: ConsoleContext): void {
  const { staff } = context;
  const config = { policy: 'sender' } as const;
  app.post('/account/passkeys/options', { config }, async (request, reply) => {
    const { staffId, name } = viewerOf(request);
    const owner = {
      subject: staffId,
      name: name ?? context.organization(),
      known: await staff.passkeys.idsOf(staffId),
    };
    const { cookie, options } = await staff.passkeys.askToRegister(owner, 'passkey-register');
    return withTicket(context, reply, cookie).send(options);
  });
  app.post('/account/passkeys', { config, schema: { body: Registered } }, async (request, reply) => {
    const outcome = await staff.passkeys.add(
      context.cookies.read(request, 'ticket'),
      viewerOf(request).session,
      request.body.response as unknown as RegistrationResponseJSON,
      cleanPasskeyName(request.body.label ?? ''),
    );
    context.cookies.clear(reply, 'ticket');
    if (outcome !== 'added') throw new Refusal(403, `passkey-${outcome}`, 'The passkey was not added.');
    return { to: '/account' };
  });
  const body = Type.Object({ passkey: Type.String({ maxLength: 40 }) });
  app.post('/account/passkeys/remove', { config, schema: { body } }, async (request, reply) => {
    const { staffId } = viewerOf(request);
    await commitUnlessGone(context, removeCredential(staff.context, staffId, request.body.passkey));
    return reply.redirect('/account', 303);
  });
}

function addInvites(app: HttpApp, context: ConsoleContext, script: string): void {
  const { invites } = context.staff;
  const config = { policy: 'token-holder' } as const;
  const params = Type.Object({ token: Type.String() });
  app.get('/invite/:token', { config, schema: { params } }, async (request, reply) => {
    const page = invitePage(await invites.look(request.params.token), context.language(), script);
    return context.show(request, reply, page);
  });
  app.post('/invite/:token/options', { config, schema: { params } }, async (request, reply) => {
    const asked = await invites.ask(request.params.token);
    if (asked === null) throw new Refusal(410, 'invite-over', 'This invitation can not be used any more.');
    return withTicket(context, reply, asked.cookie).send(asked.options);
  });
  app.post('/invite/:token', { config, schema: { params, body: Registered } }, async (request, reply) => {
    const outcome = await invites.accept(
      request.params.token,
      context.cookies.read(request, 'ticket'),
      request.body.response as unknown as RegistrationResponseJSON,
      originOf(request),
      request.viewer?.session ?? null,
    );
    return answer(context, reply, outcome, '/account');
  });
}

function withTicket({ cookies }: ConsoleContext, reply: FastifyReply, ticket: string): FastifyReply {
  cookies.set(reply, 'ticket', ticket, TICKET_COOKIE_SECONDS);
  return reply;
}

function answer(
  { cookies }: ConsoleContext,
  reply: FastifyReply,
  outcome: StaffSignInOutcome,
  to: string,
): FastifyReply {
  cookies.clear(reply, 'ticket');
  if (outcome.outcome === 'failed') {
    const status = outcome.reason === 'wait' ? 429 : 403;
    throw new Refusal(status, `sign-in-${outcome.reason}`, 'That did not work.');
  }
  cookies.set(reply, 'session', outcome.token);
  return reply.send({ to });
}
