/**
 * `POST /api/account/addresses/code`, `…/verify`, `…/remove`: several addresses in one account. Asking for a code gives one
 * answer whether or not an account has the address; only its mailbox is told.
 */
import { Type } from '@fastify/type-provider-typebox';

import { isConfirmed } from '#src/accounts/account-directory.ts';
import { CODE_LIFETIME_MS, parseAddressCode } from '#src/accounts/address-codes.ts';
import { MOST_ADDRESSES } from '#src/accounts/own-addresses.ts';
import { isLostRace, networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS, SECOND_MS } from '#src/base/clock.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { AccountAddressesTable } from '#src/storage/tables.ts';

import { browserOf, knowBrowser } from '../policies/browser.ts';
import { requireReader, requireRecentSignIn, type Reader } from '../policies/reader.ts';
import { codeExpired, codeWrong, tooManyCodes } from '../policies/refusals.ts';
import { mailLocale } from '../portal-mails.ts';
import type { PortalContext } from '../portal-context.ts';
import { Address, body, Code, errors, Nothing } from '../wire.ts';
import { NETWORK_CODES_AN_HOUR } from './link-code.ts';

/** For all new addresses of one account together. */
const CODES_AN_HOUR = 10;
const MAX_RACES = 5;

export function addAccountAddressEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/addresses/code', {
    schema: {
      summary: 'Mail a code to an address that is to be added',
      body: body({ address: Address }),
      response: { 202: Type.Object({ expiresInSeconds: Type.Integer() }), ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      requireRecentSignIn(portal, reader);
      const address = requireNewAddress(reader, request.body.address);
      await countCode(portal, reader, request.ip);
      await mailCode(portal, reader, address, knowBrowser(portal, request, reply));
      return reply.code(202).send({ expiresInSeconds: CODE_LIFETIME_MS / SECOND_MS });
    },
  });

  app.post('/api/account/addresses/verify', {
    schema: {
      summary: 'Add the address that the code was mailed to',
      body: body({ code: Code }),
      response: { 200: Type.Object({ address: Type.String() }), ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      requireRecentSignIn(portal, reader);
      const browserHash = browserOf(portal, request);
      if (browserHash === null) throw codeExpired();
      const typed = parseAddressCode(request.body.code) ?? '';
      const proof = await portal.ownAddresses.prove(reader.account, browserHash, typed, (added) =>
        tellAddresses(portal, 'address-added', [...reader.addresses.map(({ address }) => address), added], {
          locale: reader.account.locale,
          about: added,
        }),
      );
      if (proof.outcome === 'expired') throw codeExpired();
      if (proof.outcome === 'wrong') throw codeWrong(proof.triesLeft, proof.older);
      if (proof.outcome === 'taken') {
        throw new Refusal(409, 'address-taken', 'There is another account with this address.');
      }
      return { address: proof.canonicalAddress };
    },
  });

  app.post('/api/account/addresses/remove', {
    schema: {
      summary: 'Remove an address, and close what came to it',
      body: body({ address: Address }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const reader = await requireReader(portal, request);
      requireRecentSignIn(portal, reader);
      const proof = requireOwnAddress(reader, request.body.address);
      if (reader.addresses.length === 1) {
        throw new Refusal(409, 'last-address', 'An account needs an address. You can delete the account.');
      }
      const tell = await tellAddresses(
        portal,
        'address-removed',
        reader.addresses.map(({ address }) => address),
        { locale: reader.account.locale, about: proof.address },
      );
      await portal.ownAddresses.remove(proof, tell);
      return {};
    },
  });
}

/** One that is to be added, or proven again. Throws Refusal 422 `address-wrong`, 409 `address-yours` or `too-many-addresses`. */
function requireNewAddress(reader: Reader, typed: string): MailAddress {
  const address = parseMailAddress(typed.trim());
  if (address === null) throw new Refusal(422, 'address-wrong', 'That is not an email address.');
  const own = reader.addresses.find(({ canonicalAddress }) => canonicalAddress === address.canonical);
  if (own !== undefined) {
    if (!isConfirmed(own, reader.account)) return address;
    throw new Refusal(409, 'address-yours', 'This address is in your account already.');
  }
  if (reader.addresses.length >= MOST_ADDRESSES) {
    throw new Refusal(409, 'too-many-addresses', 'There are too many addresses in this account.');
  }
  return address;
}

/** Throws Refusal 404 `address-unknown`. */
export function requireOwnAddress(reader: Reader, typed: string): AccountAddressesTable {
  const canonical = parseMailAddress(typed.trim())?.canonical;
  const proof = reader.addresses.find(({ canonicalAddress }) => canonicalAddress === canonical);
  if (proof === undefined) throw new Refusal(404, 'address-unknown', 'This address is not in your account.');
  return proof;
}

async function countCode(portal: PortalContext, reader: Reader, ip: string): Promise<void> {
  const own = await portal.throttle.countInWindow('account-codes', reader.account.id, CODES_AN_HOUR, HOUR_MS);
  if (!own.allowed) throw tooManyCodes(own.retryAfterSeconds);
  const network = await portal.throttle.countInWindow(
    'network-codes',
    networkOf(ip),
    NETWORK_CODES_AN_HOUR,
    HOUR_MS,
  );
  if (!network.allowed) throw tooManyCodes(network.retryAfterSeconds);
}

async function mailCode(
  portal: PortalContext,
  reader: Reader,
  address: MailAddress,
  browserHash: Buffer,
): Promise<void> {
  const accountId = reader.account.id;
  for (let race = 0; race < MAX_RACES; race++) {
    const request = { accountId, canonicalAddress: address.canonical, browserHash };
    const issued = await portal.ownAddresses.requestCode(request);
    if (issued.outcome === 'too-many') throw tooManyCodes(issued.retryAfterSeconds);
    const mail = await portal.mails.code({
      to: address.canonical,
      code: issued.code,
      page: '/account',
      addsAddress: true,
      locale: mailLocale(reader.account.locale),
      recipientId: null,
      messageId: null,
    });
    const entry = portal.audit.entry({
      event: 'code-sent',
      accountId,
      facts: { purpose: 'add-address', address: address.canonical },
    });
    try {
      await portal.database.commit([...issued.statements, ...mail, entry]);
      return;
    } catch (error) {
      // Another code for this address was made in between; count again.
      if (!isLostRace(error)) throw error;
    }
  }
  throw tooManyCodes(1);
}

function tellAddresses(
  portal: PortalContext,
  change: 'address-added' | 'address-removed',
  addresses: readonly string[],
  { locale, about }: { locale: string; about: string },
) {
  return portal.mails.accountChange(change, addresses, locale, about);
}
