/**
 * The composition root: the only file that knows every part. It opens what the parts need, connects them, and closes
 * them in the order in which nothing is lost. It decides nothing itself.
 */
import { join } from 'node:path';

import { Acceptance } from '#src/acceptance/acceptance.ts';
import { ChannelFallback } from '#src/acceptance/channel-fallback.ts';
import { Holds } from '#src/acceptance/release-hold.ts';
import { AuditLog } from '#src/audit/audit-log.ts';
import { MINUTE_MS, SECOND_MS, systemClock, type Clock } from '#src/base/clock.ts';
import { systemRandom, type RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { noSteps, type Steps } from '#src/base/steps.ts';
import type { Settings } from '#src/config/settings.ts';
import { createConsole } from '#src/console/console.ts';
import { createMetrics } from '#src/console/metrics.ts';
import { attemptDelivery } from '#src/delivery/attempt.ts';
import { CapturedMails } from '#src/delivery/captured-mails.ts';
import { Deliverer } from '#src/delivery/deliverer.ts';
import { FailureReports } from '#src/delivery/failure-reports.ts';
import { keepHouse } from '#src/delivery/housekeeping.ts';
import { signatureOf } from '#src/delivery/mail-signature.ts';
import { OutgoingContent } from '#src/delivery/outgoing-content.ts';
import { recordOutcome } from '#src/delivery/record-outcome.ts';
import { mailSigning } from '#src/gateway/mail-signing.ts';
import {
  acceptanceSettings,
  allowedHosts,
  mailSite,
  mainDomain,
  routesOf,
} from '#src/gateway/part-settings.ts';
import { portalMailer, portalSettings, threadOf } from '#src/gateway/portal-parts.ts';
import { RepeatingTask } from '#src/gateway/repeating-task.ts';
import { startReturnListener, type ReturnListener } from '#src/gateway/return-listener.ts';
import { readTlsPair } from '#src/gateway/tls-files.ts';
import { Channels } from '#src/gateway/verified-channels.ts';
import { readWebApp } from '#src/gateway/web-app.ts';
import type { HttpServer } from '#src/http/http-server.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { createPortal, type Portal } from '#src/portal/portal.ts';
import { DeliveryQueue } from '#src/queue/delivery-queue.ts';
import { FreshContent } from '#src/queue/fresh-content.ts';
import { leaseOwnerOfThisProcess } from '#src/queue/lease.ts';
import { WrittenMailSealer } from '#src/queue/written-mails.ts';
import { SmtpClientPool } from '#src/smtp/client/pool.ts';
import { createSmtpServer, type SmtpListener } from '#src/smtp/server/smtp-server.ts';
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';
import type { Database } from '#src/storage/database.ts';
import { openFileObjectStore } from '#src/storage/object-store.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import { openDatabase } from '#src/storage/open-database.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly version: string;
  /** Folder of the built browser code. */
  readonly webFolder: string;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly steps?: Steps;
}

export interface Gateway {
  readonly smtpPort: number;
  /** Null where no listener for returned mail is configured. */
  readonly returnsPort: number | null;
  readonly portalPort: number;
  readonly consolePort: number;
  /** Takes new settings and certificates; throws where they can't be used, and the old ones stay in force. */
  reload(settings: Settings): Promise<void>;
  /** Finishes what is under way within `graceMs`; the rest stays queued. */
  close(graceMs: number): Promise<void>;
}

const ROLES = new Set(['receive', 'deliver', 'portal'] as const);
const HOLDS_EVERY_MS = SECOND_MS;
const HOUSEKEEPING_EVERY_MS = 5 * MINUTE_MS;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const core = await openCore(options);
  const parts: Closable[] = [];
  try {
    const delivery = startDelivery(core);
    parts.push(delivery);
    const holds = startHolds(core);
    parts.push(holds);
    const portal = await startPortal(core);
    parts.push(portal);
    const console = await startConsole(core, holds.holds, delivery.captured);
    parts.push(console);
    const returns = await startReturnListener(core, delivery.reports);
    parts.push(returns);
    const smtp = await startReceiving(core);
    parts.push(smtp);
    await core.audit.record({ event: 'gateway-started', facts: { version: options.version } });
    return {
      smtpPort: smtp.port,
      returnsPort: returns.port,
      portalPort: portal.port,
      consolePort: console.port,
      reload: (settings) => reload(core, settings, { smtp: smtp.listener, returns, portal: portal.portal }),
      close: (graceMs) => closeAll(core, parts, graceMs),
    };
  } catch (error) {
    await closeAll(core, parts, 0);
    throw error;
  }
}

