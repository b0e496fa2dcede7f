/**
 * `GET /api/account`: what its owner sees of their account. `POST …/preferences`: language, time zone, larger text.
 * `POST …/sign-out-everywhere`: ends every session of the account, this one too. `POST …/delete`: its end.
 */
import { Type } from '@fastify/type-provider-typebox';

import { isConfirmed } from '#src/accounts/account-directory.ts';
import { accessByOwner, accessOf, rests, type AddressAccess } from '#src/accounts/address-access.ts';
import { deleteAccount } from '#src/accounts/delete-account.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { statement } from '#src/storage/database.ts';

import { canonicalAddresses, requireReader, requireRecentSignIn, type Reader } from '../policies/reader.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentPreferences, presentPreviousSignIn } from '../presenters/account.ts';
import {
  body,
  errors,
  LocaleTag,
  Nothing,
  Preferences,
  PreviousSignIn,
  timestamp,
  Timestamp,
  TimeZone,
} from '../wire.ts';

const ShownSession = Type.Object({
  /** `Firefox, Windows`; empty: not known. */
  browser: Type.String(),
  since: Timestamp,
  lastUsed: Timestamp,
  /** The one that asks. */
  current: Type.Boolean(),
});
const ShownAccess = Type.Object({
  id: Type.String(),
  /** `rests`: given before a reset by mail alone; it counts again when its owner says so. */
  state: Type.Union([Type.Literal('asked'), Type.Literal('given'), Type.Literal('rests')]),
  address: Type.String(),
  reader: Type.String(),
  since: Timestamp,
  /** Null: until it is taken back. */
  until: Type.Union([Timestamp, Type.Null()]),
  /** False: one message. */
  all: Type.Boolean(),
});
const Account = Type.Object({
  addresses: Type.Array(
    Type.Object({
      address: Type.String(),
      provenAt: Timestamp,
      /** False: it sets no new password until it is proven again. */
      confirmed: Type.Boolean(),
    }),
  ),
  preferences: Preferences,
  previousSignIn: PreviousSignIn,
  sessions: Type.Array(ShownSession),
  /** Who reads, or asks to read, what comes to the addresses. */
  readers: Type.Array(ShownAccess),
  /** Whose messages the owner of the account reads. */
  readsFor: Type.Array(ShownAccess),
});

export function addAccountEndpoints(app: HttpApp, portal: PortalContext): void {
  addDeletionEndpoint(app, portal);
  app.get('/api/account', {
    schema: { summary: 'The account of the reader', response: { 200: Account, ...errors } },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      return {
        addresses: reader.addresses.map((proof) => ({
          address: proof.address,
          provenAt: timestamp(proof.provenAt),
          confirmed: isConfirmed(proof, reader.account),
        })),
        preferences: presentPreferences(reader.account),
        previousSignIn: presentPreviousSignIn(reader.account),
        sessions: await presentSessions(portal, reader),
        readers: (await accessByOwner(portal, reader.account.id)).map((access) => ({
          ...presentAccess(access),
          ...(rests(access, reader.account) && { state: 'rests' as const }),
        })),
        readsFor: (await accessOf(portal, canonicalAddresses(reader))).map(presentAccess),
      };
    },
  });

  app.post('/api/account/preferences', {
    schema: {
      summary: 'Keep language, time zone or larger text',
      body: body({
        language: Type.Optional(LocaleTag),
        timeZone: Type.Optional(Type.Union([TimeZone, Type.Null()])),
        largerText: Type.Optional(Type.Boolean()),
      }),
      response: { 200: Preferences, ...errors },
    },
    handler: async (request) => {
      const { language, timeZone, largerText } = request.body;
      const reader = await requireReader(portal, request);
      requireTimeZone(timeZone ?? null);
      const { account } = reader;
      const kept = {
        locale: language ?? account.locale,
        timeZone: timeZone === undefined ? account.timeZone : timeZone,
        largerText: largerText === undefined ? account.largerText : Number(largerText),
      };
      const { query } = portal.database;
      await portal.database.commit([
        statement(query.updateTable('accounts').set(kept).where('id', '=', account.id)),
        portal.audit.entry({
          event: 'account-preferences-changed',
          accountId: account.id,
          facts: { language: kept.locale, timeZone: kept.timeZone, largerText: kept.largerText === 1 },
        }),
      ]);
      return presentPreferences({ ...account, ...kept });
    },
  });

  app.post('/api/account/sign-out-everywhere', {
    schema: {
      summary: 'End every session of the account',
      body: body({}),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      const ended = await portal.sessions.list(reader.account.id);
      await portal.database.commit([
        portal.sessions.endAll(reader.account.id),
        portal.audit.entry({
          event: 'signed-out-everywhere',
          accountId: reader.account.id,
          facts: { sessions: ended.length },
        }),
      ]);
      portal.cookies.clear(reply, 'session');
      portal.cookies.clear(reply, 'registration');
      return {};
    },
  });
}

function addDeletionEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/delete', {
    schema: {
      summary: 'Delete the account, and close what came to its addresses',
      body: body({ confirm: Type.Literal(true) }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      requireRecentSignIn(portal, reader);
      const addresses = reader.addresses.map(({ address }) => address);
      const tell = await portal.mails.accountChange('account-deleted', addresses, reader.account.locale);
      if (!(await deleteAccount(portal, portal.sessions, reader, tell))) throw changedMeanwhile();
      portal.cookies.clear(reply, 'session');
      portal.cookies.clear(reply, 'registration');
      return {};
    },
  });
}

function changedMeanwhile(): Refusal {
  return new Refusal(409, 'account-changed', 'Your account was changed in between. Please try again.');
}

function presentAccess(access: AddressAccess) {
  return {
    id: access.id,
    state: access.state,
    address: access.canonicalAddress,
    reader: access.readerAddress,
    since: timestamp(access.createdAt),
    until: access.until === null ? null : timestamp(access.until),
    all: access.recipientId === null,
  };
}

async function presentSessions(portal: PortalContext, reader: Reader) {
  const sessions = await portal.sessions.list(reader.account.id);
  return sessions.map((session) => ({
    browser: session.browser ?? '',
    since: timestamp(session.createdAt),
    lastUsed: timestamp(session.lastSeenAt),
    current: Buffer.compare(session.tokenHash, reader.session.tokenHash) === 0,
  }));
}

/** Throws Refusal 422 `time-zone-unknown`. */
function requireTimeZone(timeZone: string | null): void {
  if (timeZone === null) return;
  try {
    new Intl.DateTimeFormat('en', { timeZone }).format(0);
  } catch {
    throw new Refusal(422, 'time-zone-unknown', 'This time zone is not known here.');
  }
}
