/**
 * `GET /api/registration`, `GET /api/passphrase`, `POST /api/registration/password`: from the proven address to an
 * account. Where a registration stands is kept on the server, bound to the browser, so that the page survives being
 * closed while its person fetches the code.
 */
import { Type } from '@fastify/type-provider-typebox';

import { suggestPassphrase } from '#src/accounts/passphrase.ts';
import { findPasswordProblem, PASSWORD_PROBLEM_MESSAGES } from '#src/accounts/password-rules.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { browserName, browserOf } from '../policies/browser.ts';
import { findCopy } from '../policies/copy.ts';
import { sessionNeeded } from '../policies/reader.ts';
import { alreadyRegistered } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { body, errors, LocaleTag, Password } from '../wire.ts';

const RegistrationState = Type.Object({
  state: Type.Union([Type.Literal('none'), Type.Literal('code-sent'), Type.Literal('choose-password')]),
  maskedAddress: Type.Optional(Type.String()),
  /** In full once the code has proved the mailbox. */
  address: Type.Optional(Type.String()),
});

export function addRegistrationEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/registration', {
    schema: { summary: 'Where a registration stands', response: { 200: RegistrationState, ...errors } },
    handler: async (request) => {
      const session = await portal.sessions.find(
        portal.cookies.read(request, 'registration'),
        'registration',
      );
      if (session?.canonicalAddress != null && session.accountId === null) {
        const address = session.canonicalAddress;
        return { state: 'choose-password' as const, maskedAddress: maskedAddress(address), address };
      }
      const browserHash = browserOf(portal, request);
      const pending =
        browserHash === null ? null : await portal.codes.pending({ purpose: 'register', browserHash });
      return pending === null
        ? { state: 'none' as const }
        : { state: 'code-sent' as const, maskedAddress: maskedAddress(pending.canonicalAddress) };
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
      response: { 201: Type.Object({ messageId: Type.String() }), ...errors },
    },
    handler: async (request, reply) => {
      const session = await portal.sessions.find(
        portal.cookies.read(request, 'registration'),
        'registration',
      );
      if (session?.canonicalAddress == null || session.recipientId === null || session.accountId !== null)
        throw sessionNeeded();
      const copy = await findCopy(portal, session.recipientId);
      if (copy === null || copy.recipient.canonicalAddress !== session.canonicalAddress)
        throw sessionNeeded();
      requireGoodPassword(portal, request.body.password, [copy.recipient.address]);
      const locale = request.body.locale ?? portal.settings.locale;
      const registered = await portal.registration.register(
        { ...session, canonicalAddress: session.canonicalAddress },
        {
          password: request.body.password,
          locale,
          address: copy.recipient.address,
          browser: browserName(request),
          tell: await portal.mails.accountChange('account-created', [copy.recipient.address], locale),
        },
      );
      if (registered.outcome === 'already-registered') throw alreadyRegistered();
      portal.cookies.clear(reply, 'registration');
      portal.cookies.set(reply, 'session', registered.token);
      return reply.code(201).send({ messageId: copy.message.id });
    },
  });
}

/** Throws Refusal 422 with the reason. */
export function requireGoodPassword(
  portal: PortalContext,
  password: string,
  addresses: readonly string[],
): void {
  const { organization, publicUrl } = portal.settings;
  const words = [organization.name, ...(organization.words ?? []), new URL(publicUrl).hostname, ...addresses];
  const problem = findPasswordProblem(password, words);
  if (problem !== null) throw new Refusal(422, problem, PASSWORD_PROBLEM_MESSAGES[problem]);
}
