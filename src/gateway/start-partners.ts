/** The partner directory, connected: the managed list is read again and again, and the watch takes its turns. */
import { MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderPartnerReport } from '#src/notification/partner-report.ts';
import { directoryEntries, type DirectoryEntry } from '#src/partners/directory.ts';
import { PartnerWatch } from '#src/partners/partner-watch.ts';
import type { PartnerWarning } from '#src/partners/warnings.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { WrittenMailStatements } from '#src/queue/written-mails.ts';
import { probeHop } from '#src/smtp/client/probe.ts';

import type { Core } from './core.ts';
import { mailSite, mainDomain } from './part-settings.ts';
import { partnerChecks } from './readiness-checks.ts';
import { RepeatingTask } from './repeating-task.ts';

/** Another process, or the command line without a gateway, may have changed the list. */
const LIST_EVERY_MS = 10 * SECOND_MS;
const WATCH_EVERY_MS = 5 * MINUTE_MS;

export function startPartners(core: Core) {
  const { log, partners } = core;
  const watch = partnerWatchOf(core);
  core.readiness.register(...partnerChecks(core, () => partnerEntries(core).map(({ domain }) => domain)));
  const tasks = [
    new RepeatingTask({
      name: 'partner list',
      everyMs: LIST_EVERY_MS,
      task: () => partners.refresh(),
      log,
    }),
    new RepeatingTask({ name: 'partner watch', everyMs: WATCH_EVERY_MS, task: () => watch.turn(), log }),
  ];
  for (const task of tasks) task.start();
  return {
    async close(graceMs: number): Promise<void> {
      const stopped = Promise.all(tasks.map((task) => task.stop()));
      // A server that never answers keeps a probe for half a minute; what it would have found is found next time.
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    },
  };
}

/** File and managed list together. */
export function partnerEntries(core: Core): readonly DirectoryEntry[] {
  return directoryEntries(core.settings.partners, core.partners.snapshot);
}

const watches = new WeakMap<Core, PartnerWatch>();

/** One for each gateway: the command line asks the same one. */
export function partnerWatchOf(core: Core): PartnerWatch {
  const watch = watches.get(core) ?? makeWatch(core);
  watches.set(core, watch);
  return watch;
}

function makeWatch(core: Core): PartnerWatch {
  const { audit, clock, database, log } = core;
  return new PartnerWatch({
    audit,
    clock,
    database,
    log,
    entries: () => partnerEntries(core),
    isInternal: (domain) => isInternalDomain(domain, core.settings.organization.domains),
    probeHours: () => core.settings.delivery.probeHours,
    probeTools: () => {
      const { routing, ca } = core.channels.of(core.settings);
      return {
        routing,
        ca,
        mtaSts: core.channels.policiesOf(core.settings),
        clock,
        probeHop: (hop) => probeHop(hop, core.settings.smtp.hostname),
      };
    },
    tell: (warnings) => sealReport(core, warnings),
    onQueued: () => core.onQueued(),
  });
}

function sealReport(core: Core, warnings: readonly PartnerWarning[]): Promise<WrittenMailStatements> {
  const { settings, clock, random, sealer } = core;
  const { securityOfficer, serviceAddress } = settings.organization;
  const mail = renderPartnerReport(mailSite(settings), {
    messageIdField: newMessageIdField(mainDomain(settings), random),
    dateMs: clock.now(),
    to: securityOfficer ?? serviceAddress,
    consoleUrl: settings.console.publicUrl,
    items: warnings.map(({ domain, kind, why, until }) => ({ domain, kind, why, untilMs: until })),
  });
  return sealer.seal([{ kind: 'partner-report', mail, recipientId: null, reversePath: '' }], null);
}
