/**
 * The staff listener: signing in, pages for those who are signed in, answers to held messages, captured mail of a
 * trial, metrics. Every route names a policy, and the guard stands before all of them.
 */
import { canSignIn } from '#src/base/sign-in-origin.ts';
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import type { AdministrationContext } from '#src/administration/administration-context.ts';
import type { Log } from '#src/base/log.ts';
import { createHttpServer, type HttpApp, type HttpServer, type TlsFiles } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import { serveStaticAssets, type StaticAssets } from '#src/http/static-assets.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import type { Staff } from '#src/staff/staff.ts';

import { addAccountRoutes } from './account-routes.ts';
import { addAdministrationRoutes } from './administration/administration-routes.ts';
import type { SiteText } from './administration/announcements-page.ts';
import type { DefaultInForce } from './administration/defaults-page.ts';
import { addCapturedRoutes, type CapturedOptions } from './captured-routes.ts';
import { CONSOLE_CSS } from './console-css.ts';
import type { ConsoleContext } from './console-context.ts';
import { addDomainsRoutes, type PartnerPages } from './domains-routes.ts';
import { failurePage } from './failure-page.ts';
import { showFramed } from './frame.ts';
import { addHoldAnswerRoutes } from './hold-answer-routes.ts';
import { addHelpDeskRoutes } from './help-desk-routes.ts';
import { addHeldRoutes, type HeldOptions } from './held-routes.ts';
import { addMailChoiceRoutes, addOwnMailChoiceRoute, type SummaryTimer } from './mail-choice-routes.ts';
import { addMessagesRoutes } from './messages-routes.ts';
import { mayReadMetrics, type MetricsAccess } from './metrics-access.ts';
import { addOidcRoutes } from './oidc-routes.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import { guardRoutes, type GuardOptions } from './policies/guard.ts';
import { mayUse, type PolicyName } from './policies/policies.ts';
import { isThisMachine } from './policies/remote.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { staffCookies } from './staff-cookies.ts';
import { startPage } from './start-page.ts';
import { addWaitingRoutes } from './waiting-routes.ts';
import { addUndoRoutes } from './undo-routes.ts';
import { statusPage, type GatewayStatus } from './status-page.ts';

export interface ConsoleOptions extends CapturedOptions, HeldOptions {
  /** The name of the site of an address; without one the organisation's. */
  readonly organization: (address?: string) => string;
  readonly staff: Staff;
  readonly partners: PartnerPages;
  readonly administration: AdministrationContext;
  /** What the configuration says, for the page of defaults. */
  readonly defaults: () => readonly DefaultInForce[];
  /** Texts for the roll-out. */
  readonly announcements: () => readonly SiteText[];
  readonly desk: Desk;
  readonly summaries: SummaryTimer;
  readonly log: Log;
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | undefined;
  readonly trustedProxies?: readonly string[];
  /** Whether this address may reach the listener at all. */
  readonly admits: (remoteAddress: string) => boolean;
  readonly timeZone: () => string;
  readonly mailsLinks: () => boolean;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly metricsAccess: () => MetricsAccess;
  readonly status: () => Promise<GatewayStatus>;
  /** Browser code of the staff pages, and the paths of its scripts; null: nothing was built. */
  readonly web: {
    readonly assets: StaticAssets;
    readonly passkeyScript: string;
    readonly administrationScript: string;
  } | null;
  /** Is told each route with its policy. */
  readonly onRoute?: (route: { method: string; path: string; policy: PolicyName }) => void;
}

