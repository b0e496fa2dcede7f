/** The staff listener, connected. */
import type { Holds } from '#src/acceptance/release-hold.ts';
import { createConsole } from '#src/console/console.ts';
import { createMetrics } from '#src/console/metrics.ts';
import type { CapturedMails } from '#src/delivery/captured-mails.ts';
import type { HttpServer } from '#src/http/http-server.ts';

import type { Core } from './core.ts';
import { allowedHosts } from './part-settings.ts';

export async function startConsole(core: Core, holds: Holds, captured: CapturedMails) {
  const { settings, log, keys, database } = core;
  const metrics = createMetrics(database);
  const server: HttpServer = await createConsole({
    database,
    keys,
    holds,
    captured,
    log,
    consoleUrl: settings.console.publicUrl,
    publicUrl: settings.publicUrl,
    allowedHosts: allowedHosts(settings.console.publicUrl, settings.console.listen.port),
    organization: () => core.settings.organization.name,
    language: () => core.settings.organization.language,
    showsCaptured: () => core.settings.delivery.nextHop.kind === 'capture',
    metrics: () => metrics.read(),
  });
  const { port } = await server.listen(settings.console.listen);
  return { port, close: (graceMs: number) => server.close(graceMs) };
}
