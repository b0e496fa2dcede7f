/**
 * `GET /api/registration`, `GET /api/passphrase`, `POST /api/registration/password` and `/api/registration/passkey`: from
 * the proven address to an account. Where a registration stands is kept on the server, bound to the browser, so that the page survives being
 * closed while its person fetches the code.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { minPasswordLength } from '#src/accounts/account-rules.ts';
import type { AddressCode } from '#src/accounts/address-codes.ts';
import { suggestPassphrase } from '#src/accounts/passphrase.ts';
import { findPasswordProblem, PASSWORD_PROBLEM_MESSAGES } from '#src/accounts/password-rules.ts';
import type { FirstCredential } from '#src/accounts/registration.ts';
import type { PortalSession } from '#src/accounts/sessions.ts';
import type { RegistrationResponseJSON } from '#src/accounts/webauthn.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { NewPasskeyBody } from '#src/http/passkey-schemas.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { Locale } from '#src/notification/mail-site.ts';

import { browserName, browserOf } from '../policies/browser.ts';
import { findCopy, findCopyByLink } from '../policies/copy.ts';
import { enter, Entered } from '../policies/enter.ts';
import { sessionNeeded } from '../policies/reader.ts';
import { alreadyRegistered, passkeyNotMade } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { body, errors, LocaleTag, PasskeyOptions, Password } from '../wire.ts';

const RegistrationState = Type.Object({
  state: Type.Union([Type.Literal('none'), Type.Literal('code-sent'), Type.Literal('choose-password')]),
  /** Begun without a notice of one's own, at `/join` or from somebody else's link. */
  joining: Type.Boolean(),
  maskedAddress: Type.Optional(Type.String()),
  /** In full once the code has proved the mailbox. */
  address: Type.Optional(Type.String()),
});

export function addRegistrationEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/registration', {
    schema: {
      summary:
        'Where a registration stands; with a link: one for its address, or one that began with joining',
      querystring: Type.Object({ link: Type.Optional(Type.String({ maxLength: 200 })) }),
      response: { 200: RegistrationState, ...errors },
    },
    handler: async (request) => {
      const { link } = request.query;
      const copy = link === undefined ? null : await findCopyByLink(portal, link);
      const recipient = copy?.recipient ?? null;
      const session = await portal.sessions.find(
        portal.cookies.read(request, 'registration'),
        'registration',
      );
      if (session?.canonicalAddress != null && session.accountId === null) {
        const address = session.canonicalAddress;
        const joining = session.recipientId === null;
        if (joining || recipient === null || recipient.canonicalAddress === address)
          return {
            state: 'choose-password' as const,
            joining,
            maskedAddress: maskedAddress(address),
            address,
          };
      }
      const pending = await pendingCode(portal, browserOf(portal, request), recipient?.id);
      if (pending === null) return { state: 'none' as const, joining: false };
      return {
        state: 'code-sent' as const,
        joining: pending.purpose === 'join',
        maskedAddress: maskedAddress(pending.canonicalAddress),
      };
    },
  });

  app.get('/api/passphrase', {
    schema: {
      summary: 'Four random words to use as a password',
      response: { 200: Type.Object({ passphrase: Type.String() }), ...errors },
    },
    handler: () => ({ passphrase: suggestPassphrase(portal.random) }),
  });

  app.post('/api/registration/password', {
    schema: {
      summary: 'Choose a password and get the account',
      body: body({ password: Password, locale: Type.Optional(LocaleTag) }),
      response: { 201: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const proven = await requireProvenAddress(portal, request);
      const { password, locale } = request.body;
      requireGoodPassword(portal, password, [proven.address]);
      const entered = await register(portal, request, reply, proven, { kind: 'password', password }, locale);
      return reply.code(201).send(entered);
    },
  });

  app.post('/api/registration/passkey/options', {
    schema: {
      summary: 'What the browser makes a passkey with',
      body: body({}),
      response: { 200: PasskeyOptions, ...errors },
    },
    handler: async (request, reply) => {
      const { session } = await requireProvenAddress(portal, request);
      const { cookie, options } = await portal.passkeys.askForNew(ownerOf(session));
      portal.cookies.set(reply, 'ticket', cookie);
      return { ...options };
    },
  });

  app.post('/api/registration/passkey', {
    schema: {
      summary: 'Make a passkey and get the account',
      body: body({ response: NewPasskeyBody, locale: Type.Optional(LocaleTag) }),
      response: { 201: Entered, ...errors },
    },
    handler: async (request, reply) => {
      const proven = await requireProvenAddress(portal, request);
      const verified = await portal.passkeys.verifyNew(
        portal.cookies.read(request, 'ticket'),
        ownerOf(proven.session),
        request.body.response as unknown as RegistrationResponseJSON,
      );
      portal.cookies.clear(reply, 'ticket');
      if (verified === null) throw passkeyNotMade();
      const { locale } = request.body;
      const entered = await register(
        portal,
        request,
        reply,
        proven,
        { kind: 'passkey', ...verified },
        locale,
      );
      return reply.code(201).send(entered);
    },
  });
}

