/**
 * The staff listener: captured mail of a trial, answers to held messages, metrics. It has no sign-in yet, so it
 * shows nothing but what a token allows, and captured mail only to this machine.
 */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import { hashHoldToken } from '#src/acceptance/hold-token.ts';
import type { Holds } from '#src/acceptance/release-hold.ts';
import type { Log } from '#src/base/log.ts';
import type { CapturedMails } from '#src/delivery/captured-mails.ts';
import { createHttpServer, type HttpApp, type HttpServer } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Database } from '#src/storage/database.ts';

import { capturedPage, showMail, type ShownMail } from './captured-page.ts';
import { CONSOLE_CSS } from './console-css.ts';
import { failurePage } from './failure-page.ts';
import { heldPage, heldResultPage } from './held-page.ts';
import { html, page } from './page.ts';

export interface ConsoleOptions {
  readonly database: Pick<Database, 'query'>;
  readonly keys: KeyProvider;
  readonly holds: Holds;
  readonly captured: CapturedMails;
  readonly log: Log;
  readonly consoleUrl: string;
  readonly publicUrl: string;
  readonly allowedHosts: readonly string[];
  readonly organization: () => string;
  readonly language: () => 'en' | 'es';
  /** False beside a real route: then `/captured` does not exist. */
  readonly showsCaptured: () => boolean;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const CAPTURED_SHOWN = 200;
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export async function createConsole(options: ConsoleOptions): Promise<HttpServer> {
  const server = await createHttpServer({
    log: options.log,
    publicUrl: options.consoleUrl,
    allowedHosts: options.allowedHosts,
    listener: 'console',
    acceptsForms: true,
  });
  const { app } = server;
  showFailuresAsPages(app, options);
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(homePage(options)));
  app.get('/console.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(CONSOLE_CSS));
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await options.metrics();
    return reply.type(contentType).send(text);
  });
  addCapturedRoutes(app, options);
  addHeldRoutes(app, options);
  return server;
}

function homePage(options: ConsoleOptions): string {
  const link = (href: string, name: string, text: string) =>
    html`<li><a href="${href}">${name}</a> <span>${text}</span></li>`;
  const captured = options.showsCaptured()
    ? link('/captured', 'Captured mail', 'What would have been sent. For trying out, on this machine only.')
    : html``;
  const body = html`<ul class="links card">
    ${captured} ${link(`${options.publicUrl}/help/send`, 'How to send', 'The page for everybody who sends.')}
    ${link(`${options.publicUrl}/help`, 'Help pages', 'For senders, recipients and the help desk.')}
    ${link('/metrics', 'Metrics', 'Numbers for monitoring, in Prometheus’ format.')}
  </ul>`;
  return page({ title: 'Staff pages', organization: options.organization(), body });
}

/** Refusals are JSON for programs; a person in a browser gets a page. */
function showFailuresAsPages(app: HttpApp, options: ConsoleOptions): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const wanted = request.headers.accept?.includes('text/html') === true;
    // Whoever reached us by a name that isn't ours is told nothing, not even whose site this is.
    if (!wanted || reply.statusCode < 400 || reply.statusCode === 421) return payload;
    void reply.removeHeader('content-length').type('text/html; charset=utf-8');
    return failurePage(reply.statusCode, options.organization(), options.language());
  });
}

function addCapturedRoutes(app: HttpApp, options: ConsoleOptions): void {
  const mails = async (ip: string): Promise<readonly ShownMail[]> => {
    if (!options.showsCaptured() || !LOOPBACK.has(ip)) throw notFound();
    const captured = await options.captured.list(CAPTURED_SHOWN);
    return captured.map((mail) => showMail(mail, options.publicUrl, options.consoleUrl));
  };
  app.get('/captured', async (request, reply) => {
    const shown = await mails(request.ip);
    return reply.type('text/html; charset=utf-8').send(capturedPage(shown, options.organization()));
  });
  app.get('/captured.json', async (request) => ({ mails: await mails(request.ip) }));
  app.get(
    '/captured/:id',
    { schema: { params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      if (!options.showsCaptured() || !LOOPBACK.has(request.ip)) throw notFound();
      const captured = await options.captured.list(CAPTURED_SHOWN);
      const mail = captured.find(({ id }) => id === request.params.id.replace(/\.eml$/u, ''));
      if (mail === undefined) throw notFound();
      return reply
        .type('message/rfc822')
        .header('content-disposition', `attachment; filename="${mail.id}.eml"`)
        .send(mail.bytes);
    },
  );
}

function addHeldRoutes(app: HttpApp, options: ConsoleOptions): void {
  const params = Type.Object({ token: Type.String() });
  // Under `no-referrer` browsers send `Origin: null` with a form, and the check of the origin would refuse the answer.
  const show = (markup: string, reply: FastifyReply): FastifyReply =>
    reply.type('text/html; charset=utf-8').header('referrer-policy', 'same-origin').send(markup);
  const choice = Type.Union([Type.Literal('send'), Type.Literal('stop')]);
  const querystring = Type.Object({ choice: Type.Optional(choice) });
  app.get('/held/:token', { schema: { params, querystring } }, async (request, reply) => {
    const held = await findHeld(options, request.params.token);
    const organization = options.organization();
    const language = options.language();
    if (held === null) return show(heldResultPage('over', organization, language), reply);
    const asked = request.query.choice ?? 'send';
    return show(heldPage({ recipients: held.recipients, asked, organization, language }), reply);
  });
  const body = Type.Object({ choice });
  app.post('/held/:token', { schema: { params, body } }, async (request, reply) => {
    const held = await findHeld(options, request.params.token);
    const send = request.body.choice === 'send';
    const result = held === null ? 'already-ended' : await answer(options.holds, held.messageId, send);
    const shown = result === 'already-ended' ? 'over' : send ? 'sent' : 'stopped';
    return show(heldResultPage(shown, options.organization(), options.language()), reply);
  });
}

function answer(holds: Holds, messageId: string, send: boolean) {
  return send ? holds.sendSecured(messageId, 'author-sent') : holds.stop(messageId, 'author-stopped');
}

async function findHeld(
  options: ConsoleOptions,
  token: string,
): Promise<{ readonly messageId: string; readonly recipients: readonly string[] } | null> {
  const { query } = options.database;
  const message = await query
    .selectFrom('messages')
    .select('id')
    .where('holdTokenHash', '=', hashHoldToken(options.keys, token))
    .executeTakeFirst();
  if (message === undefined) return null;
  const recipients = await query
    .selectFrom('recipients')
    .select('address')
    .where('messageId', '=', message.id)
    .where('state', '=', 'held')
    .orderBy('id')
    .execute();
  return { messageId: message.id, recipients: recipients.map(({ address }) => address) };
}

function notFound(): Refusal {
  const { code, message } = genericRefusal(404);
  return new Refusal(404, code, message);
}
