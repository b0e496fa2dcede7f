/** The recipients' site, connected; what it commits wakes delivery. */
import { MINUTE_MS } from '#src/base/clock.ts';
import type { Settings } from '#src/config/settings.ts';
import { createPortal, type Portal } from '#src/portal/portal.ts';

import type { Core } from './core.ts';
import { mailSite } from './part-settings.ts';
import { portalMailer, portalSettings, replyTools, threadOf } from './portal-parts.ts';
import { RepeatingTask } from './repeating-task.ts';
import { readTlsPair } from './tls-files.ts';
import { wakingDatabase } from './waking-database.ts';
import { readWebApp } from './web-app.ts';

const SWEEP_EVERY_MS = 5 * MINUTE_MS;

export async function startPortal(core: Core) {
  const { options, settings, clock, random, log, steps, objects, keys, audit, sealer } = core;
  const tls = await readTlsPair(settings.portal.tls);
  const portal: Portal = await createPortal({
    database: wakingDatabase(core),
    objects,
    keys,
    clock,
    random,
    log,
    steps,
    audit,
    mailer: portalMailer(sealer),
    mailSite: mailSite(settings),
    threadOf: (messageId, recipientId) => threadOf(core.database, keys, messageId, recipientId),
    replies: replyTools(core),
    settings: portalSettings(settings, tls, options.version),
    web: await readWebApp(options.webFolder),
    readiness: readinessChecks(core),
    unprotected: () => unprotectedMode(core.settings),
  });
  const { port } = await portal.listen(settings.portal.listen);
  const sweep = new RepeatingTask({
    name: 'forget ended sessions and codes',
    everyMs: SWEEP_EVERY_MS,
    task: () => core.database.commit(portal.sweep()),
    log,
  });
  sweep.start();
  return {
    portal,
    port,
    async close() {
      await sweep.stop();
      await portal.close();
    },
  };
}

/** Anybody may ask, so it names no author. */
function unprotectedMode({ organization }: Settings): string | null {
  if (organization.mode === 'observe') return 'observe: nothing is protected';
  return organization.observe.length > 0 ? 'observe: mail of some authors is not protected' : null;
}

const STUCK_AFTER_MS = 30 * MINUTE_MS;

function readinessChecks({ database, objects, clock, settings }: Core) {
  return [
    {
      name: 'database',
      check: async () =>
        (await database.query.selectFrom('messages').select('id').limit(1).execute()).length <= 1,
    },
    { name: 'disk', check: async () => (await objects.freeBytes()) >= settings.limits.lowDiskBytes },
    {
      name: 'queue',
      async check() {
        const stuck = await database.query
          .selectFrom('deliveries')
          .select('id')
          .where('state', '=', 'queued')
          .where('nextAttemptAt', '<', clock.now() - STUCK_AFTER_MS)
          .limit(1)
          .executeTakeFirst();
        return stuck === undefined;
      },
    },
  ];
}
