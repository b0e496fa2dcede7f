/**
 * `…/messages/:id/verify`: a message that asks for what its author tells by telephone. Tries are counted before they are
 * compared; the proof and its audit entry are one unit, and the key is released by opening alone.
 */
import { Type } from '@fastify/type-provider-typebox';

import { checkSecret, findLiveSecret, LONGEST_PASSPHRASE } from '#src/accounts/second-channel.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import type { Copy } from '../policies/copy.ts';
import { requireReader, type Reader } from '../policies/reader.ts';
import { codeWrong, slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { Author, body, errors, MessageParams, Nothing } from '../wire.ts';
import { requireOwnCopy } from './open-message.ts';

const TRIES_AN_HOUR = 20;

const Asked = Type.Object({
  author: Author,
  /** What the author has ready; `none`: nothing yet, or it was used up. */
  kind: Type.Union([Type.Literal('code'), Type.Literal('passphrase'), Type.Literal('none')]),
});

export function addSecondChannelEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/messages/:id/verify', {
    schema: {
      summary: 'What its author tells by telephone before the first opening',
      params: MessageParams,
      response: { 200: Asked, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const copy = await requireOwnCopy(portal, reader, request.params.id);
      const secret = await findLiveSecret(portal, copy.recipient.id);
      return { author: presentAuthor(copy), kind: secret?.kind ?? ('none' as const) };
    },
  });

  app.post('/api/messages/:id/verify', {
    schema: {
      summary: 'Show that the reader knows what the author told by telephone',
      params: MessageParams,
      body: body({ answer: Type.String({ maxLength: LONGEST_PASSPHRASE * 4 }) }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const copy = await requireOwnCopy(portal, reader, request.params.id);
      const counted = await portal.throttle.countInWindow(
        'second-channel',
        reader.account.id,
        TRIES_AN_HOUR,
        HOUR_MS,
      );
      if (!counted.allowed) throw slowDown(counted.retryAfterSeconds);
      await prove(portal, reader, copy, request.body.answer);
      return {};
    },
  });
}

/** Throws Refusal 422 `code-wrong`, 410 `code-not-made`. */
async function prove(portal: PortalContext, reader: Reader, copy: Copy, answer: string): Promise<void> {
  const ids = { recipientId: copy.recipient.id, accountId: reader.account.id };
  const about = { messageId: copy.message.id, ...ids, facts: { address: copy.recipient.canonicalAddress } };
  const checked = await checkSecret(portal, ids, answer);
  if (checked.outcome === 'none') throw notMade();
  if (checked.outcome === 'wrong') {
    await portal.database.commit([portal.audit.entry({ event: 'second-channel-wrong', ...about })]);
    throw codeWrong(checked.triesLeft);
  }
  try {
    await portal.database.commit([
      ...checked.statements,
      portal.audit.entry({ event: 'second-channel-proven', ...about }),
    ]);
  } catch (error) {
    // Used, or made anew, in between.
    if (isLostRace(error)) throw notMade();
    throw error;
  }
}

function notMade(): Refusal {
  return new Refusal(410, 'code-not-made', 'There is no code for this message now. Please ask its sender.');
}
