/** TLS reporting, connected: results are counted while mail leaves, reports go out once a day. */
import { MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { TlsSession } from '#src/delivery/tls-session.ts';
import { sendTlsReports } from '#src/tls-reports/send-reports.ts';
import { TlsResults } from '#src/tls-reports/tls-results.ts';

import type { Core } from './core.ts';
import { mailSite, mainDomain } from './part-settings.ts';
import { RepeatingTask } from './repeating-task.ts';

/** Off unless [delivery] tlsReports; a reload turns it on and off. */
export function startTlsReports(core: Core) {
  const { clock, database, log } = core;
  const results = new TlsResults({ clock, database });
  const task = new RepeatingTask({
    name: 'TLS reports',
    everyMs: MINUTE_MS,
    // What fell due while nothing ran.
    firstAfterMs: SECOND_MS,
    task: async () => {
      await results.flush();
      if (core.settings.delivery.tlsReports) await sendTlsReports(sendingOptions(core));
    },
    log,
  });
  task.start();
  return {
    onSession(session: TlsSession): void {
      if (core.settings.delivery.tlsReports) results.add(session);
    },
    async close(): Promise<void> {
      await task.stop();
      await results
        .flush()
        .catch((error: unknown) => log.warn('counts for TLS reports are lost', { code: errorCode(error) }));
    },
  };
}

function sendingOptions(core: Core) {
  const { audit, clock, database, log, random, sealer, settings } = core;
  const { dns, refused, ca } = core.channels.of(settings);
  return {
    audit,
    clock,
    database,
    log,
    random,
    sealer,
    post: { dns, refused, ca },
    site: mailSite(settings),
    mainDomain: mainDomain(settings),
    onQueued: () => core.onQueued(),
  };
}
