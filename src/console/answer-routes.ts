/**
 * The answers to a recipient who asks for a closed copy: its author's, and after a reset of the password a security
 * officer's as well.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { declineRequest, findOpenRequest, grantRequest } from '#src/desk/answer-request.ts';
import type { Act, ActResult, Desk } from '#src/desk/desk-context.ts';
import { recipientOf } from '#src/desk/recipients-of.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from './account-routes.ts';
import { isOwnMessage, notFound } from './own-messages.ts';

const config = { policy: 'sender' } as const;
const params = Type.Object({ id: Type.String({ maxLength: 40 }), recipient: Type.String({ maxLength: 40 }) });
const body = Type.Object({
  askedAt: Type.String({ pattern: '^[0-9]{1,15}$' }),
  /** Which page the answer leads back to. */
  backTo: Type.Optional(Type.Literal('waiting')),
});

type Answer = (desk: Desk, act: Act, askedAt: number) => Promise<ActResult>;

export function addAnswerRoutes(app: HttpApp, desk: Desk): void {
  const answers = { grant: [grantRequest, 'granted'], decline: [declineRequest, 'declined'] } as const;
  for (const [path, [answer, done]] of Object.entries(answers))
    app.post(`/messages/:id/:recipient/${path}`, { config, schema: { params, body } }, (request, reply) =>
      answerRequest(desk, request, reply, { ...request.params, ...request.body, answer, done }),
    );
}

async function answerRequest(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: {
    readonly id: string;
    readonly recipient: string;
    readonly askedAt: string;
    readonly backTo?: 'waiting';
    readonly answer: Answer;
    readonly done: 'granted' | 'declined';
  },
): Promise<FastifyReply> {
  const { id: messageId, recipient: recipientId } = asked;
  const recipient = await recipientOf(desk.database, messageId, recipientId, desk.clock.now());
  if (recipient === null) throw notFound();
  const isOwn = await isOwnMessage(desk, request, messageId);
  if (!isOwn && !(await mayRelease(desk, request, { messageId, recipientId }))) throw notFound();
  const act = { messageId, recipientId, staffId: viewerOf(request).staffId };
  const result = await asked.answer(desk, act, Number(asked.askedAt));
  const done = result === 'done' ? asked.done : result;
  return isOwn && asked.backTo !== 'waiting'
    ? reply.redirect(`/messages/${messageId}?done=${done}&at=${recipientId}#r-${recipientId}`, 303)
    : reply.redirect(`/waiting?done=${done}`, 303);
}

/** An officer releases after a reset; what its author locked or ended is the author's alone. */
async function mayRelease(
  desk: Desk,
  request: FastifyRequest,
  ids: { readonly messageId: string; readonly recipientId: string },
): Promise<boolean> {
  if (!viewerOf(request).roles.has('security-officer')) return false;
  return (await findOpenRequest(desk, ids))?.why === 'needs-release';
}
