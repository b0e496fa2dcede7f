/**
 * `POST /api/check`: is this notice real? The message code of its subject and the address it went to must belong
 * together, and each recipient has another code: nobody can ask who else got a message. Whether code or address exists
 * alone is not told, and tries are limited.
 */
import { Type } from '@fastify/type-provider-typebox';

import { networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { findNotice } from '../policies/notice.ts';
import { slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { Address, Author, body, Code, errors, timestamp, Timestamp } from '../wire.ts';

const CHECKS_AN_HOUR = 60;

const Genuineness = Type.Object({
  genuine: Type.Boolean(),
  organization: Type.Optional(Type.String()),
  author: Type.Optional(Author),
  sentAt: Type.Optional(Timestamp),
});

export function addCheckEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/check', {
    schema: {
      summary: 'Whether a notice came from here',
      body: body({ code: Code, address: Address }),
      response: { 200: Genuineness, ...errors },
    },
    handler: async (request) => {
      await countCheck(portal, request.ip);
      const copy = await findNotice(portal, request.body);
      if (copy === null) return { genuine: false };
      return {
        genuine: true,
        organization: portal.sites.of(copy.message.fromAddress).mail.organization,
        author: presentAuthor(copy),
        sentAt: timestamp(copy.message.acceptedAt),
      };
    },
  });
}

/** Throws Refusal where the network has asked too often. */
export async function countCheck(portal: PortalContext, remoteAddress: string): Promise<void> {
  const network = networkOf(remoteAddress);
  const allowed = await portal.throttle.countInWindow('network-checks', network, CHECKS_AN_HOUR, HOUR_MS);
  if (!allowed.allowed) throw slowDown(allowed.retryAfterSeconds);
}
