/**
 * What a sign-in may lack after the password: the second factor (`/api/session/second-factor`), setting one up where the
 * organisation wants one, and proof of the mailbox where the account was not used for a year (`/api/session/mailbox`).
 * Where a sign-in stands is kept on the server; nothing is opened before all is there.
 */
import { Type } from '@fastify/type-provider-typebox';

import { CODE_LIFETIME_MS, parseAddressCode } from '#src/accounts/address-codes.ts';
import { provenAddresses } from '#src/accounts/account-directory.ts';
import { rememberDevice } from '#src/accounts/remembered-devices.ts';
import type { PortalSession } from '#src/accounts/sessions.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import { languageOf } from '../languages.ts';
import { browserName, browserOf, knowBrowser } from '../policies/browser.ts';
import {
  attemptOf,
  enter,
  Entered,
  findSignInUnderWay,
  requireAdmitted,
  requireSignInUnderWay,
  signInOver,
} from '../policies/enter.ts';
import { codeExpired, codeWrong, tooManyCodes } from '../policies/refusals.ts';
import { inviteApp, requireSetUp, secondFactorWrong } from '../policies/second-factor.ts';
import { tellAccount as tell } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { body, Code, errors, LocaleTag, TotpInvitation } from '../wire.ts';

const Standing = Type.Object({
  next: Type.Union([
    Type.Literal('none'),
    Type.Literal('second-factor'),
    Type.Literal('second-factor-setup'),
    Type.Literal('mailbox'),
  ]),
  /** Whether this browser may be remembered. */
  mayRemember: Type.Boolean(),
});

export function addSignInStepEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/session/steps', {
    schema: { summary: 'What a sign-in under way lacks', response: { 200: Standing, ...errors } },
    handler: async (request) => {
      const pending = await findSignInUnderWay(portal, request);
      const mayRemember = portal.settings.accountRules.rememberDevices;
      return { next: pending?.kind ?? ('none' as const), mayRemember };
    },
  });
  addSecondFactorStep(app, portal);
  addSetUpStep(app, portal);
  addMailboxStep(app, portal);
}

function addSecondFactorStep(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session/second-factor', {
    schema: {
      summary: 'Give the second factor: a code of the app, or a recovery code',
      body: body({ code: Code, remember: Type.Optional(Type.Boolean()) }),
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const pending = await requireSignInUnderWay(portal, request, 'second-factor');
      const wanted = request.body.remember === true && portal.settings.accountRules.rememberDevices;
      let device: string | null = null;
      const outcome = await portal.signIn.giveSecondFactor(
        pending,
        request.body.code,
        await attemptOf(portal, request),
        async (account, kind) => {
          const told = kind === 'recovery-code' ? await tell(portal, account, 'recovery-code-used') : [];
          if (!wanted) return told;
          const remembered = rememberDevice(portal, account.id, browserName(request));
          device = remembered.token;
          return [...told, ...remembered.statements, ...(await tell(portal, account, 'device-remembered'))];
        },
      );
      const admitted = requireAdmitted(outcome, secondFactorWrong);
      if (device !== null) portal.cookies.set(reply, 'device', device);
      return enter(portal, reply, admitted);
    },
  });
}

function addSetUpStep(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session/second-factor/setup', {
    schema: {
      summary: 'What an authenticator app needs, where the organisation wants a second factor',
      body: body({}),
      response: { 200: TotpInvitation, ...errors },
    },
    handler: async (request, reply) => {
      const account = await accountOf(
        portal,
        await requireSignInUnderWay(portal, request, 'second-factor-setup'),
      );
      return inviteApp(portal, reply, account);
    },
  });

  app.post('/api/session/second-factor/setup/confirm', {
    schema: {
      summary: 'Show that the app is set up, and go on',
      body: body({ code: Code }),
      response: {
        200: Type.Object({ ...Entered.properties, recoveryCodes: Type.Array(Type.String()) }),
        ...errors,
      },
    },
    handler: async (request, reply) => {
      const pending = await requireSignInUnderWay(portal, request, 'second-factor-setup');
      const account = await accountOf(portal, pending);
      const cookie = portal.cookies.read(request, 'ticket');
      const { codes, statements } = requireSetUp(
        await portal.secondFactor.setUp(cookie, account.id, request.body.code),
      );
      const told = await tell(portal, account, 'second-factor-on');
      const outcome = await portal.signIn.goOn(
        { pending, account, mailbox: false, statements: [...statements, ...told] },
        await attemptOf(portal, request),
      );
      portal.cookies.clear(reply, 'ticket');
      return { ...enter(portal, reply, requireAdmitted(outcome, signInOver)), recoveryCodes: [...codes] };
    },
  });
}

