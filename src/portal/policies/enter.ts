/** What a sign-in ends in: a session, what it still lacks, or a refusal that tells nothing about the account. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Admitted } from '#src/accounts/admission.ts';
import type { PortalSession, SignInDue } from '#src/accounts/sessions.ts';
import type { SignInAttempt, SignInOutcome } from '#src/accounts/sign-in.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { Refusal } from '#src/http/refusal.ts';

import type { PortalContext } from '../portal-context.ts';
import { browserName } from './browser.ts';
import { slowDown } from './refusals.ts';

/** `messageId`: of the link that was followed, once nothing is due. */
export const Entered = Type.Object({
  next: Type.Union([
    Type.Literal('done'),
    Type.Literal('second-factor'),
    Type.Literal('second-factor-setup'),
    Type.Literal('mailbox'),
  ]),
  messageId: Type.Union([Type.String(), Type.Null()]),
});

const DUE: readonly SignInDue[] = ['second-factor', 'second-factor-setup', 'mailbox'];

export async function attemptOf(portal: PortalContext, request: FastifyRequest): Promise<SignInAttempt> {
  return {
    network: networkOf(request.ip),
    browser: browserName(request),
    device: portal.cookies.read(request, 'device'),
    previous: await portal.sessions.find(portal.cookies.read(request, 'session'), 'recipient'),
  };
}

/** Sets the cookies of what came of it. */
export function enter(
  portal: PortalContext,
  reply: FastifyReply,
  admitted: Admitted,
  messageId: string | null = null,
): { next: 'done' | SignInDue; messageId: string | null } {
  const { cookies } = portal;
  if (admitted.outcome === 'due') {
    cookies.set(reply, 'signIn', admitted.token);
    return { next: admitted.due, messageId: null };
  }
  if (cookies.read(reply.request, 'signIn') !== undefined) cookies.clear(reply, 'signIn');
  cookies.set(reply, 'session', admitted.token);
  return { next: 'done', messageId };
}

/** Throws the Refusal for an attempt that did not get in; `failed`: the one for a proof that was wrong. */
export function requireAdmitted(outcome: SignInOutcome, failed: () => Refusal): Admitted {
  switch (outcome.outcome) {
    case 'signed-in':
    case 'due':
      return outcome;
    case 'wait':
      throw outcome.locked ? resetNeeded(outcome.retryAfterSeconds) : slowDown(outcome.retryAfterSeconds);
    case 'reset-needed':
      throw resetNeeded(0);
    case 'suspended':
      throw new Refusal(403, 'passkey-suspended', 'This passkey rests since the password was reset.');
    default:
      throw failed();
  }
}

/** The sign-in under way of this browser, whatever it lacks; null where there is none. */
export async function findSignInUnderWay(
  portal: PortalContext,
  request: FastifyRequest,
): Promise<(PortalSession & { kind: SignInDue }) | null> {
  const token = portal.cookies.read(request, 'signIn');
  for (const kind of DUE) {
    const session = await portal.sessions.find(token, kind);
    if (session !== null) return { ...session, kind };
  }
  return null;
}

/** The sign-in under way that lacks `due`. Throws Refusal 401 `sign-in-over`. */
export async function requireSignInUnderWay(
  portal: PortalContext,
  request: FastifyRequest,
  due: SignInDue,
): Promise<PortalSession> {
  const session = await portal.sessions.find(portal.cookies.read(request, 'signIn'), due);
  if (session === null) throw signInOver();
  return session;
}

export function signInOver(): Refusal {
  return new Refusal(401, 'sign-in-over', 'This sign-in is over. Please begin again.');
}

function resetNeeded(retryAfterSeconds: number): Refusal {
  return new Refusal(429, 'reset-needed', 'Please set a new password by email.', { retryAfterSeconds });
}
