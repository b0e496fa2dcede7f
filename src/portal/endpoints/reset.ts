/**
 * `POST /api/reset`, `…/verify`, `…/password`: a new password by way of the mailbox. Asking always gives the same
 * answer; the mail to an address that has an account is written after it was sent.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';

import { CODE_LIFETIME_MS, parseAddressCode } from '#src/accounts/address-codes.ts';
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import type { Admitted } from '#src/accounts/admission.ts';
import { parseHandOverCode } from '#src/accounts/hand-over-codes.ts';
import type {
  ResetCode,
  ResetCompletion,
  ResetNeeds as AccountResetNeeds,
  ResetRequest,
  ResetVerification,
} from '#src/accounts/reset.ts';
import type { PortalSession } from '#src/accounts/sessions.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS, SECOND_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { Statement } from '#src/storage/database.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { browserName, browserOf, knowBrowser } from '../policies/browser.ts';
import { findCopyByLink } from '../policies/copy.ts';
import { enter, Entered } from '../policies/enter.ts';
import { countHandOverTry } from '../policies/hand-over.ts';
import { sessionNeeded } from '../policies/reader.ts';
import { secondFactorWrong } from '../policies/second-factor.ts';
import { codeExpired, codeWrong, slowDown, tooManyCodes } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { mailLocale } from '../portal-mails.ts';
import { Address, body, Code, errors, LocaleTag, Password, timestamp, Timestamp } from '../wire.ts';
import { NETWORK_CODES_AN_HOUR } from './link-code.ts';
import { requireGoodPassword } from './registration.ts';

const ResetBody = Type.Union([
  body({ linkToken: Type.String({ maxLength: 200 }), locale: Type.Optional(LocaleTag) }),
  body({ address: Address, locale: Type.Optional(LocaleTag) }),
]);

/** What finishing takes besides the password; `lostEffectiveAt`: when it no longer takes the second factor. */
export const ResetNeeds = Type.Object({
  next: Type.Literal('choose-password'),
  secondFactor: Type.Boolean(),
  lostEffectiveAt: Type.Union([Timestamp, Type.Null()]),
});

/** For whom a code of the help desk was made: mailed codes are known by the browser that asked for them. */
const HandOverTarget = {
  linkToken: Type.Optional(Type.String({ maxLength: 200 })),
  address: Type.Optional(Address),
};

interface ResetTarget {
  readonly canonicalAddress: string;
  readonly recipientId: string | null;
}

export function addResetEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/reset', {
    schema: {
      summary: 'Ask for a code to set a new password',
      body: ResetBody,
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
      const browserHash = knowBrowser(portal, request, reply);
      const target = await resetTarget(portal, request.body);
      const asked = target === null ? null : { ...target, browserHash };
      if (asked !== null && (await portal.reset.admit(asked))) {
        portal.background.afterAnswer(reply, 'mailing a reset code', () => mailResetCode(portal, asked));
      }
      return reply.code(202).send({ expiresInSeconds: CODE_LIFETIME_MS / SECOND_MS });
    },
  });

  app.post('/api/reset/verify', {
    schema: {
      summary: 'Prove the address with the code',
      body: body({ code: Code, ...HandOverTarget }),
      response: { 200: ResetNeeds, ...errors },
    },
    handler: async (request, reply) => {
      const checked = await verifyReset(portal, request);
      if (checked.outcome === 'expired') throw codeExpired();
      if (checked.outcome === 'wrong') throw codeWrong(checked.triesLeft);
      portal.cookies.set(reply, 'registration', checked.token);
      return presentNeeds(checked.needs);
    },
  });

  app.post('/api/reset/password', {
    schema: {
      summary: 'Set the new password and sign in',
      body: body({ password: Password, secondFactor: Type.Optional(Code) }),
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const { session, canonicalAddress } = await requireReset(portal, request);
      const { password, secondFactor = null } = request.body;
      requireGoodPassword(portal, password, [canonicalAddress]);
      const given = { password, secondFactor, browser: browserName(request) };
      const done = await portal.reset.complete(session, given, (account, addresses, byMailAlone) =>
        portal.mails.accountChange(
          byMailAlone ? 'password-reset' : 'password-changed',
          addresses.map((proof) => proof.address),
          account.locale,
        ),
      );
      const admitted = requireReplaced(done);
      portal.cookies.clear(reply, 'registration');
      return enter(portal, reply, admitted);
    },
  });
}

