/**
 * `POST /api/session` signs in, `GET` tells, `POST …/extend` keeps, `DELETE` ends. An unknown address, an unknown
 * link and a wrong password give one answer.
 */
import { Type } from '@fastify/type-provider-typebox';

import { idleExpiry, type PortalSession } from '#src/accounts/sessions.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { findCopyByLink } from '../policies/copy.ts';
import { attemptOf, enter, Entered, requireAdmitted } from '../policies/enter.ts';
import { findReader, sessionNeeded, type Reader } from '../policies/reader.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentPreferences, presentPreviousSignIn } from '../presenters/account.ts';
import {
  Address,
  body,
  errors,
  Nothing,
  Password,
  Preferences,
  PreviousSignIn,
  timestamp,
  Timestamp,
} from '../wire.ts';

const SignInBody = Type.Union([
  body({ password: Password, linkToken: Type.String({ maxLength: 200 }) }),
  body({ password: Password, address: Address }),
]);
const SessionState = Type.Object({
  signedIn: Type.Boolean(),
  address: Type.Optional(Type.String()),
  idleExpiresAt: Type.Optional(Timestamp),
  absoluteExpiresAt: Type.Optional(Timestamp),
  preferences: Type.Optional(Preferences),
  previousSignIn: Type.Optional(PreviousSignIn),
});

export function addSessionEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session', {
    schema: {
      summary: 'Sign in',
      body: SignInBody,
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const target = await signInTarget(portal, request.body);
      const outcome = await portal.signIn.signIn({
        ...(await attemptOf(portal, request)),
        canonicalAddress: target.canonicalAddress,
        password: request.body.password,
      });
      const admitted = requireAdmitted(
        outcome,
        () => new Refusal(401, 'sign-in-failed', 'The address or the password is not right.'),
      );
      return enter(portal, reply, admitted, target.messageId);
    },
  });

  app.get('/api/session', {
    schema: { summary: 'Whether somebody is signed in', response: { 200: SessionState, ...errors } },
    handler: async (request) => {
      const reader = await findReader(portal, request);
      if (reader === null) return { signedIn: false };
      return presentSession(reader, reader.session);
    },
  });

  app.post('/api/session/extend', {
    schema: {
      summary: 'Begin the idle time anew',
      body: body({}),
      response: { 200: SessionState, ...errors },
    },
    handler: async (request) => {
      const reader = await findReader(portal, request);
      if (reader === null) throw sessionNeeded();
      const session = await portal.sessions.touch(reader.session, { always: true });
      return presentSession(reader, session);
    },
  });

  app.delete('/api/session', {
    schema: { summary: 'Sign out', response: { 200: Nothing, ...errors } },
    handler: async (request, reply) => {
      const session = await portal.sessions.find(portal.cookies.read(request, 'session'), 'recipient');
      if (session !== null) {
        await portal.database.commit([
          portal.sessions.end(session),
          portal.audit.entry({ event: 'signed-out', accountId: session.accountId }),
        ]);
      }
      portal.cookies.clear(reply, 'session');
      portal.cookies.clear(reply, 'registration');
      portal.cookies.clear(reply, 'signIn');
      return {};
    },
  });
}

interface SignInTarget {
  readonly canonicalAddress: string | null;
  readonly messageId: string | null;
}

export async function signInTarget(
  portal: PortalContext,
  request: { linkToken?: string } | { address: string },
): Promise<SignInTarget> {
  if ('address' in request) {
    return { canonicalAddress: parseMailAddress(request.address.trim())?.canonical ?? null, messageId: null };
  }
  const copy = request.linkToken === undefined ? null : await findCopyByLink(portal, request.linkToken);
  return copy === null
    ? { canonicalAddress: null, messageId: null }
    : { canonicalAddress: copy.recipient.canonicalAddress, messageId: copy.message.id };
}

function presentSession(reader: Reader, session: PortalSession) {
  return {
    signedIn: true,
    address: reader.addresses[0]?.address ?? '',
    preferences: presentPreferences(reader.account),
    previousSignIn: presentPreviousSignIn(reader.account),
    idleExpiresAt: timestamp(idleExpiry(session)),
    absoluteExpiresAt: timestamp(session.expiresAt),
  };
}
