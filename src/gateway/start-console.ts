/** The staff listener, connected. */
import type { Holds } from '#src/acceptance/release-hold.ts';
import { expireProposals } from '#src/administration/proposals.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import { createConsole } from '#src/console/console.ts';
import type { SummaryTimer } from '#src/console/mail-choice-routes.ts';
import { createMetrics } from '#src/console/metrics.ts';
import type { CapturedMails } from '#src/delivery/captured-mails.ts';
import type { HttpServer } from '#src/http/http-server.ts';

import { administrationContext } from './administration-parts.ts';
import { allAnnouncements } from './announcements.ts';
import { defaultsInForce } from './defaults-in-force.ts';
import { authorsDesk } from './authors-desk.ts';
import type { Core } from './core.ts';
import { allowedHosts } from './part-settings.ts';
import { partnerPages } from './partner-pages.ts';
import { RepeatingTask } from './repeating-task.ts';
import { sitesOf } from './sites.ts';
import { consoleNetworks, metricsAccess, openStaff } from './staff-parts.ts';
import { readTlsPair } from './tls-files.ts';
import { readConsoleWeb } from './web-app.ts';
import { wakingDatabase } from './waking-database.ts';

const SWEEP_EVERY_MS = 5 * MINUTE_MS;

export async function startConsole(
  core: Core,
  { holds, captured, summaries }: { holds: Holds; captured: CapturedMails; summaries: SummaryTimer },
) {
  const { settings, log, keys, database } = core;
  const metrics = createMetrics(database, () => ({
    outsidePortSeemsClosed: core.outsidePort.seemsClosed,
    unreachableDomains: core.destinations.unreachable().length,
  }));
  const staff = openStaff(core, wakingDatabase(core));
  const administration = administrationContext(core, holds, wakingDatabase(core));
  // What can't be read stops the start, not the first request.
  metricsAccess(settings);
  const server: HttpServer = await createConsole({
    staff,
    database,
    keys,
    holds,
    captured,
    partners: partnerPages(core),
    desk: authorsDesk(core),
    summaries,
    administration,
    announcements: () => allAnnouncements(core.settings),
    defaults: () => defaultsInForce(core.settings),
    log,
    tls: await readTlsPair(settings.console.tls),
    trustedProxies: settings.console.trustedProxies,
    consoleUrl: settings.console.publicUrl,
    publicUrl: settings.publicUrl,
    allowedHosts: allowedHosts(settings.console.publicUrl, settings.console.listen.port),
    admits: (address) => consoleNetworks(core.settings)?.has(address) ?? true,
    organization: (address) => sitesOf(core.settings).of(address ?? null).setting.name,
    language: () => core.settings.organization.language,
    timeZone: () => core.settings.organization.timeZone,
    mailsLinks: () => core.settings.console.mailedLinks,
    showsCaptured: () => core.settings.delivery.nextHop.kind === 'capture',
    metrics: () => metrics.read(),
    metricsAccess: () => metricsAccess(core.settings),
    status: () => core.readiness.report(),
    web: await readConsoleWeb(core.options.webFolder),
  });
  const { port } = await server.listen(settings.console.listen);
  const sweep = new RepeatingTask({
    name: 'forget ended staff sessions and links',
    everyMs: SWEEP_EVERY_MS,
    task: () => database.commit(staff.sweep()),
    log,
  });
  const expiry = new RepeatingTask({
    name: 'end changes that nobody approved',
    everyMs: SWEEP_EVERY_MS,
    task: () => expireProposals(administration),
    log,
  });
  sweep.start();
  expiry.start();
  return {
    port,
    reloadTls: server.reloadTls,
    async close(graceMs: number) {
      await Promise.all([sweep.stop(), expiry.stop()]);
      await server.close(graceMs);
    },
  };
}