/** Throws Refusal, RowForged. */
async function verifyReset(
  portal: PortalContext,
  request: FastifyRequest<{ Body: { code: string; linkToken?: string; address?: string } }>,
): Promise<ResetVerification> {
  const { code, linkToken, address } = request.body;
  const handOver = parseHandOverCode(code);
  if (handOver === null) {
    const browserHash = browserOf(portal, request);
    if (browserHash === null) throw codeExpired();
    return portal.reset.verify(browserHash, parseAddressCode(code) ?? '');
  }
  await countHandOverTry(portal, request.ip);
  const about = linkToken === undefined ? { address: address ?? '' } : { linkToken };
  const target = await resetTarget(portal, about);
  if (target === null) throw codeExpired();
  return portal.reset.verifyHandOver(target.canonicalAddress, handOver);
}

/** The reset that is under way in this browser. Throws Refusal 401 `session-needed`. */
export async function requireReset(
  portal: PortalContext,
  request: FastifyRequest,
): Promise<{ session: PortalSession; canonicalAddress: string }> {
  const session = await portal.sessions.find(portal.cookies.read(request, 'registration'), 'registration');
  if (session === null || session.accountId === null || session.canonicalAddress === null)
    throw sessionNeeded();
  return { session, canonicalAddress: session.canonicalAddress };
}

/** Throws the Refusal where the password was not replaced. */
function requireReplaced(done: ResetCompletion): Admitted {
  switch (done.outcome) {
    case 'signed-in':
    case 'due':
      return done;
    case 'second-factor-needed':
      throw new Refusal(422, 'second-factor-needed', 'The second step is needed.');
    case 'wrong':
      throw secondFactorWrong();
    case 'wait':
      throw slowDown(done.retryAfterSeconds);
    default:
      throw sessionNeeded();
  }
}

export function presentNeeds({ secondFactor, lostEffectiveAt }: AccountResetNeeds) {
  return {
    next: 'choose-password' as const,
    secondFactor,
    lostEffectiveAt: lostEffectiveAt === null ? null : timestamp(lostEffectiveAt),
  };
}

async function resetTarget(
  portal: PortalContext,
  request: { linkToken: string } | { address: string },
): Promise<ResetTarget | null> {
  if ('address' in request) {
    const parsed = parseMailAddress(request.address.trim());
    return parsed === null ? null : { canonicalAddress: parsed.canonical, recipientId: null };
  }
  const copy = await findCopyByLink(portal, request.linkToken);
  if (copy === null) return null;
  return { canonicalAddress: copy.recipient.canonicalAddress, recipientId: copy.recipient.id };
}

async function mailResetCode(portal: PortalContext, request: ResetRequest): Promise<void> {
  const issued = await issueBelievable(portal, request);
  if (issued === null) return;
  const { mailTo, statements } = issued;
  const mail = mailTo === null ? [] : await writeResetCode(portal, request, mailTo);
  await portal.database.commit([...statements, ...mail]);
}

async function writeResetCode(
  portal: PortalContext,
  { recipientId }: ResetRequest,
  { code, account, address }: NonNullable<ResetCode['mailTo']>,
): Promise<readonly Statement[]> {
  return [
    ...(await portal.mails.code({
      to: address,
      code,
      page: '/sign-in',
      // Somebody with an account has said which language they read.
      locale: mailLocale(account.locale),
      recipientId: null,
      messageId: null,
    })),
    portal.audit.entry({
      event: 'code-sent',
      accountId: account.id,
      recipientId,
      facts: { purpose: 'reset' },
    }),
  ];
}

/** Null also where the account's rows are forged, which raises the alarm. */
async function issueBelievable(portal: PortalContext, request: ResetRequest): Promise<ResetCode | null> {
  try {
    return await portal.reset.issue(request);
  } catch (error) {
    if (!(error instanceof RowForged)) throw error;
    await raiseTamperAlarm(portal, { what: error.table, rowKey: error.rowKey });
    return null;
  }
}
