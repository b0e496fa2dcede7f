/**
 * `POST /api/links/:token/not-for-me`: whoever holds the link says that the message is not for them. That copy is
 * locked and its author told, once. A copy that was opened already can be reported only by who is signed in to it:
 * a forwarded link must not lock what its owner reads.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import { exactlyOne, ExpectationFailed, statement } from '#src/storage/database.ts';

import { findCopyByLink, type Copy } from '../policies/copy.ts';
import { canonicalAddresses, findReader, sessionNeeded } from '../policies/reader.ts';
import { linkUnknown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, TokenParams } from '../wire.ts';

export function addNotForMeEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/links/:token/not-for-me', {
    schema: {
      summary: 'Say that the message is not for you: locks this copy',
      params: TokenParams,
      body: body({ confirm: Type.Literal(true) }),
      response: { 200: Type.Object({ state: Type.Literal('locked') }), ...errors },
    },
    handler: async (request) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      if (copy.recipient.lockedAt === null) {
        const reader = copy.recipient.firstOpenedAt === null ? null : await findReader(portal, request);
        const owns = reader !== null && canonicalAddresses(reader).includes(copy.recipient.canonicalAddress);
        if (copy.recipient.firstOpenedAt !== null && !owns) throw sessionNeeded();
        await lock(portal, copy);
      }
      return { state: 'locked' as const };
    },
  });
}

async function lock(portal: PortalContext, copy: Copy): Promise<void> {
  const now = portal.clock.now();
  const locked = statement(
    portal.database.query
      .updateTable('recipients')
      .set({ lockedAt: now, lockReason: 'not-for-me' })
      .where('id', '=', copy.recipient.id)
      .where('lockedAt', 'is', null),
    exactlyOne,
  );
  try {
    await portal.database.commit([
      locked,
      portal.audit.entry({
        event: 'recipient-locked',
        messageId: copy.message.id,
        recipientId: copy.recipient.id,
        facts: { why: 'not-for-me', address: copy.recipient.canonicalAddress },
      }),
      ...(await portal.mails.notForMe(copy, now)),
    ]);
  } catch (error) {
    // Locked in between: that is what was asked for.
    if (!(error instanceof ExpectationFailed)) throw error;
  }
}
