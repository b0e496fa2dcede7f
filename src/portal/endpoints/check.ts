/**
 * `POST /api/check`: is this notice real? The message code of its subject and the address it went to must belong
 * together, and each recipient has another code: nobody can ask who else got a message. Whether code or address exists
 * alone is not told, and tries are limited.
 */
import { Type } from '@fastify/type-provider-typebox';

import { hashMessageCode } from '#src/accounts/link-tokens.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import { parseMessageCode } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';

import { requireManifest, SealBroken } from '../policies/content-key.ts';
import { findCopiesByCode, type Copy } from '../policies/copy.ts';
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
      const network = networkOf(request.ip);
      const allowed = await portal.throttle.countInWindow('network-checks', network, CHECKS_AN_HOUR, HOUR_MS);
      if (!allowed.allowed) throw slowDown(allowed.retryAfterSeconds);
      const copy = await findNotice(portal, request.body);
      if (copy === null) return { genuine: false };
      return {
        genuine: true,
        organization: portal.settings.organization.name,
        author: presentAuthor(copy),
        sentAt: timestamp(copy.message.acceptedAt),
      };
    },
  });
}

/** What can't be a code or an address is looked up all the same. A forged row is no notice of ours. */
async function findNotice(
  portal: PortalContext,
  typed: { code: string; address: string },
): Promise<Copy | null> {
  const code = parseMessageCode(typed.code) ?? '';
  const address = parseMailAddress(typed.address.trim())?.canonical ?? '';
  try {
    const copies = await findCopiesByCode(portal, hashMessageCode(portal.keys, code), address);
    const [copy] = copies;
    // The code comes from the row's id: a hash that was copied onto another row makes no notice of it.
    if (copy === undefined || messageCodeOf(portal.keys, copy.recipient.id) !== code) return null;
    requireManifest(portal, copy);
    return copy;
  } catch (error) {
    if (error instanceof RowForged || error instanceof SealBroken) return null;
    throw error;
  }
}