export async function createConsole(options: ConsoleOptions): Promise<HttpServer> {
  const server = await createHttpServer({
    log: options.log,
    publicUrl: options.consoleUrl,
    allowedHosts: options.allowedHosts,
    tls: options.tls,
    trustedProxies: options.trustedProxies,
    listener: 'console',
    acceptsForms: true,
    // A row that we did not write is to who asked as if it were not there.
    translateError: async (error) => {
      if (!(error instanceof RowForged)) return null;
      await raiseTamperAlarm(options.staff.context, { what: error.table, rowKey: error.rowKey });
      const { code, message } = genericRefusal(404);
      return new Refusal(404, code, message);
    },
  });
  const { app } = server;
  const context = consoleContext(options);
  showFailuresAsPages(app, options);
  guardRoutes(app, guardOptions(options, context), options.onRoute);
  addPublicRoutes(app, options, context);
  addCapturedRoutes(app, options);
  addHeldRoutes(app, options);
  addUndoRoutes(app, { ...options, undo: options.desk }, context.formatMoment);
  const mails = { ...options, choices: options.desk };
  addMailChoiceRoutes(app, mails);
  if (canSignIn(options.consoleUrl)) {
    const { oidc } = options.staff;
    const script = options.web?.passkeyScript ?? null;
    const signIn = { hasOidc: oidc !== null, mailsLinks: options.mailsLinks, script };
    addSignInRoutes(app, context, signIn);
    if (oidc !== null) addOidcRoutes(app, context, oidc, signIn);
    addAccountRoutes(app, context, script, mails);
    addOwnMailChoiceRoute(app, mails);
    if (script !== null) addPasskeyRoutes(app, context, script);
    addDomainsRoutes(app, context, options.partners);
    addMessagesRoutes(app, context, options.desk);
    const { administration, partners: pages, web } = options;
    addAdministrationRoutes(app, context, {
      administration,
      desk: options.desk,
      pages,
      defaults: options.defaults,
      announcements: options.announcements,
      script: web?.administrationScript ?? null,
    });
    addWaitingRoutes(app, context, options.desk);
    addHelpDeskRoutes(app, context, options.desk);
    addHoldAnswerRoutes(app, options.desk, options.holds);
  }
  return server;
}

function consoleContext(options: ConsoleOptions): ConsoleContext {
  const { staff, language, organization } = options;
  return {
    staff,
    cookies: staffCookies(options.consoleUrl),
    language,
    organization,
    formatMoment: (ms) =>
      new Intl.DateTimeFormat(language(), {
        dateStyle: 'medium',
        timeStyle: 'short',
        timeZone: options.timeZone(),
      }).format(ms),
    formatDay: (ms) =>
      new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeZone: options.timeZone() }).format(ms),
    show: (request, reply, framed) => showFramed(options, request, reply, framed),
  };
}

function guardOptions(options: ConsoleOptions, { staff, cookies }: ConsoleContext): GuardOptions {
  return {
    findViewer: (request) => staff.viewerOf(cookies.read(request, 'session')),
    admits: options.admits,
    isThisMachine,
    readsMetrics: (request) => mayReadMetrics(options.metricsAccess(), request),
  };
}

function addPublicRoutes(app: HttpApp, options: ConsoleOptions, context: ConsoleContext): void {
  const config = { policy: 'anybody' } as const;
  const guard = guardOptions(options, context);
  app.get('/', { config }, (request, reply) => {
    const readsMetrics = guard.readsMetrics(request);
    const asker = { viewer: request.viewer, isThisMachine: guard.isThisMachine(request), readsMetrics };
    const start = startPage(request, {
      language: options.language(),
      publicUrl: options.publicUrl,
      showsCaptured: options.showsCaptured() && mayUse('this-machine', asker),
      showsMetrics: readsMetrics,
      canSignIn: canSignIn(options.consoleUrl),
    });
    return context.show(request, reply, start);
  });
  app.get('/console.css', { config }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(CONSOLE_CSS),
  );
  if (options.web !== null) serveStaticAssets(app, '/assets/', options.web.assets, config);
  app.get('/metrics', { config: { policy: 'metrics-reader' } }, async (_request, reply) => {
    const { contentType, text } = await options.metrics();
    return reply.type(contentType).send(text);
  });
  app.get('/status', { config: { policy: 'operator' } }, async (request, reply) => {
    const status = await options.status();
    if (request.headers.accept?.includes('text/html') === true)
      return context.show(request, reply, statusPage(status, options.language()));
    const isReady = status.failing.length === 0;
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', failing: status.failing, warnings: status.warnings });
  });
}

/** Refusals are JSON for programs; a person in a browser gets a page. */
function showFailuresAsPages(app: HttpApp, options: ConsoleOptions): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const wanted = request.headers.accept?.includes('text/html') === true;
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    // Whoever reached us by a name that isn't ours is told nothing, not even whose site this is.
    if (!wanted || isPage || reply.statusCode < 400 || reply.statusCode === 421) return payload;
    void reply.removeHeader('content-length').type('text/html; charset=utf-8');
    return failurePage(
      { status: reply.statusCode, code: refusalCode(payload) },
      options.organization(),
      options.language(),
    );
  });
}

function refusalCode(payload: unknown): string {
  try {
    const body: unknown = JSON.parse(String(payload));
    return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  } catch {
    return '';
  }
}
