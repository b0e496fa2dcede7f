/** What waits for the viewer: as an author of messages, and as a security officer. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { grantedUntil } from '#src/desk/answer-request.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { findMessage } from '#src/desk/find-messages.ts';
import { heldMessagesOf } from '#src/desk/held-messages.ts';
import { openReleases, openRequestsTo, type OpenRequest } from '#src/desk/open-requests.ts';
import { recipientOf } from '#src/desk/recipients-of.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from './account-routes.ts';
import type { ConsoleContext } from './console-context.ts';
import { ownAddresses } from './own-messages.ts';
import { WAITING_RESULTS, waitingPage, type WaitingRequest } from './waiting-page.ts';

const config = { policy: 'sender' } as const;

export function addWaitingRoutes(app: HttpApp, context: ConsoleContext, desk: Desk): void {
  const querystring = Type.Object({
    done: Type.Optional(Type.Union(WAITING_RESULTS.map((result) => Type.Literal(result)))),
  });
  app.get('/waiting', { config, schema: { querystring } }, async (request, reply) => {
    const { language, formatMoment, formatDay, show } = context;
    const own = await ownRequests(desk, request);
    const held = await heldMessagesOf(desk, ownAddresses(request));
    return show(
      request,
      reply,
      waitingPage({
        language: language(),
        held,
        unanswered: desk.acceptance().policy.unansweredNearMiss,
        own,
        releases: await releasesOfOthers(desk, request, own),
        done: request.query.done ?? null,
        formatMoment,
        formatDay,
      }),
    );
  });
}

async function ownRequests(desk: Desk, request: FastifyRequest): Promise<readonly WaitingRequest[]> {
  const addresses = ownAddresses(request);
  const found = await openRequestsTo(desk, addresses);
  const listed = await Promise.all(
    found.map(async (one) => {
      const message = await findMessage(desk, addresses, one.messageId);
      if (message === null) return [];
      const { author, subject } = message;
      return [{ request: one, until: await untilOf(desk, one), author, subject: subject ?? '' }];
    }),
  );
  return listed.flat();
}

async function releasesOfOthers(
  desk: Desk,
  request: FastifyRequest,
  own: readonly WaitingRequest[],
): Promise<readonly WaitingRequest[]> {
  if (!viewerOf(request).roles.has('security-officer')) return [];
  const shown = new Set(own.map(({ request: { recipientId } }) => recipientId));
  const others = (await openReleases(desk)).filter(({ recipientId }) => !shown.has(recipientId));
  return Promise.all(
    others.map(async (one) => ({
      request: one,
      until: await untilOf(desk, one),
      author: one.author ?? '',
      subject: null,
    })),
  );
}

/** Null where the content is gone. */
async function untilOf(desk: Desk, { messageId, recipientId }: OpenRequest): Promise<number | null> {
  const now = desk.clock.now();
  const recipient = await recipientOf(desk.database, messageId, recipientId, now);
  if (recipient === null || !recipient.hasContent || recipient.keptUntil === null) return null;
  return recipient.keptUntil <= now ? null : grantedUntil(now, recipient.keptUntil);
}
