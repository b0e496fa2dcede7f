/** `/held/<token>`: the author, or the security officer, answers without signing in; the token of the mail is the permission. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import { hashHoldToken, isTokenOfHold } from '#src/acceptance/hold-token.ts';
import type { Holds } from '#src/acceptance/release-hold.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Database } from '#src/storage/database.ts';

import { heldPage, heldResultPage, type WhoIsAsked } from './held-page.ts';

export interface HeldOptions {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly holds: Holds;
  readonly organization: () => string;
  readonly language: () => 'en' | 'es';
}

export function addHeldRoutes(app: HttpApp, options: HeldOptions): void {
  const params = Type.Object({ token: Type.String() });
  const config = { policy: 'token-holder' } as const;
  // Under `no-referrer` browsers send `Origin: null` with a form, and the check of the origin would refuse the answer.
  const show = (markup: string, reply: FastifyReply): FastifyReply =>
    reply.type('text/html; charset=utf-8').header('referrer-policy', 'same-origin').send(markup);
  const choice = Type.Union([Type.Literal('send'), Type.Literal('stop')]);
  const querystring = Type.Object({ choice: Type.Optional(choice) });
  app.get('/held/:token', { config, schema: { params, querystring } }, async (request, reply) => {
    const held = await findHeld(options, request.params.token);
    const organization = options.organization();
    const language = options.language();
    if (held === null) return show(heldResultPage('over', organization, language), reply);
    const asked = request.query.choice ?? 'send';
    const { recipients, asks } = held;
    return show(heldPage({ recipients, asked, asks, organization, language }), reply);
  });
  const body = Type.Object({ choice });
  app.post('/held/:token', { config, schema: { params, body } }, async (request, reply) => {
    const held = await findHeld(options, request.params.token);
    const send = request.body.choice === 'send';
    const result = held === null ? 'already-ended' : await answer(options.holds, held, send);
    const shown = result === 'already-ended' ? 'over' : send ? 'sent' : 'stopped';
    const asks = held?.asks ?? 'author';
    return show(heldResultPage(shown, options.organization(), options.language(), asks), reply);
  });
}

function answer(holds: Holds, { messageId, asks }: FoundHold, send: boolean) {
  if (asks === 'officer')
    return send ? holds.releaseForOfficer(messageId) : holds.stop(messageId, 'officer-stopped');
  return send ? holds.sendSecured(messageId, 'author-sent') : holds.stop(messageId, 'author-stopped');
}

interface FoundHold {
  readonly messageId: string;
  readonly asks: WhoIsAsked;
  readonly recipients: readonly string[];
}

async function findHeld(options: HeldOptions, token: string): Promise<FoundHold | null> {
  const { query } = options.database;
  const message = await query
    .selectFrom('messages')
    .select(['id', 'holdFor'])
    .where('holdTokenHash', '=', hashHoldToken(options.keys, token))
    .executeTakeFirst();
  // Whoever can write to the database can put the hash of one token to another message.
  if (message === undefined || !isTokenOfHold(options.keys, token, message)) return null;
  const recipients = await query
    .selectFrom('recipients')
    .select('address')
    .where('messageId', '=', message.id)
    .where('state', '=', 'held')
    .orderBy('id')
    .execute();
  const asks = message.holdFor === 'officer' ? 'officer' : 'author';
  return { messageId: message.id, asks, recipients: recipients.map(({ address }) => address) };
}
