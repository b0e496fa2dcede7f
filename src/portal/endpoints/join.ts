/**
 * `POST /api/join/code` and `…/verify`: an account for somebody who got no notice of their own, to read for somebody else. A
 * code is mailed to who was given leave, or holds a notice's link; the answer is the same for everybody, and whether an
 * account has the address is said behind the code only. A code of the help desk is taken as well.
 */
import { Type } from '@fastify/type-provider-typebox';

import { accessOf } from '#src/accounts/address-access.ts';
import { isRegistered } from '#src/accounts/account-directory.ts';
import { CODE_LIFETIME_MS, parseAddressCode } from '#src/accounts/address-codes.ts';
import { parseHandOverCode } from '#src/accounts/hand-over-codes.ts';
import { isLostRace, networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS, SECOND_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { Locale } from '#src/notification/mail-site.ts';

import { languageOf } from '../languages.ts';
import { browserOf, knowBrowser } from '../policies/browser.ts';
import { findCopyByLink } from '../policies/copy.ts';
import { countHandOverTry, handOverRefusal } from '../policies/hand-over.ts';
import { alreadyRegistered, codeExpired, codeWrong, tooManyCodes } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { Address, body, Code, errors, LocaleTag } from '../wire.ts';
import { NETWORK_CODES_AN_HOUR } from './link-code.ts';

interface JoinRequest {
  readonly canonicalAddress: string;
  readonly linkToken: string | null;
  readonly browserHash: Buffer;
  readonly locale: Locale;
}

export function addJoinEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/join/code', {
    schema: {
      summary: 'Ask for a code to make an account with an address of one’s own',
      body: body({
        address: Address,
        linkToken: Type.Optional(Type.String({ maxLength: 200 })),
        locale: Type.Optional(LocaleTag),
      }),
      response: { 202: Type.Object({ expiresInSeconds: Type.Integer() }), ...errors },
    },
    handler: async (request, reply) => {
      const network = await portal.throttle.countInWindow(
        'network-codes',
        networkOf(request.ip),
        NETWORK_CODES_AN_HOUR,
        HOUR_MS,
      );
      if (!network.allowed) throw tooManyCodes(network.retryAfterSeconds);
      const canonicalAddress = parseMailAddress(request.body.address.trim())?.canonical;
      const browserHash = knowBrowser(portal, request, reply);
      if (canonicalAddress !== undefined) {
        const linkToken = request.body.linkToken ?? null;
        const locale = languageOf(request, request.body.locale, portal.settings.locale);
        portal.background.afterAnswer(reply, 'mailing a code to join', () =>
          mailJoinCode(portal, { canonicalAddress, linkToken, browserHash, locale }),
        );
      }
      return reply.code(202).send({ expiresInSeconds: CODE_LIFETIME_MS / SECOND_MS });
    },
  });

  app.post('/api/join/verify', {
    schema: {
      summary: 'Prove the address with the code',
      body: body({ code: Code, address: Type.Optional(Address) }),
      response: { 200: Type.Object({ address: Type.String() }), ...errors },
    },
    handler: async (request, reply) => {
      const handOver = parseHandOverCode(request.body.code);
      if (handOver !== null) {
        const { address = '' } = request.body;
        const proven = await proveByTelephone(portal, { address, code: handOver, ip: request.ip });
        portal.cookies.set(reply, 'registration', proven.token);
        return { address: proven.canonicalAddress };
      }
      const browserHash = browserOf(portal, request);
      if (browserHash === null) throw codeExpired();
      const typed = parseAddressCode(request.body.code) ?? '';
      const checked = await portal.codes.check({ purpose: 'join', browserHash }, typed);
      if (checked.outcome === 'expired') throw codeExpired();
      if (checked.outcome === 'wrong') {
        await portal.database.commit([portal.audit.entry({ event: 'code-wrong' })]);
        throw codeWrong(checked.triesLeft, checked.older);
      }
      const { canonicalAddress } = checked.row;
      if (await isRegistered(portal, canonicalAddress)) {
        await portal.database.commit([checked.use]);
        throw alreadyRegistered();
      }
      const { token, insert } = portal.sessions.open({
        kind: 'registration',
        canonicalAddress,
        recipientId: null,
        accountId: null,
      });
      try {
        await portal.database.commit([checked.use, insert]);
      } catch (error) {
        throw isLostRace(error) ? codeExpired() : error;
      }
      portal.cookies.set(reply, 'registration', token);
      return { address: canonicalAddress };
    },
  });
}

/** A code of the help desk needs no invitation: mail does not reach whom it is made for. Throws Refusal. */
async function proveByTelephone(
  portal: PortalContext,
  typed: { readonly address: string; readonly code: string; readonly ip: string },
): Promise<{ readonly token: string; readonly canonicalAddress: string }> {
  await countHandOverTry(portal, typed.ip);
  const canonicalAddress = parseMailAddress(typed.address.trim())?.canonical;
  if (canonicalAddress === undefined) throw codeExpired();
  const target = { canonicalAddress, recipientId: null };
  const checked = await portal.registration.verifyHandOver(target, typed.code);
  if (checked.outcome !== 'verified') throw handOverRefusal(checked);
  return { token: checked.token, canonicalAddress };
}

/** A row is made for every address, and tries at it are counted; only who may join is sent the digits. */
async function mailJoinCode(portal: PortalContext, request: JoinRequest): Promise<void> {
  const { canonicalAddress, browserHash, locale } = request;
  const issued = await portal.codes.issue({
    purpose: 'join',
    canonicalAddress,
    recipientId: null,
    browserHash,
  });
  if (issued.outcome === 'too-many') return;
  const mail = (await mayJoin(portal, request))
    ? [
        ...(await portal.mails.code({
          to: canonicalAddress,
          code: issued.code,
          page: request.linkToken === null ? '/join' : `/m/${request.linkToken}`,
          locale,
          recipientId: null,
          messageId: null,
        })),
        portal.audit.entry({ event: 'code-sent', facts: { purpose: 'join' } }),
      ]
    : [];
  await portal.database.commit([...issued.statements, ...mail]);
}

async function mayJoin(
  portal: PortalContext,
  { canonicalAddress, linkToken }: JoinRequest,
): Promise<boolean> {
  if (linkToken !== null && (await findCopyByLink(portal, linkToken)) !== null) return true;
  return (await accessOf(portal, [canonicalAddress])).length > 0;
}