/** What several parts share. */
interface Core {
  settings: Settings;
  readonly options: GatewayOptions;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly steps: Steps;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly channels: Channels;
  readonly fresh: FreshContent;
  /** Wakes the deliverer; set when it starts. */
  onQueued: () => void;
}

interface Closable {
  close(graceMs: number): Promise<void>;
}

async function openCore(options: GatewayOptions): Promise<Core> {
  const { settings, log } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const database = await openDatabase({ setting: settings.storage.database, dataDir: settings.dataDir, log });
  try {
    const keys = await openFileKeyProvider({
      keysDir: settings.keysDir,
      dataDir: settings.dataDir,
      roles: ROLES,
      clock,
      log,
      random,
      expectExisting: await hasMessages(database),
    });
    // A key that is configured and can't be used stops the start.
    mailSigning(settings);
    const objects = await openFileObjectStore({ folder: join(settings.dataDir, 'objects'), log });
    const fresh = new FreshContent(clock);
    const core: Core = {
      settings,
      options,
      log,
      clock,
      random,
      steps: options.steps ?? noSteps,
      database,
      objects,
      keys,
      audit: new AuditLog({ database, clock, random }),
      channels: new Channels({ clock, log }),
      sealer: new WrittenMailSealer({
        database,
        objects,
        keys,
        clock,
        random,
        fresh,
        internalDomains: () => core.settings.organization.domains,
      }),
      fresh,
      onQueued: () => {},
    };
    return core;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Messages were sealed with keys: then a missing key folder is a loss to be mended, not a first start. */
async function hasMessages({ query }: Database): Promise<boolean> {
  return (await query.selectFrom('messages').select('id').limit(1).executeTakeFirst()) !== undefined;
}

function startDelivery(core: Core) {
  const { database, objects, keys, clock, log, audit, sealer, steps } = core;
  const queue = new DeliveryQueue({ database, clock, owner: leaseOwnerOfThisProcess(clock.now()) });
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
  const reportSettings = () => ({
    site: mailSite(core.settings),
    hostname: core.settings.smtp.hostname,
    mainDomain: mainDomain(core.settings),
  });
  const reports = new FailureReports({ database, sealer, content, clock, settings: reportSettings });
  const leaseHolds = queue.leaseCoversFinalDot.bind(queue);
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
  const deliverer = new Deliverer({
    queue,
    attempt: (row) =>
      attemptDelivery(row, {
        keys,
        content,
        captured,
        pool,
        sign: (mail, delivery) => signatureOf(mail, delivery, mailSigning(core.settings), clock.now()),
        routes: currentRoutes,
        channels: () => core.channels.of(core.settings),
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
        fallbackAfterMs: () => core.settings.delivery.partnerFallbackMinutes * MINUTE_MS,
        onQueued: () => core.onQueued(),
      }),
    clock,
    log,
  });
  core.onQueued = () => deliverer.nudge();
  const house = new RepeatingTask({
    name: 'housekeeping',
    everyMs: HOUSEKEEPING_EVERY_MS,
    task: () => keepHouse({ database, objects, keys, audit, clock, log }),
    log,
  });
  void queue
    .endDeadLeases()
    .catch((error: unknown) => log.warn('leases of dead processes end by themselves', { error }));
  deliverer.start();
  house.start();
  return {
    captured,
    reports,
    async close(graceMs: number): Promise<void> {
      await house.stop();
      await deliverer.stop(graceMs);
      await pool.close();
    },
  };
}

function startHolds(core: Core) {
  const { database, objects, keys, audit, sealer, clock, random, log } = core;
  const holds = new Holds({
    settings: () => acceptanceSettings(core.settings),
    database,
    objects,
    keys,
    audit,
    sealer,
    clock,
    random,
    log,
    onQueued: () => core.onQueued(),
  });
  const timer = new RepeatingTask({
    name: 'holds',
    everyMs: HOLDS_EVERY_MS,
    task: () => holds.endDue(),
    log,
  });
  timer.start();
  return { holds, close: () => timer.stop() };
}

async function startPortal(core: Core) {
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
    threadOf: (messageId) => threadOf(core.database, keys, messageId),
    settings: portalSettings(settings, tls, options.version),
    web: await readWebApp(options.webFolder),
    readiness: readinessChecks(core),
  });
  const { port } = await portal.listen(settings.portal.listen);
  const sweep = new RepeatingTask({
    name: 'forget ended sessions and codes',
    everyMs: HOUSEKEEPING_EVERY_MS,
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

/** What the portal commits may queue a mail; then delivery is due at once. */
function wakingDatabase(core: Core): Database {
  return {
    ...core.database,
    query: core.database.query,
    async commit(statements) {
      const results = await core.database.commit(statements);
      core.onQueued();
      return results;
    },
  };
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

async function startConsole(core: Core, holds: Holds, captured: CapturedMails) {
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

const NOT_TRUSTED: SmtpReply = {
  code: 554,
  enhanced: '5.7.1',
  text: 'This server takes mail from its own organisation only',
};

async function startReceiving(core: Core) {
  const { settings, clock, random, log, steps, database, objects, keys, audit, sealer } = core;
  const acceptance = new Acceptance({
    settings: () => acceptanceSettings(core.settings),
    database,
    objects,
    keys,
    audit,
    sealer,
    fresh: core.fresh,
    clock,
    random,
    log,
    steps,
    authenticatesNow: (domain) => core.channels.authenticatesNow(core.settings, domain),
    onQueued: () => core.onQueued(),
  });
  const listener: SmtpListener = createSmtpServer({
    hostname: settings.smtp.hostname,
    tls: await readTlsPair(settings.smtp.tls),
    maxMessageBytes: settings.limits.maxMessageBytes,
    maxRecipients: settings.limits.maxRecipients,
    lineEndings: (address) =>
      new NetworkList(core.settings.smtp.normaliseLineEndings).has(address) ? 'normalise' : 'refuse',
    connection: (address) =>
      new NetworkList(core.settings.smtp.trustedNetworks).has(address) ? null : NOT_TRUSTED,
    handler: acceptance,
    log,
    clock,
  });
  const { host, port: wanted } = settings.smtp.listen;
  const { port } = await listener.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port: wanted });
  return { listener, port, close: (graceMs: number) => listener.close({ graceMs }) };
}

/** Listeners keep their addresses; everything that is asked for anew takes effect with the next message. */
async function reload(
  core: Core,
  settings: Settings,
  listeners: { smtp: SmtpListener; returns: ReturnListener; portal: Portal },
): Promise<void> {
  const smtpTls = await readTlsPair(settings.smtp.tls);
  const portalTls = await readTlsPair(settings.portal.tls);
  routesOf(settings);
  mailSigning(settings);
  await listeners.returns.reload(settings);
  if (smtpTls !== undefined) listeners.smtp.reload(smtpTls);
  if (portalTls !== undefined) listeners.portal.reloadTls(portalTls);
  core.settings = settings;
  await core.audit.record({ event: 'configuration-reloaded' });
}

/** The newest part first: nothing new comes in while the rest is finished. */
async function closeAll(core: Core, parts: readonly Closable[], graceMs: number): Promise<void> {
  for (const part of parts.toReversed()) {
    try {
      await part.close(graceMs);
    } catch (error) {
      core.log.warn('a part did not close cleanly', { error });
    }
  }
  await core.database.close();
}
