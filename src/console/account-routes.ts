/** `/account` and what its buttons do. Everything is of the viewer alone: no id of another person is ever taken. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { credentialsOf } from '#src/staff/staff-directory.ts';
import { removeAddress } from '#src/staff/staff-rows.ts';
import type { StaffViewer } from '#src/staff/viewer.ts';

import { accountPage, addAddressPage } from './account-page.ts';
import { originOf, type ConsoleContext } from './console-context.ts';
import { mailsOf, type MailChoiceOptions } from './mail-choice-routes.ts';
import { linkSentPage } from './sign-in-page.ts';
import { browserOf, knowBrowser } from './sign-in-routes.ts';

const config = { policy: 'sender' } as const;

/** `script`: of the passkeys; null: there are none. */
export function addAccountRoutes(
  app: HttpApp,
  context: ConsoleContext,
  script: string | null,
  summaries: MailChoiceOptions,
): void {
  app.get('/account', { config }, async (request, reply) => {
    const viewer = viewerOf(request);
    const { staff, language, formatMoment } = context;
    const page = accountPage({
      language: language(),
      addresses: viewer.addresses,
      mails: await mailsOf(summaries, viewer.addresses),
      sessions: await staff.sessions.listOf(viewer.staffId),
      here: viewer.session.id,
      passkeys:
        script === null
          ? null
          : (await credentialsOf(staff.context, viewer.staffId)).filter(({ kind }) => kind === 'passkey'),
      script,
      lastSignInAt: viewer.lastSignInAt,
      formatMoment,
    });
    return context.show(request, reply, page);
  });
  addAddressRoutes(app, context);
  addSessionRoutes(app, context);
}

function addAddressRoutes(app: HttpApp, context: ConsoleContext): void {
  const { staff, language } = context;
  const typed = Type.Object({ address: Type.String({ maxLength: 254 }) });
  app.post('/account/addresses', { config, schema: { body: typed } }, async (request, reply) => {
    const { staffId } = viewerOf(request);
    const browserHash = knowBrowser(context, request, reply);
    const asked = { address: request.body.address, browserHash, origin: originOf(request), path: '/account' };
    await staff.mailedLinks.askToAdd(asked, staffId);
    return context.show(request, reply, linkSentPage(language(), '/account'));
  });
  app.post('/account/addresses/remove', { config, schema: { body: typed } }, async (request, reply) => {
    const { staffId } = viewerOf(request);
    await commitUnlessGone(context, removeAddress(staff.context, staffId, request.body.address));
    return reply.redirect('/account', 303);
  });
  const params = Type.Object({ token: Type.String() });
  app.get('/account/addresses/:token', { config, schema: { params } }, async (request, reply) => {
    const link = await staff.mailedLinks.look(
      request.params.token,
      'add-address',
      browserOf(context, request),
    );
    const shown =
      link === null
        ? ({ problem: 'not-valid' } as const)
        : link.otherBrowser
          ? ({ problem: 'other-browser' } as const)
          : link;
    return context.show(request, reply, addAddressPage(shown, language()));
  });
  const body = Type.Object({ kind: Type.Union([Type.Literal('own'), Type.Literal('shared')]) });
  app.post('/account/addresses/:token', { config, schema: { params, body } }, async (request, reply) => {
    const outcome = await staff.mailedLinks.add(
      request.params.token,
      browserOf(context, request),
      viewerOf(request).staffId,
      request.body.kind,
    );
    if (outcome === 'added' || outcome === 'yours-already') return reply.redirect('/account', 303);
    return context.show(request, reply, addAddressPage({ problem: outcome }, language()));
  });
}

function addSessionRoutes(app: HttpApp, context: ConsoleContext): void {
  const { staff, cookies } = context;
  const body = Type.Object({ session: Type.String({ maxLength: 40 }) });
  app.post('/account/sessions/end', { config, schema: { body } }, async (request, reply) => {
    await staff.sessions.end(viewerOf(request).staffId, request.body.session);
    return reply.redirect('/account', 303);
  });
  app.post('/account/sessions/end-all', { config }, async (request, reply) => {
    const { staffId } = viewerOf(request);
    await staff.context.database.commit(staff.sessions.endAllStatements(staffId, staffId));
    cookies.clear(reply, 'session');
    return reply.redirect('/sign-in', 303);
  });
}

/** Who is signed in. The guard let nobody else through; a route with another policy must not call it. */
export function viewerOf(request: FastifyRequest): StaffViewer {
  if (request.viewer === null) throw new Refusal(401, 'session-needed', 'Please sign in.');
  return request.viewer;
}

/** What was removed meanwhile, or is not theirs, needs no removing. */
export async function commitUnlessGone(
  { staff }: Pick<ConsoleContext, 'staff'>,
  statements: Parameters<ConsoleContext['staff']['context']['database']['commit']>[0],
): Promise<void> {
  try {
    await staff.context.database.commit(statements);
  } catch (error) {
    if (!isLostRace(error)) throw error;
  }
}
