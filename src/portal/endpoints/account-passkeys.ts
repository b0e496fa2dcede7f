/** `/api/account/passkeys`: adding, naming, removing a passkey, and confirming one that rests since a reset. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';

import { MOST_PASSKEYS } from '#src/accounts/account-passkeys.ts';
import { findCredentials, isTrusted } from '#src/accounts/account-directory.ts';
import { confirmUnchanged, nameCredential, removeCredential } from '#src/accounts/credential-rows.ts';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '#src/accounts/webauthn.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import {
  AssertionBody,
  cleanPasskeyName,
  MAX_PASSKEY_NAME,
  NewPasskeyBody,
} from '#src/http/passkey-schemas.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { CredentialsTable } from '#src/storage/tables.ts';

import { commitChange } from '../policies/commit-change.ts';
import { requireReader, requireRecentReader, type Reader } from '../policies/reader.ts';
import { notAvailable, passkeyNotMade } from '../policies/refusals.ts';
import { tellAccount } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, Nothing, PasskeyOptions } from '../wire.ts';
import { lastCredential } from './account-credentials.ts';

const PasskeyName = Type.String({ maxLength: MAX_PASSKEY_NAME });
const PasskeyParams = Type.Object({ passkey: Type.String({ minLength: 1, maxLength: 64 }) });

export function addAccountPasskeyEndpoints(app: HttpApp, portal: PortalContext): void {
  addNewPasskey(app, portal);
  addConfirming(app, portal);

  app.post('/api/account/passkeys/:passkey/name', {
    schema: {
      summary: 'Name a passkey',
      params: PasskeyParams,
      body: body({ name: PasskeyName }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const { account } = await requireReader(portal, request);
      const { passkey } = await requirePasskey(portal, account.id, request.params.passkey);
      await commitChange(portal, [
        nameCredential(portal, passkey, cleanPasskeyName(request.body.name)),
        portal.audit.entry({ event: 'passkey-named', accountId: account.id }),
      ]);
      return {};
    },
  });

  app.delete('/api/account/passkeys/:passkey', {
    schema: { summary: 'Remove a passkey', params: PasskeyParams, response: { 200: Nothing, ...errors } },
    handler: async (request) => {
      const { account } = await requireRecentReader(portal, request);
      const { passkey, others } = await requirePasskey(portal, account.id, request.params.passkey);
      const waysIn = others.filter(
        (one) => one.kind === 'password' || (one.kind === 'passkey' && isTrusted(one, account)),
      );
      if (waysIn.length === 0) throw lastCredential();
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...removeCredential(portal, passkey),
        ...(await tellAccount(portal, account, 'passkey-removed')),
      ]);
      return {};
    },
  });
}

function addNewPasskey(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/passkeys/options', {
    schema: {
      summary: 'What the browser makes a passkey with',
      body: body({}),
      response: { 200: PasskeyOptions, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireRecentReader(portal, request);
      const { cookie, options } = await portal.passkeys.askForNew(ownerOf(reader));
      portal.cookies.set(reply, 'ticket', cookie);
      return { ...options };
    },
  });

  app.post('/api/account/passkeys', {
    schema: {
      summary: 'Add a passkey',
      body: body({ response: NewPasskeyBody, name: Type.Optional(PasskeyName) }),
      response: { 201: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireRecentReader(portal, request);
      const { account } = reader;
      const verified = await portal.passkeys.verifyNew(
        ticketOf(portal, request),
        ownerOf(reader),
        request.body.response as unknown as RegistrationResponseJSON,
      );
      portal.cookies.clear(reply, 'ticket');
      if (verified === null) throw passkeyNotMade();
      await requireRoom(portal, account.id);
      const name = cleanPasskeyName(request.body.name ?? '');
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        verified.useTicket,
        ...portal.passkeys.insert(account.id, verified.passkey, name),
        ...(await tellAccount(portal, account, 'passkey-added')),
      ]);
      return reply.code(201).send({});
    },
  });
}

function addConfirming(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/passkeys/confirm/options', {
    schema: {
      summary: 'What the browser asks for a resting passkey with',
      body: body({}),
      response: { 200: PasskeyOptions, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireReader(portal, request);
      const { cookie, options } = await portal.passkeys.ask('passkey-confirm', account.id);
      portal.cookies.set(reply, 'ticket', cookie);
      return { ...options };
    },
  });

  app.post('/api/account/passkeys/confirm', {
    schema: {
      summary: 'Confirm a passkey that rests since a reset',
      body: body({ response: AssertionBody }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireReader(portal, request);
      const response = request.body.response as unknown as AuthenticationResponseJSON;
      const confirmed = await portal.passkeys.confirm(ticketOf(portal, request), account, response);
      portal.cookies.clear(reply, 'ticket');
      if (confirmed === null)
        throw new Refusal(422, 'passkey-not-confirmed', 'This is none of the passkeys that rest.');
      await commitChange(portal, [
        ...confirmed,
        ...(await tellAccount(portal, account, 'passkey-confirmed')),
      ]);
      return {};
    },
  });
}

function ticketOf(portal: PortalContext, request: FastifyRequest): string | undefined {
  return portal.cookies.read(request, 'ticket');
}

function ownerOf({ account, addresses }: Reader) {
  return { accountId: account.id, canonicalAddress: addresses[0]?.canonicalAddress ?? account.id };
}

async function requireRoom(portal: PortalContext, accountId: string): Promise<void> {
  const credentials = await findCredentials(portal, accountId);
  if (credentials.filter(({ kind }) => kind === 'passkey').length >= MOST_PASSKEYS)
    throw new Refusal(409, 'too-many-passkeys', 'Please remove a passkey first.');
}

/** A passkey of the account, and its other ways to sign in. Throws Refusal 404 `not-available`. */
async function requirePasskey(
  portal: PortalContext,
  accountId: string,
  id: string,
): Promise<{ passkey: CredentialsTable; others: readonly CredentialsTable[] }> {
  const credentials = await findCredentials(portal, accountId);
  const passkey = credentials.find((one) => one.kind === 'passkey' && one.id === id);
  if (passkey === undefined) throw notAvailable();
  return { passkey, others: credentials.filter((one) => one !== passkey) };
}