/** Of the codes that a registration waits for in this browser, the one asked for last. */
async function pendingCode(
  portal: PortalContext,
  browserHash: Buffer | null,
  recipientId: string | undefined,
): Promise<AddressCode | null> {
  if (browserHash === null) return null;
  const [own, joining] = await Promise.all([
    portal.codes.pending({
      purpose: 'register',
      browserHash,
      ...(recipientId !== undefined && { recipientId }),
    }),
    portal.codes.pending({ purpose: 'join', browserHash }),
  ]);
  if (own === null || joining === null) return own ?? joining;
  return own.createdAt < joining.createdAt ? joining : own;
}

interface ProvenAddress {
  readonly session: PortalSession & { readonly canonicalAddress: string };
  /** As mails were sent to it. */
  readonly address: string;
  /** To go on with; null: the account is made without a notice of its own. */
  readonly messageId: string | null;
}

/** Of the registration that is under way in this browser. Throws Refusal 401 `session-needed`. */
async function requireProvenAddress(portal: PortalContext, request: FastifyRequest): Promise<ProvenAddress> {
  const session = await portal.sessions.find(portal.cookies.read(request, 'registration'), 'registration');
  if (session?.canonicalAddress == null || session.accountId !== null) throw sessionNeeded();
  const { canonicalAddress, recipientId } = session;
  const proven = { ...session, canonicalAddress };
  if (recipientId === null) return { session: proven, address: canonicalAddress, messageId: null };
  const copy = await findCopy(portal, recipientId);
  if (copy === null || copy.recipient.canonicalAddress !== canonicalAddress) throw sessionNeeded();
  return { session: proven, address: copy.recipient.address, messageId: copy.message.id };
}

function ownerOf({ canonicalAddress }: ProvenAddress['session']) {
  return { canonicalAddress, accountId: null };
}

async function register(
  portal: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { session, address, messageId }: ProvenAddress,
  credential: FirstCredential,
  language: Locale | undefined,
) {
  const locale = language ?? portal.settings.locale;
  const news = credential.kind === 'passkey' ? 'account-created-passkey' : 'account-created';
  const registered = await portal.registration.register(session, {
    credential,
    locale,
    address,
    browser: browserName(request),
    tell: await portal.mails.accountChange(news, [address], locale),
  });
  if (registered.outcome === 'already-registered') throw alreadyRegistered();
  portal.cookies.clear(reply, 'registration');
  return enter(portal, reply, registered, messageId);
}

/** Throws Refusal 422 with the reason. */
export function requireGoodPassword(
  portal: PortalContext,
  password: string,
  addresses: readonly string[],
): void {
  const { organization, publicUrl } = portal.settings;
  const words = [organization.name, ...(organization.words ?? []), new URL(publicUrl).hostname, ...addresses];
  const minLength = minPasswordLength(portal.settings.accountRules);
  const problem = findPasswordProblem(password, words, minLength);
  if (problem !== null) throw new Refusal(422, problem, PASSWORD_PROBLEM_MESSAGES[problem]);
}
