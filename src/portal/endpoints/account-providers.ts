/** `/api/account/providers`: adding, confirming and removing an account at Google or Microsoft to sign in with. */
import { Type } from '@fastify/type-provider-typebox';

import { findCredentials } from '#src/accounts/account-directory.ts';
import { confirmUnchanged, removeCredential } from '#src/accounts/credential-rows.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { commitChange } from '../policies/commit-change.ts';
import { requireRecentReader } from '../policies/reader.ts';
import { notAvailable } from '../policies/refusals.ts';
import { tellAccount } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, Nothing } from '../wire.ts';
import {
  beginAt,
  ProviderAnswer,
  ProviderPage,
  ProviderParams,
  providerRefused,
  requireProvider,
} from './provider-sign-in.ts';

const MOST_PROVIDERS = 5;
const CredentialParams = Type.Object({ credential: Type.String({ minLength: 1, maxLength: 64 }) });

export function addAccountProviderEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/providers/:provider', {
    schema: {
      summary: 'Where to choose an account at Google or Microsoft that is to be added',
      params: ProviderParams,
      body: body({}),
      response: { 200: ProviderPage, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireRecentReader(portal, request);
      const kind = requireProvider(portal, request.params.provider);
      const begin = () => portal.providers.begin(kind, 'provider-add', account.id);
      const { cookie, url } = await beginAt(begin);
      portal.cookies.set(reply, 'ticket', cookie);
      return { url };
    },
  });

  app.post('/api/account/providers/:provider/finish', {
    schema: {
      summary: 'Add the account that Google or Microsoft answered with',
      params: ProviderParams,
      body: ProviderAnswer,
      response: { 200: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireRecentReader(portal, request);
      const { account } = reader;
      const kind = requireProvider(portal, request.params.provider);
      const given = { cookie: portal.cookies.read(request, 'ticket'), query: request.body.query };
      const added = await portal.providers.add(kind, given, reader);
      portal.cookies.clear(reply, 'ticket');
      if (added.refused !== null) throw providerRefused(added.refused);
      const there = (await findCredentials(portal, account.id)).filter((one) => one.kind === 'provider');
      if (there.length >= MOST_PROVIDERS)
        throw new Refusal(409, 'too-many-providers', 'Please remove one first.');
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...added.statements,
        ...(await tellAccount(portal, account, 'provider-added')),
      ]);
      return {};
    },
  });

  app.delete('/api/account/providers/:credential', {
    schema: {
      summary: 'Remove an account at Google or Microsoft',
      params: CredentialParams,
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const { account } = await requireRecentReader(portal, request);
      const credential = (await findCredentials(portal, account.id)).find(
        ({ kind, id }) => kind === 'provider' && id === request.params.credential,
      );
      if (credential === undefined) throw notAvailable();
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...removeCredential(portal, credential),
        ...(await tellAccount(portal, account, 'provider-removed')),
      ]);
      return {};
    },
  });
}
