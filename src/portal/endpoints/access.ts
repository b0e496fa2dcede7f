/**
 * `POST /api/access/give`, `…/answer`, `…/end` and `POST /api/links/:token/ask-owner`: others who read what comes to an address. Its
 * owner gives leave, answers who asks, and takes it back; a reader may give it back. Each change is mailed to both sides.
 */
import { Type } from '@fastify/type-provider-typebox';

import {
  accessByOwner,
  endAccess,
  findAccess,
  giveAsked,
  insertAccess,
  MOST_ACCESSES,
  rests,
  type AddressAccess,
} from '#src/accounts/address-access.ts';
import { findAccountByAddress } from '#src/accounts/account-directory.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { Statement } from '#src/storage/database.ts';

import { leaveFor, leaveOf } from '../policies/access.ts';
import { copyState, findCopyByLink } from '../policies/copy.ts';
import { canonicalAddresses, requireReader, requireRecentSignIn, type Reader } from '../policies/reader.ts';
import { linkUnknown, requireReady, slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { Address, body, errors, Nothing, Timestamp, TokenParams } from '../wire.ts';
import { requireOwnAddress } from './account-addresses.ts';

const ASKS_AN_HOUR = 10;
const AccessId = Type.String({ minLength: 1, maxLength: 64 });

export function addAccessEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/access/give', {
    schema: {
      summary: 'Let somebody read what comes to an address',
      body: body({
        address: Address,
        reader: Address,
        /** Null: until it is taken back. */
        until: Type.Union([Timestamp, Type.Null()]),
      }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      requireRecentSignIn(portal, reader);
      const { canonicalAddress } = requireOwnAddress(reader, request.body.address);
      const readerAddress = requireOther(reader, request.body.reader);
      const until = requireFuture(portal, request.body.until);
      const given = await accessByOwner(portal, reader.account.id);
      requireRoom(given);
      const isTwin = (one: AddressAccess): boolean =>
        one.canonicalAddress === canonicalAddress && one.readerAddress === readerAddress;
      const replaced = given.filter((one) => isTwin(one) && one.recipientId === null);
      const { access, insert } = insertAccess(portal, {
        ownerAccountId: reader.account.id,
        canonicalAddress,
        recipientId: null,
        readerAddress,
        state: 'given',
        until,
      });
      await commitOrChanged(portal, [
        ...replaced.map(({ id }) => endAccess(portal, id)),
        insert,
        accessEntry(portal, 'access-given', access, reader),
        ...(await portal.mails.access('given', readerAddress, access, reader.account.locale)),
        ...(await tellOwner(portal, reader, access)),
      ]);
      return {};
    },
  });

  app.post('/api/access/answer', {
    schema: {
      summary: 'Answer somebody who asks to read a message, or whose leave rests',
      body: body({ id: AccessId, allow: Type.Boolean() }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const asked = await findAccess(portal, request.body.id);
      if (asked === null || asked.ownerAccountId !== reader.account.id) throw accessGone();
      if (asked.state !== 'asked' && !rests(asked, reader.account)) throw accessGone();
      const { allow } = request.body;
      if (allow) requireRecentSignIn(portal, reader);
      const news = allow ? 'given' : 'refused';
      await commitOrChanged(portal, [
        allow ? giveAsked(portal, asked) : endAccess(portal, asked.id),
        accessEntry(portal, allow ? 'access-given' : 'access-refused', asked, reader),
        ...(await portal.mails.access(news, asked.readerAddress, asked, reader.account.locale)),
        ...(allow ? await tellOwner(portal, reader, asked) : []),
      ]);
      return {};
    },
  });

  app.post('/api/access/end', {
    schema: {
      summary: 'Take leave back, or give it back',
      body: body({ id: AccessId }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      const access = await findAccess(portal, request.body.id);
      const isOwner = access?.ownerAccountId === reader.account.id;
      if (access === null || (!isOwner && !canonicalAddresses(reader).includes(access.readerAddress))) {
        throw accessGone();
      }
      const tell = isOwner && access.state === 'given' ? 'over' : null;
      await commitOrChanged(portal, [
        endAccess(portal, access.id),
        accessEntry(portal, 'access-ended', access, reader),
        ...(tell === null
          ? []
          : await portal.mails.access(tell, access.readerAddress, access, reader.account.locale)),
      ]);
      return {};
    },
  });

  addAskEndpoint(app, portal);
}

/** For whoever got a notice from somebody else. */
function addAskEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/links/:token/ask-owner', {
    schema: {
      summary: 'Ask the owner of the address for leave to read the message',
      params: TokenParams,
      body: body({}),
      response: { 202: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      requireReady(copyState(copy, portal.clock.now(), null));
      const { canonicalAddress } = copy.recipient;
      const owner = await findAccountByAddress(portal, canonicalAddress);
      if (owner === null)
        throw new Refusal(409, 'no-owner', 'Nobody has opened an account for this address.');
      const isOwn = canonicalAddresses(reader).includes(canonicalAddress);
      if (isOwn || leaveFor(await leaveOf(portal, reader), copy.recipient) !== null) {
        return reply.code(202).send({});
      }
      const count = await portal.throttle.countInWindow(
        'access-asks',
        reader.account.id,
        ASKS_AN_HOUR,
        HOUR_MS,
      );
      if (!count.allowed) throw slowDown(count.retryAfterSeconds);
      const given = await accessByOwner(portal, owner.id);
      requireRoom(given);
      const readerAddress = reader.addresses[0]?.canonicalAddress ?? '';
      const isAsked = given.some(
        (one) => one.recipientId === copy.recipient.id && one.readerAddress === readerAddress,
      );
      if (isAsked) return reply.code(202).send({});
      const { access, insert } = insertAccess(portal, {
        ownerAccountId: owner.id,
        canonicalAddress,
        recipientId: copy.recipient.id,
        readerAddress,
        state: 'asked',
        until: null,
      });
      await commitOrChanged(portal, [
        insert,
        accessEntry(portal, 'access-asked', access, reader),
        ...(await portal.mails.access('asked', copy.recipient.address, access, owner.locale)),
      ]);
      return reply.code(202).send({});
    },
  });
}

