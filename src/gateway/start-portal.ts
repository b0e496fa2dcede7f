/** The recipients' site, connected; what it commits wakes delivery. */
import { MINUTE_MS } from '#src/base/clock.ts';
import type { ReadinessNames } from '#src/portal/portal-dependencies.ts';
import { createPortal, type Portal } from '#src/portal/portal.ts';
import { sendWaiting } from '#src/replies/send-waiting.ts';

import type { Core } from './core.ts';
import {
  portalMailer,
  portalSettings,
  portalSites,
  replyTools,
  suspectMailSettings,
  threadOf,
} from './portal-parts.ts';
import type { Finding } from './readiness.ts';
import { RepeatingTask } from './repeating-task.ts';
import { readTlsPair } from './tls-files.ts';
import { wakingDatabase } from './waking-database.ts';
import { readWebApp } from './web-app.ts';

const SWEEP_EVERY_MS = 5 * MINUTE_MS;
const WAITING_EVERY_MS = MINUTE_MS;

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
    sites: portalSites(core),
    threadOf: (messageId, recipientId) => threadOf(core.database, keys, messageId, recipientId),
    suspectMail: () => suspectMailSettings(core.settings),
    replies: replyTools(core),
    settings: portalSettings(settings, tls, options.version),
    web: await readWebApp(options.webFolder),
    readiness: () => namesOfFindings(core),
  });
  const { port } = await portal.listen(settings.portal.listen);
  const sweep = new RepeatingTask({
    name: 'forget ended sessions and codes',
    everyMs: SWEEP_EVERY_MS,
    task: () => core.database.commit(portal.sweep()),
    log,
  });
  sweep.start();
  const sendWaitingReplies = () => sendWaiting(replyTools(core));
  const waiting = new RepeatingTask({
    name: 'send answers that wait for the virus check',
    everyMs: WAITING_EVERY_MS,
    task: sendWaitingReplies,
    log,
  });
  waiting.start();
  return {
    portal,
    port,
    /** Tries now what waits for the virus check. */
    sendWaitingReplies,
    async close() {
      await waiting.stop();
      await sweep.stop();
      await portal.close();
    },
  };
}

/** Anybody may ask: the names tell no more than that something is to be looked at. */
async function namesOfFindings({ readiness }: Core): Promise<ReadinessNames> {
  const { failing, warnings } = await readiness.report();
  const names = (findings: readonly Finding[]): readonly string[] => [
    ...new Set(findings.map(({ name }) => name)),
  ];
  return { failing: names(failing), warnings: names(warnings) };
}
