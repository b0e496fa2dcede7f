/** `GET /api/account/credentials`, `DELETE /api/account/password` and setting a first one, remembered devices: how somebody signs in. */
import { Type } from '@fastify/type-provider-typebox';

import { minPasswordLength } from '#src/accounts/account-rules.ts';
import { findCredentials, findPassword, isTrusted } from '#src/accounts/account-directory.ts';
import { confirmUnchanged, insertPassword, removeCredential } from '#src/accounts/credential-rows.ts';
import { newPassword } from '#src/accounts/new-password.ts';
import { forgetDevices, hashDeviceToken, listDevices } from '#src/accounts/remembered-devices.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { AccountsTable, CredentialsTable } from '#src/storage/tables.ts';

import { commitChange } from '../policies/commit-change.ts';
import { isRecent, requireReader, requireRecentReader, type Reader } from '../policies/reader.ts';
import { tellAccount } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, Nothing, Password, Timestamp, timestamp } from '../wire.ts';
import { requireGoodPassword } from './registration.ts';

const Named = { id: Type.String(), name: Type.String(), createdAt: Timestamp };
const Credentials = Type.Object({
  address: Type.String(),
  /** Whether signing in again is needed before anything here can be changed. */
  proofNeeded: Type.Boolean(),
  password: Type.Object({ set: Type.Boolean(), minLength: Type.Integer() }),
  passkeys: Type.Array(
    Type.Object({
      ...Named,
      lastUsedAt: Type.Union([Timestamp, Type.Null()]),
      /** It does not count until it is confirmed. */
      suspended: Type.Boolean(),
    }),
  ),
  /** Accounts at Google or Microsoft, and which of the two can be added. */
  providers: Type.Array(
    Type.Object({
      ...Named,
      kind: Type.String(),
      lastUsedAt: Type.Union([Timestamp, Type.Null()]),
      suspended: Type.Boolean(),
    }),
  ),
  providersOffered: Type.Array(Type.String()),
  secondFactor: Type.Object({
    on: Type.Boolean(),
    required: Type.Boolean(),
    recoveryCodesLeft: Type.Integer(),
  }),
  devices: Type.Array(
    Type.Object({
      id: Type.String(),
      browser: Type.String(),
      createdAt: Timestamp,
      expiresAt: Timestamp,
      /** The one that asks. */
      current: Type.Boolean(),
    }),
  ),
});
const DeviceParams = Type.Object({ device: Type.String({ minLength: 1, maxLength: 64 }) });

export function addAccountCredentialEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/account/credentials', {
    schema: { summary: 'How the account is signed in to', response: { 200: Credentials, ...errors } },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      return presentCredentials(portal, reader, portal.cookies.read(request, 'device'));
    },
  });
  addPassword(app, portal);
  addDevices(app, portal);
}

function addPassword(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/password/first', {
    schema: {
      summary: 'Set a password where there is none',
      body: body({ password: Password }),
      response: { 201: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const { account, addresses } = await requireRecentReader(portal, request);
      const { password } = request.body;
      const words = addresses.map(({ address }) => address);
      requireGoodPassword(portal, password, words);
      if ((await findPassword(portal, account.id)) !== null)
        throw new Refusal(409, 'password-set', 'There is a password already.');
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        insertPassword(portal, account.id, await newPassword(portal.hasher, password)),
        portal.audit.entry({ event: 'password-changed', accountId: account.id }),
        ...(await tellAccount(portal, account, 'password-changed')),
      ]);
      return reply.code(201).send({});
    },
  });

  app.delete('/api/account/password', {
    schema: { summary: 'Do without a password', response: { 200: Nothing, ...errors } },
    handler: async (request) => {
      const { account } = await requireRecentReader(portal, request);
      const credentials = await findCredentials(portal, account.id);
      const password = credentials.find(({ kind }) => kind === 'password');
      if (password === undefined) return {};
      if (!credentials.some((one) => one.kind === 'passkey' && isTrusted(one, account)))
        throw lastCredential();
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...removeCredential(portal, password),
        ...(await tellAccount(portal, account, 'password-removed')),
      ]);
      return {};
    },
  });
}

function addDevices(app: HttpApp, portal: PortalContext): void {
  app.delete('/api/account/devices', {
    schema: { summary: 'Forget every remembered device', response: { 200: Nothing, ...errors } },
    handler: async (request, reply) => {
      const { account } = await requireReader(portal, request);
      await commitChange(portal, [
        forgetDevices(portal, account.id),
        portal.audit.entry({ event: 'devices-forgotten', accountId: account.id }),
      ]);
      portal.cookies.clear(reply, 'device');
      return {};
    },
  });

  app.delete('/api/account/devices/:device', {
    schema: {
      summary: 'Forget a remembered device',
      params: DeviceParams,
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const { account } = await requireReader(portal, request);
      await commitChange(portal, [
        forgetDevices(portal, account.id, request.params.device),
        portal.audit.entry({ event: 'device-forgotten', accountId: account.id }),
      ]);
      return {};
    },
  });
}

export function lastCredential(): Refusal {
  return new Refusal(409, 'last-credential', 'Without it you could not sign in any more.');
}

async function presentCredentials(portal: PortalContext, reader: Reader, device: string | undefined) {
  const { account, addresses } = reader;
  const { accountRules } = portal.settings;
  const credentials = await findCredentials(portal, account.id);
  const devices = await listDevices(portal, account.id);
  const deviceHash = device === undefined ? null : hashDeviceToken(device);
  return {
    address: addresses[0]?.address ?? '',
    proofNeeded: !isRecent(portal, reader),
    password: {
      set: credentials.some(({ kind }) => kind === 'password'),
      minLength: minPasswordLength(accountRules),
    },
    passkeys: credentials
      .filter(({ kind }) => kind === 'passkey')
      .map((passkey) => ({
        id: passkey.id,
        name: passkey.label ?? '',
        createdAt: timestamp(passkey.createdAt),
        lastUsedAt: passkey.lastUsedAt === null ? null : timestamp(passkey.lastUsedAt),
        suspended: !isTrusted(passkey, account),
      })),
    providers: credentials
      .filter(({ kind }) => kind === 'provider')
      .map((one) => presentProvider(one, account)),
    providersOffered: [...portal.providers.kinds],
    secondFactor: {
      on: credentials.some(({ kind }) => kind === 'totp'),
      required: accountRules.secondFactor === 'required',
      recoveryCodesLeft: await portal.secondFactor.countRecoveryCodes(account.id),
    },
    devices: devices.map(({ id, browser, createdAt, expiresAt, tokenHash }) => ({
      id,
      browser,
      createdAt: timestamp(createdAt),
      expiresAt: timestamp(expiresAt),
      current: deviceHash !== null && Buffer.compare(deviceHash, tokenHash) === 0,
    })),
  };
}

/** Its label is the provider and the address there. */
function presentProvider(credential: CredentialsTable, account: AccountsTable) {
  const [kind = '', name = ''] = (credential.label ?? '').split(' ');
  const { id, createdAt, lastUsedAt } = credential;
  return {
    id,
    kind,
    name,
    createdAt: timestamp(createdAt),
    lastUsedAt: lastUsedAt === null ? null : timestamp(lastUsedAt),
    suspended: !isTrusted(credential, account),
  };
}
