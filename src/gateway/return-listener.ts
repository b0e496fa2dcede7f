/** The listener for mail that comes back, where one is configured: settings translated, limits set, SMTP connected. */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import type { Settings } from '#src/config/settings.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { AuthorReports } from '#src/returns/record-report.ts';
import { MAX_RETURNED_BYTES, MAX_RETURNED_RECIPIENTS, Returns } from '#src/returns/returns.ts';
import type { SmtpLimits } from '#src/smtp/server/smtp-limits.ts';
import { createSmtpServer, type SmtpListener } from '#src/smtp/server/smtp-server.ts';
import type { Database } from '#src/storage/database.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

import { mainDomain } from './part-settings.ts';
import { recordInbound } from '#src/partners/channel-record.ts';
import { readTlsPair } from './tls-files.ts';

/** Anybody may connect: fewer sessions than for our own servers, and less patience with bad commands. */
const LIMITS: Partial<SmtpLimits> = { connections: 200, connectionsPerAddress: 20, badCommands: 10 };

/** What the gateway's parts share; `settings` is read anew with each mail. */
export interface ReturnListenerCore {
  readonly settings: Settings;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly steps: Steps;
  readonly onQueued: () => void;
}

export interface ReturnListener {
  /** Null where none is configured. */
  readonly port: number | null;
  /** Takes a new certificate; throws where it can't be used. */
  reload(settings: Settings): Promise<void>;
  close(graceMs: number): Promise<void>;
}

const NONE: ReturnListener = { port: null, reload: async () => {}, close: async () => {} };

export async function startReturnListener(
  core: ReturnListenerCore,
  reports: AuthorReports,
): Promise<ReturnListener> {
  const { listen, tls } = core.settings.returns;
  if (listen === null) return NONE;
  const { database, objects, keys, audit, clock, random, log, steps } = core;
  const handler = new Returns({
    settings: () => returnsSettings(core.settings),
    database,
    objects,
    keys,
    audit,
    reports,
    clock,
    random,
    log,
    steps,
    recordInbound: (domain, tls) => recordInbound(database.query, domain, clock.now(), tls),
    onQueued: () => core.onQueued(),
  });
  const listener: SmtpListener = createSmtpServer({
    hostname: core.settings.smtp.hostname,
    tls: await readTlsPair(tls),
    maxMessageBytes: MAX_RETURNED_BYTES,
    maxRecipients: MAX_RETURNED_RECIPIENTS,
    limits: LIMITS,
    handler,
    log,
    clock,
  });
  const host = listen.host === 'localhost' ? '127.0.0.1' : listen.host;
  const { port } = await listener.listen({ host, port: listen.port });
  return {
    port,
    async reload(settings) {
      const pair = await readTlsPair(settings.returns.tls);
      if (pair !== undefined && tls !== null) listener.reload(pair);
    },
    close: (graceMs) => listener.close({ graceMs }),
  };
}

function returnsSettings(settings: Settings) {
  return {
    bounceDomain: settings.delivery.bounceDomain,
    internalDomains: settings.organization.domains,
    hostname: settings.smtp.hostname,
    mainDomain: mainDomain(settings),
    lowDiskBytes: settings.limits.lowDiskBytes,
  };
}
