/**
 * `POST /api/messages/:id/kept`: the page says, before it saves a copy of a message on the reader's device, that it is
 * going to; of several in one zip it says so for each. What is saved is out of our hands: lock and date no longer reach it, and the audit log says so.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';

import { readsForFacts } from '../policies/access.ts';
import { requireReader } from '../policies/reader.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, MessageParams, Nothing } from '../wire.ts';
import { requireReadableCopy } from './open-message.ts';

export function addKeptEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/messages/:id/kept', {
    schema: {
      summary: 'Record that a copy of the message is saved on the reader’s device',
      params: MessageParams,
      body: body({ what: Type.Union([Type.Literal('mail'), Type.Literal('zip'), Type.Literal('several')]) }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const copy = await requireReadableCopy(portal, reader, request.params.id);
      await portal.database.commit([
        portal.audit.entry({
          event: 'copy-kept',
          messageId: copy.message.id,
          recipientId: copy.recipient.id,
          accountId: reader.account.id,
          facts: {
            address: copy.recipient.canonicalAddress,
            what: request.body.what,
            ...readsForFacts(copy),
          },
        }),
      ]);
      return {};
    },
  });
}
