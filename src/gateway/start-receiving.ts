/** The SMTP listener for submitting servers, connected to acceptance. */
import { Acceptance } from '#src/acceptance/acceptance.ts';
import { NetworkList } from '#src/base/network-list.ts';
import { createSmtpServer, type SmtpListener } from '#src/smtp/server/smtp-server.ts';
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';

import type { Core } from './core.ts';
import { currentAcceptanceSettings } from './partner-directory.ts';
import { readTlsPair } from './tls-files.ts';

const NOT_TRUSTED: SmtpReply = {
  code: 554,
  enhanced: '5.7.1',
  text: 'This server takes mail from its own organisation only',
};

export async function startReceiving(core: Core) {
  const { settings, clock, random, log, steps, database, objects, keys, audit, sealer } = core;
  const acceptance = new Acceptance({
    settings: () => currentAcceptanceSettings(core),
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
