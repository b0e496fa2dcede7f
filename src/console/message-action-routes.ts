/** The forms of an author's message. Each begins with whose message it is; each answers by leading back to its page. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { LONGEST_PASSPHRASE } from '#src/accounts/second-channel.ts';
import { announceAgain, remindNow } from '#src/desk/announce-again.ts';
import { changeReadBy, changeReplies } from '#src/desk/change-asked.ts';
import { changeEnd } from '#src/desk/change-end.ts';
import type { Act, Desk } from '#src/desk/desk-context.ts';
import { findMessage, type FoundMessage } from '#src/desk/find-messages.ts';
import { findIncident } from '#src/desk/incident.ts';
import { lockCopy, unlockCopy } from '#src/desk/lock-copy.ts';
import { finishOtherWay } from '#src/desk/other-ways.ts';
import { recipientOf, type MessageRecipient } from '#src/desk/recipients-of.ts';
import { agreePassphrase, changeSecondChannel, renewTelephoneCode } from '#src/desk/second-channel.ts';
import { incidentPath, reportWrongRecipient } from '#src/desk/wrong-recipient.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from './account-routes.ts';
import { addAnswerRoutes } from './answer-routes.ts';
import type { ConsoleContext } from './console-context.ts';
import { incidentPage } from './incident-page.ts';
import type { ActionResult } from './message-actions.ts';
import { notFound, ownAddresses, requireOwnMessage } from './own-messages.ts';

const config = { policy: 'sender' } as const;
const path = '/messages/:id/:recipient';
const params = Type.Object({ id: Type.String({ maxLength: 40 }), recipient: Type.String({ maxLength: 40 }) });

interface Asked {
  readonly act: Act;
  readonly message: FoundMessage;
  readonly recipient: MessageRecipient;
}

export function addMessageActionRoutes(app: HttpApp, context: ConsoleContext, desk: Desk): void {
  app.post(`${path}/lock`, { config, schema: { params } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    return back(reply, asked, (await lockCopy(desk, asked.act)) === 'done' ? 'locked' : 'changed');
  });
  const lockSeen = Type.Object({ lockedAt: Type.String({ pattern: '^[0-9]{1,15}$' }) });
  app.post(`${path}/unlock`, { config, schema: { params, body: lockSeen } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await unlockCopy(desk, asked.act, Number(request.body.lockedAt));
    return back(reply, asked, result === 'done' ? 'unlocked' : 'changed');
  });
  app.post(`${path}/remind`, { config, schema: { params } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await remindNow(desk, asked.act);
    return back(reply, asked, result === 'done' ? 'reminded' : result);
  });
  app.post(`${path}/announce`, { config, schema: { params } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await announceAgain(desk, asked.act);
    return back(reply, asked, result === 'done' ? 'announced' : result);
  });
  const end = Type.Object({
    day: Type.String({ maxLength: 10 }),
    seen: Type.String({ pattern: '^[0-9]{0,15}$' }),
  });
  app.post(`${path}/end`, { config, schema: { params, body: end } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const { day, seen } = request.body;
    const wanted = { day: day.trim(), seen: seen === '' ? null : Number(seen) };
    const result = await changeEnd(desk, asked.act, asked.recipient, wanted);
    return back(reply, asked, result === 'done' ? 'date-saved' : result);
  });
  app.post(`${path}/read-by`, { config, schema: { params, body: end } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const { day, seen } = request.body;
    const wanted = { day: day.trim(), seen: seen === '' ? null : Number(seen) };
    const result = await changeReadBy(desk, asked.act, wanted);
    return back(reply, asked, result === 'done' ? 'date-saved' : result);
  });
  for (const [name, to] of [
    ['refuse-replies', 'refused'],
    ['allow-replies', 'allowed'],
  ] as const)
    app.post(`${path}/${name}`, { config, schema: { params } }, async (request, reply) => {
      const asked = await requireAsked(desk, request, request.params);
      const result = await changeReplies(desk, asked.act, to);
      return back(reply, asked, result === 'done' ? `replies-${to}` : result);
    });
  addSecondChannelForms(app, desk);
  const wish = Type.Object({ wish: Type.String({ pattern: '^[0-9A-Z]{26}$' }) });
  app.post(`${path}/other-way-done`, { config, schema: { params, body: wish } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await finishOtherWay(desk, asked.act, request.body.wish);
    return back(reply, asked, result === 'done' ? 'other-way-done' : result);
  });
  app.post(`${path}/wrong-recipient`, { config, schema: { params } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await reportWrongRecipient(desk, asked.act, asked.message);
    if (result === 'changed' && asked.recipient.wrongRecipientAt === null) return back(reply, asked, result);
    return reply.redirect(incidentPath(asked.message.id, asked.recipient.id), 303);
  });
  addAnswerRoutes(app, desk);
  addIncidentRoute(app, context, desk);
}

function addSecondChannelForms(app: HttpApp, desk: Desk): void {
  for (const [name, to] of [
    ['ask-code', 'asked'],
    ['no-code', 'not-asked'],
  ] as const)
    app.post(`${path}/${name}`, { config, schema: { params } }, async (request, reply) => {
      const asked = await requireAsked(desk, request, request.params);
      const result = await changeSecondChannel(desk, asked.act, to);
      return back(reply, asked, result === 'done' ? `code-${to}` : result);
    });
  app.post(`${path}/new-code`, { config, schema: { params } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await renewTelephoneCode(desk, asked.act);
    return back(reply, asked, result === 'done' ? 'code-made' : result);
  });
  const body = Type.Object({ passphrase: Type.String({ maxLength: LONGEST_PASSPHRASE * 4 }) });
  app.post(`${path}/passphrase`, { config, schema: { params, body } }, async (request, reply) => {
    const asked = await requireAsked(desk, request, request.params);
    const result = await agreePassphrase(desk, asked.act, request.body.passphrase);
    return back(reply, asked, result === 'done' ? 'passphrase-agreed' : result);
  });
}

/** The author's, and every privacy officer's: without the subject, and only once it was reported. */
function addIncidentRoute(app: HttpApp, context: ConsoleContext, desk: Desk): void {
  app.get('/messages/:id/incident/:recipient', { config, schema: { params } }, async (request, reply) => {
    const { id, recipient } = request.params;
    const message = await findMessage(desk, ownAddresses(request), id);
    const isAuthor = message !== null;
    if (!isAuthor && !viewerOf(request).roles.has('privacy-officer')) throw notFound();
    const incident = await findIncident(desk.database, id, recipient, desk.clock.now());
    if (incident === null) throw notFound();
    const { language, formatMoment } = context;
    const subject = message?.subject ?? null;
    const view = { language: language(), incident, subject, isAuthor, now: desk.clock.now(), formatMoment };
    return context.show(request, reply, incidentPage(view));
  });
}

/** Throws Refusal 404 for what is not the viewer's, as for what does not exist. */
async function requireAsked(
  desk: Desk,
  request: FastifyRequest,
  { id, recipient: recipientId }: { readonly id: string; readonly recipient: string },
): Promise<Asked> {
  const message = await requireOwnMessage(desk, request, id);
  const recipient = await recipientOf(desk.database, id, recipientId, desk.clock.now());
  if (recipient === null) throw notFound();
  const act = { messageId: id, recipientId, staffId: viewerOf(request).staffId };
  return { act, message, recipient };
}

function back(reply: FastifyReply, { message, recipient }: Asked, result: ActionResult): FastifyReply {
  return reply.redirect(`/messages/${message.id}?done=${result}&at=${recipient.id}#r-${recipient.id}`, 303);
}