/** Throws Refusal 422 `address-wrong`, 409 `address-yours`. */
function requireOther(reader: Reader, typed: string): string {
  const address = parseMailAddress(typed.trim());
  if (address === null) throw new Refusal(422, 'address-wrong', 'That is not an email address.');
  if (canonicalAddresses(reader).includes(address.canonical)) {
    throw new Refusal(409, 'address-yours', 'This address is in your account.');
  }
  return address.canonical;
}

/** Throws Refusal 422 `date-wrong`. */
function requireFuture(portal: PortalContext, until: string | null): number | null {
  if (until === null) return null;
  const end = Date.parse(until);
  if (Number.isNaN(end) || end <= portal.clock.now()) {
    throw new Refusal(422, 'date-wrong', 'Please choose a day that is not over.');
  }
  return end;
}

/** Throws Refusal 409 `too-many-readers`. */
function requireRoom(given: readonly AddressAccess[]): void {
  if (given.length < MOST_ACCESSES) return;
  throw new Refusal(409, 'too-many-readers', 'There are too many readers already.');
}

/** Not yours, unknown and answered look the same. */
function accessGone(): Refusal {
  return new Refusal(404, 'access-gone', 'This was answered or ended already.');
}

async function commitOrChanged(portal: PortalContext, statements: readonly Statement[]): Promise<void> {
  try {
    await portal.database.commit(statements);
  } catch (error) {
    throw isLostRace(error) ? accessGone() : error;
  }
}

async function tellOwner(
  portal: PortalContext,
  owner: Reader,
  access: AddressAccess,
): Promise<readonly Statement[]> {
  const mails = owner.addresses.map(({ address }) =>
    portal.mails.access('given-owner', address, access, owner.account.locale),
  );
  return (await Promise.all(mails)).flat();
}

function accessEntry(
  portal: PortalContext,
  event: 'access-asked' | 'access-given' | 'access-refused' | 'access-ended',
  access: AddressAccess,
  by: Reader,
): Statement {
  return portal.audit.entry({
    event,
    recipientId: access.recipientId,
    accountId: by.account.id,
    facts: {
      access: access.id,
      address: access.canonicalAddress,
      reader: access.readerAddress,
      until: access.until,
      all: access.recipientId === null,
    },
  });
}
