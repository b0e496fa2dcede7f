/**
 * The signed-in author's answer to a held message of theirs. *As it is* exists only here, never on the page of the mailed
 * link: whoever reads the mailbox alone lowers no protection.
 */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import type { Holds } from '#src/acceptance/release-hold.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from './account-routes.ts';
import { requireOwnMessage } from './own-messages.ts';
import type { WaitingResult } from './waiting-page.ts';

const config = { policy: 'sender' } as const;
const params = Type.Object({ id: Type.String({ maxLength: 40 }) });
const CHOICES = ['send', 'stop', 'as-it-is'] as const;
type Choice = (typeof CHOICES)[number];
const body = Type.Object({ choice: Type.Union(CHOICES.map((choice) => Type.Literal(choice))) });

export function addHoldAnswerRoutes(app: HttpApp, desk: Desk, holds: Holds): void {
  app.post('/messages/:id/hold', { config, schema: { params, body } }, async (request, reply) => {
    const message = await requireOwnMessage(desk, request, request.params.id);
    const { staffId } = viewerOf(request);
    return back(reply, await answerHold(holds, request.body.choice, { messageId: message.id, staffId }));
  });
}

async function answerHold(
  holds: Holds,
  choice: Choice,
  { messageId, staffId }: { readonly messageId: string; readonly staffId: string },
): Promise<WaitingResult> {
  switch (choice) {
    case 'send':
      return (await holds.sendSecured(messageId, 'author-sent')) === 'done' ? 'sent' : 'changed';
    case 'stop':
      return (await holds.stop(messageId, 'author-stopped')) === 'done' ? 'stopped' : 'changed';
    case 'as-it-is': {
      const result = await holds.sendAsItIs(messageId, staffId);
      return result === 'done' ? 'sent-as-it-is' : result === 'already-ended' ? 'changed' : result;
    }
  }
}

function back(reply: FastifyReply, done: WaitingResult): FastifyReply {
  return reply.redirect(`/waiting?done=${done}`, 303);
}
