/** Delivery, connected: the queue, where mail goes, what is recorded of it, and the housekeeping behind it. */
import { ChannelFallback } from '#src/acceptance/channel-fallback.ts';
import { MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { attemptDelivery } from '#src/delivery/attempt.ts';
import { CapturedMails } from '#src/delivery/captured-mails.ts';
import { Claiming } from '#src/delivery/claiming.ts';
import { ClockWatch } from '#src/delivery/clock-watch.ts';
import { Deliverer } from '#src/delivery/deliverer.ts';
import { FailureReports } from '#src/delivery/failure-reports.ts';
import { keepHouse } from '#src/delivery/housekeeping.ts';
import { signatureOf } from '#src/delivery/mail-signature.ts';
import { OutgoingContent } from '#src/delivery/outgoing-content.ts';
import { recordOutcome } from '#src/delivery/record-outcome.ts';
import { tellOfWaiting } from '#src/delivery/waiting-reports.ts';
import { recordVerifiedDelivery } from '#src/partners/channel-record.ts';
import { destinationOf } from '#src/delivery/route.ts';
import { endDeadLeases } from '#src/queue/crashed-leases.ts';
import { DeliveryQueue, type DeliveryRow } from '#src/queue/delivery-queue.ts';
import { WaitingDomains } from '#src/queue/waiting-domains.ts';
import { SmtpClientPool } from '#src/smtp/client/pool.ts';

import type { Core } from './core.ts';
import { mailSigning } from './mail-signing.ts';
import { acceptanceSettings, reportSettings, routesOf } from './part-settings.ts';
import { deliveryChecks } from './readiness-checks.ts';
import { RepeatingTask } from './repeating-task.ts';
import { startTlsReports } from './start-tls-reports.ts';

const POOL_GRACE_MS = SECOND_MS;
const HOUSEKEEPING_EVERY_MS = 5 * MINUTE_MS;

export async function startDelivery(core: Core) {
  const { database, objects, keys, clock, log, audit, sealer, steps } = core;
  const { leaseOwner: owner } = core;
  const queue = new DeliveryQueue({ database, clock, owner });
  const waiting = new WaitingDomains({ database, clock, owner });
  const content = new OutgoingContent({ database, objects, keys, fresh: core.fresh });
  const captured = new CapturedMails({ database, keys, clock });
  const pool = new SmtpClientPool({ helloName: core.settings.smtp.hostname, log, clock });
  let routes = routesOf(core.settings);
  let routesFrom = core.settings;
  const currentRoutes = () => {
    if (routesFrom !== core.settings) {
      routes = routesOf(core.settings);
      routesFrom = core.settings;
    }
    return routes;
  };
  const goesTo = (delivery: DeliveryRow) =>
    destinationOf(currentRoutes(), delivery, core.channels.of(core.settings).settingOf);
  const reports = new FailureReports({
    database,
    sealer,
    content,
    clock,
    settings: () => reportSettings(core.settings),
  });
  const { outbound } = core;
  await outbound.refresh();
  core.readiness.register(...deliveryChecks(core));
  const isStopped = (route: 'internal' | 'outside'): boolean => route === 'outside' && outbound.isStopped;
  // What was under way when outgoing mail was stopped ends before its final dot.
  const leaseHolds = (row: DeliveryRow): boolean => queue.leaseCoversFinalDot(row) && !isStopped(row.route);
  const fallback = new ChannelFallback({
    settings: () => acceptanceSettings(core.settings),
    database,
    objects,
    keys,
    sealer,
    clock,
    random: core.random,
    audit,
  });
  const tlsReports = startTlsReports(core);
  const { destinations } = core;
  const claiming = new Claiming({ queue, waiting, destinations, destinationOf: goesTo, isStopped, clock });
  const deliverer = new Deliverer({
    queue,
    claiming,
    attempt: (row) =>
      attemptDelivery(row, {
        keys,
        content,
        captured,
        pool,
        sign: (mail, delivery) => signatureOf(mail, delivery, mailSigning(core.settings), clock.now()),
        routes: currentRoutes,
        channels: () => core.channels.of(core.settings),
        onTlsSession: tlsReports.onSession,
        onTried: (domain, address, reached) => core.outsidePort.note(domain, address, reached),
        knownFailure: (delivery) =>
          goesTo(delivery) === null ? null : core.destinations.failureOf(delivery.domain),
        steps,
        leaseHolds,
      }),
    record: (row, outcome) =>
      recordOutcome(row, outcome, {
        database,
        queue,
        audit,
        reports,
        content,
        clock,
        log,
        steps,
        fallback,
        recordVerified: (domain, tls) => recordVerifiedDelivery(database.query, domain, clock.now(), tls),
        fallbackAfterMs: () => core.settings.delivery.partnerFallbackMinutes * MINUTE_MS,
        onQueued: () => core.onQueued(),
      }),
    clock,
    log,
  });
  core.onQueued = () => deliverer.nudge();
  core.forgetContent = (messageId) => {
    core.fresh.drop(messageId);
    content.forget(messageId);
  };
  const watch = new ClockWatch({ database, audit, clock, log });
  const house = new RepeatingTask({
    name: 'housekeeping',
    everyMs: HOUSEKEEPING_EVERY_MS,
    task: () =>
      keepHouse({ database, objects, keys, audit, clock, log, mayDestroy: () => watch.mayDestroy() }),
    log,
  });
  const endDead = () => endDeadLeases({ database, audit, clock, log, owner });
  const leases = new RepeatingTask({
    name: 'leases of processes that died',
    everyMs: MINUTE_MS,
    task: endDead,
    log,
  });
  // Before anything is claimed: what killed its process is known as such, and nothing waits for its lease.
  await endDead().catch((error: unknown) =>
    log.warn('leases of dead processes end by themselves', { error }),
  );
  const outboundWatch = new RepeatingTask({
    name: 'outgoing mail stopped or not',
    everyMs: SECOND_MS,
    task: async () => {
      const { isStopped: before } = outbound;
      await outbound.refresh();
      if (before && !outbound.isStopped) deliverer.nudge();
    },
    log,
  });
  const delays = new RepeatingTask({
    name: 'tell of what waits',
    everyMs: 10 * SECOND_MS,
    task: () =>
      tellOfWaiting({
        database,
        audit,
        reports,
        clock,
        outboundIsStopped: () => outbound.isStopped,
        onQueued: () => core.onQueued(),
      }),
    log,
  });
  deliverer.start();
  const tasks = [house, leases, outboundWatch, delays];
  for (const task of tasks) task.start();
  return {
    captured,
    reports,
    async close(graceMs: number): Promise<void> {
      await Promise.all(tasks.map((task) => task.stop()));
      await deliverer.stop(graceMs);
      await tlsReports.close();
      // A next hop that never answers keeps its connection; the deliveries on it are tried again at the next start.
      await Promise.race([pool.close(), pause(POOL_GRACE_MS)]);
      await queue.leaveLeases();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