function addMailboxStep(app: HttpApp, portal: PortalContext): void {
  app.post('/api/session/mailbox', {
    schema: {
      summary: 'Mail a code to the address of an account that was not used for long',
      body: body({ locale: Type.Optional(LocaleTag) }),
      response: {
        202: Type.Object({ maskedAddress: Type.String(), expiresInSeconds: Type.Integer() }),
        ...errors,
      },
    },
    handler: async (request, reply) => {
      const pending = await requireSignInUnderWay(portal, request, 'mailbox');
      const browserHash = knowBrowser(portal, request, reply);
      const locale = languageOf(request, request.body.locale, portal.settings.locale);
      const address = await sendReturnCode(portal, pending, browserHash, locale);
      return reply.code(202).send({
        maskedAddress: maskedAddress(address),
        expiresInSeconds: CODE_LIFETIME_MS / SECOND_MS,
      });
    },
  });

  app.post('/api/session/mailbox/verify', {
    schema: {
      summary: 'Prove that the mailbox is still theirs',
      body: body({ code: Code }),
      response: { 200: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const pending = await requireSignInUnderWay(portal, request, 'mailbox');
      const browserHash = browserOf(portal, request);
      if (browserHash === null) throw codeExpired();
      const typed = parseAddressCode(request.body.code) ?? '';
      const account = await accountOf(portal, pending);
      const asked = { purpose: 'return', browserHash, accountId: account.id } as const;
      const checked = await portal.codes.check(asked, typed);
      if (checked.outcome === 'expired') throw codeExpired();
      if (checked.outcome === 'wrong') throw codeWrong(checked.triesLeft, checked.older);
      if (checked.row.canonicalAddress !== pending.canonicalAddress) throw codeExpired();
      const outcome = await portal.signIn.goOn(
        { pending, account, mailbox: true, statements: [checked.use] },
        await attemptOf(portal, request),
      );
      return enter(portal, reply, requireAdmitted(outcome, codeExpired));
    },
  });
}

/** The address, raw, that the code went to. */
async function sendReturnCode(
  portal: PortalContext,
  pending: PortalSession,
  browserHash: Buffer,
  locale: 'en' | 'es',
): Promise<string> {
  const account = await accountOf(portal, pending);
  const proofs = await provenAddresses(portal, account.id);
  const proof = proofs.find(({ canonicalAddress }) => canonicalAddress === pending.canonicalAddress);
  if (proof === undefined) throw signInOver();
  const issued = await portal.codes.issue({
    purpose: 'return',
    canonicalAddress: proof.canonicalAddress,
    recipientId: null,
    accountId: account.id,
    browserHash,
  });
  if (issued.outcome === 'too-many') throw tooManyCodes(issued.retryAfterSeconds);
  const mail = await portal.mails.code({
    to: proof.address,
    code: issued.code,
    page: '/sign-in',
    locale,
    recipientId: null,
    messageId: null,
  });
  const entry = portal.audit.entry({
    event: 'code-sent',
    accountId: account.id,
    facts: { purpose: 'return' },
  });
  try {
    await portal.database.commit([...issued.statements, ...mail, entry]);
  } catch (error) {
    if (isLostRace(error)) throw tooManyCodes(1);
    throw error;
  }
  return proof.address;
}

async function accountOf(portal: PortalContext, pending: PortalSession): Promise<AccountsTable> {
  const account = await portal.signIn.accountOf(pending);
  if (account === null) throw signInOver();
  return account;
}
