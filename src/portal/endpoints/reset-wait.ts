/**
 * Who lost the second factor: `POST /api/reset/lost` begins a wait of 24 hours and tells every address of the account;
 * `/api/reset/stop/:token`, from the link in that mail, ends it. Following the link changes nothing; its button does.
 */
import { Type } from '@fastify/type-provider-typebox';

import { endPendingReset, findPendingResetByToken } from '#src/accounts/pending-reset.ts';
import { findAccount } from '#src/accounts/account-directory.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { exactlyOne } from '#src/storage/database.ts';

import { sessionNeeded } from '../policies/reader.ts';
import { tellAccount } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { body, errors, Nothing, Timestamp, timestamp, TokenParams } from '../wire.ts';
import { requireReset } from './reset.ts';

export function addResetWaitEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/reset/lost', {
    schema: {
      summary: 'Begin the wait of somebody who lost the second factor',
      body: body({}),
      response: { 200: Type.Object({ effectiveAt: Timestamp }), ...errors },
    },
    handler: async (request) => {
      const { session } = await requireReset(portal, request);
      const waiting = await portal.reset.wait(session, (account, addresses, { token, effectiveAt }) =>
        portal.mails.resetWaits(
          addresses.map((proof) => proof.address),
          { token, effectiveAt, locale: account.locale },
        ),
      );
      if (waiting === null) throw sessionNeeded();
      return { effectiveAt: timestamp(waiting.effectiveAt) };
    },
  });

  app.get('/api/reset/stop/:token', {
    schema: {
      summary: 'A reset that waits, by the link that stops it',
      params: TokenParams,
      response: { 200: Type.Object({ maskedAddress: Type.String(), effectiveAt: Timestamp }), ...errors },
    },
    handler: async (request) => {
      const pending = await findPendingResetByToken(portal, request.params.token);
      if (pending === null) throw resetOver();
      return {
        maskedAddress: maskedAddress(pending.canonicalAddress),
        effectiveAt: timestamp(pending.effectiveAt),
      };
    },
  });

  app.post('/api/reset/stop/:token', {
    schema: {
      summary: 'Stop a reset that waits',
      params: TokenParams,
      body: body({}),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const pending = await findPendingResetByToken(portal, request.params.token);
      const account = pending === null ? null : await findAccount(portal, pending.accountId);
      if (account === null) throw resetOver();
      try {
        await portal.database.commit([
          endPendingReset(portal, account.id, exactlyOne),
          portal.audit.entry({ event: 'reset-stopped', accountId: account.id }),
          ...(await tellAccount(portal, account, 'reset-stopped')),
        ]);
      } catch (error) {
        if (isLostRace(error)) throw resetOver();
        throw error;
      }
      return {};
    },
  });
}

function resetOver(): Refusal {
  return new Refusal(404, 'reset-over', 'There is no reset to stop.');
}
