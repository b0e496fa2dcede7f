/**
 * `POST /api/links/:token/other-way`: a recipient who can't or won't read on the site asks to be called, for a letter,
 * or names somebody who reads it to them. The link is enough, because whoever can't sign in has no other way, and
 * nothing is opened by it. Choice, audit entry and the author's mail are one unit; telephone number, address and name
 * stand in that mail and, under the root key, in the row, never in audit log or logs.
 */
import { Type } from '@fastify/type-provider-typebox';

import {
  CONTACT_MAX_CHARACTERS,
  keepChoice,
  NAME_MAX_CHARACTERS,
  READING_TEXTS,
  type NewChoice,
} from '#src/accounts/reading-choices.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { hasAuthorToTell } from '../policies/closure.ts';
import { requireManifest } from '../policies/content-key.ts';
import { copyState, findCopyByLink, type Copy } from '../policies/copy.ts';
import { linkUnknown, requireReady, slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, LocaleTag, timestamp, Timestamp, TokenParams } from '../wire.ts';

/** Who mistyped a number may choose again, but is no nuisance. */
const CHOICES_A_DAY = 3;
const NETWORK_CHOICES_AN_HOUR = 30;

/** The version of the words that the page showed before the choice. */
export const TextShown = Type.Union(READING_TEXTS.map((version) => Type.Literal(version)));
export const Way = Type.Union([Type.Literal('call'), Type.Literal('letter'), Type.Literal('somebody')]);
const shared = {
  contact: Type.Optional(Type.String({ maxLength: CONTACT_MAX_CHARACTERS })),
  text: TextShown,
  locale: LocaleTag,
};
const Name = Type.String({ maxLength: NAME_MAX_CHARACTERS, pattern: '\\S' });
const Choice = Type.Union([
  body({ way: Type.Union([Type.Literal('call'), Type.Literal('letter')]), ...shared }),
  body({ way: Type.Literal('somebody'), name: Name, ...shared }),
]);

export function addOtherWayEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/links/:token/other-way', {
    schema: {
      summary: 'Ask for another way than reading on the site',
      params: TokenParams,
      body: Choice,
      response: { 200: Type.Object({ way: Way, chosenAt: Timestamp }), ...errors },
    },
    handler: async (request) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      requireManifest(portal, copy);
      requireReady(copyState(copy, portal.clock.now(), null));
      if (!hasAuthorToTell(copy)) throw new Refusal(409, 'not-to-be-asked', 'Nobody would get this request.');
      await countChoice(portal, copy, request.ip);
      const { way, text, locale, contact = '' } = request.body;
      const name = 'name' in request.body ? request.body.name.trim() : '';
      const ids = { recipientId: copy.recipient.id, messageId: copy.message.id };
      const details = { name, contact: contact.trim() };
      const chosenMs = portal.clock.now();
      await portal.database.commit([
        ...(await choiceStatements(portal, copy, { ...ids, way, text, locale, details })),
        ...(await portal.mails.otherWay(copy, { way, ...details, chosenMs })),
      ]);
      return { way, chosenAt: timestamp(chosenMs) };
    },
  });
}

/** The choice and its audit entry. */
export async function choiceStatements(portal: PortalContext, copy: Copy, choice: NewChoice) {
  const { messageId, recipientId, way, text, locale, details } = choice;
  const facts = {
    address: copy.recipient.canonicalAddress,
    way,
    text,
    language: locale,
    contact: details.contact !== '',
  };
  return [
    await keepChoice(portal, choice),
    portal.audit.entry({ event: 'reading-way-chosen', messageId, recipientId, facts }),
  ];
}

async function countChoice({ throttle }: PortalContext, copy: Copy, ip: string): Promise<void> {
  const network = networkOf(ip);
  const asked = await throttle.countInWindow('network-asks', network, NETWORK_CHOICES_AN_HOUR, HOUR_MS);
  if (!asked.allowed) throw slowDown(asked.retryAfterSeconds);
  const own = await throttle.countInWindow('other-ways', copy.recipient.id, CHOICES_A_DAY, DAY_MS);
  if (!own.allowed) throw slowDown(own.retryAfterSeconds);
}
