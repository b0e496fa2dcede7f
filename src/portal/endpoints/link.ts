/**
 * `GET /api/links/:token`: what the page of a notice's link shows before anybody signs in. Changes nothing and
 * causes no receipt, however often a mail scanner fetches it.
 */
import { Type } from '@fastify/type-provider-typebox';

import { isRegistered } from '#src/accounts/account-directory.ts';
import { findLastChoice } from '#src/accounts/reading-choices.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { leaveFor, leaveOf } from '../policies/access.ts';
import { findClosure, hasAuthorToTell } from '../policies/closure.ts';
import { requireManifest } from '../policies/content-key.ts';
import { findCopyByLink, keptUntil, type Copy } from '../policies/copy.ts';
import { canonicalAddresses, findReader } from '../policies/reader.ts';
import { linkUnknown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { Closed, presentClosure } from '../presenters/closure.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { Author, errors, State, timestamp, Timestamp, TokenParams } from '../wire.ts';
import { Way } from './other-way.ts';

const Link = Type.Object({
  organization: Type.String(),
  author: Author,
  sentAt: Timestamp,
  maskedAddress: Type.String(),
  registered: Type.Boolean(),
  signedIn: Type.Boolean(),
  /** Somebody else is signed in: one of their addresses; they may ask for leave. */
  signedInAs: Type.Union([Type.String(), Type.Null()]),
  state: State,
  messageId: Type.Union([Type.String(), Type.Null()]),
  keptUntil: Timestamp,
  /** Null: it can be opened. */
  closed: Type.Union([Closed, Type.Null()]),
  /** A call, a letter or a reader can be asked for. */
  otherWays: Type.Boolean(),
  /** What was asked for last and is not done yet; null: nothing. */
  otherWay: Type.Union([Type.Object({ way: Way, chosenAt: Timestamp }), Type.Null()]),
});

export function addLinkEndpoint(app: HttpApp, portal: PortalContext): void {
  app.get('/api/links/:token', {
    schema: {
      summary: 'What a link from a notice points to',
      params: TokenParams,
      response: { 200: Link, ...errors },
    },
    handler: async (request) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      requireManifest(portal, copy);
      const reader = await findReader(portal, request);
      const leave = reader === null ? [] : await leaveOf(portal, reader);
      const mayOpen =
        reader !== null &&
        (canonicalAddresses(reader).includes(copy.recipient.canonicalAddress) ||
          leaveFor(leave, copy.recipient) !== null);
      const account = mayOpen ? reader.account : null;
      const closure = await findClosure(portal, copy, account);
      const site = portal.sites.of(copy.message.fromAddress);
      return {
        organization: mayOpen ? site.fullName : site.mail.organization,
        author: presentAuthor(copy),
        sentAt: timestamp(copy.message.acceptedAt),
        maskedAddress: maskedAddress(copy.recipient.address),
        registered: await isRegistered(portal, copy.recipient.canonicalAddress),
        signedIn: mayOpen,
        signedInAs: reader === null || mayOpen ? null : (reader.addresses[0]?.address ?? ''),
        state: closure?.state ?? ('ready' as const),
        messageId: mayOpen ? copy.message.id : null,
        keptUntil: timestamp(keptUntil(copy)),
        closed: closure === null ? null : presentClosure(closure),
        otherWays: closure === null && hasAuthorToTell(copy),
        otherWay: await openChoice(portal, copy),
      };
    },
  });
}

async function openChoice(portal: PortalContext, copy: Copy) {
  const choice = await findLastChoice(portal.database, copy.recipient.id);
  if (choice === null || choice.way === 'web' || choice.doneAt !== null) return null;
  return { way: choice.way, chosenAt: timestamp(choice.chosenAt) };
}
