/** The SMTP listeners for submitting servers, connected to acceptance. */
import { Acceptance } from '#src/acceptance/acceptance.ts';
import { FailedContent } from '#src/acceptance/failed-content.ts';
import { RefusalAudit } from '#src/acceptance/refusal-audit.ts';
import { SubmitterSignIn, submitterHashKeys } from '#src/acceptance/submitter-sign-in.ts';
import { PasswordHasher } from '#src/accounts/passwords.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { NetworkList } from '#src/base/network-list.ts';
import type { ListenAddress, Settings } from '#src/config/settings.ts';
import { isDeadOnThisHost } from '#src/queue/lease.ts';
import { createSmtpServer, type SmtpListener, type SmtpServerTls } from '#src/smtp/server/smtp-server.ts';
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';

import type { Core } from './core.ts';
import { oncePerSettings } from './once-per-settings.ts';
import { currentAcceptanceSettings } from './partner-directory.ts';
import { clientAnchors, submittersOf } from './submitters.ts';
import { readTlsPair } from './tls-files.ts';

const NOT_TRUSTED: SmtpReply = {
  code: 554,
  enhanced: '5.7.1',
  text: 'This server takes mail from its own organisation only',
};

export interface Receiving {
  readonly port: number;
  /** Null where TLS from the first octet is not configured. */
  readonly tlsPort: number | null;
  /** Reads what new settings name; throws where it can't be used, and changes nothing then. `apply` puts it in force. */
  prepare(settings: Settings): Promise<{ apply(): void }>;
  close(graceMs: number): Promise<void>;
}

export async function startReceiving(core: Core): Promise<Receiving> {
  const { smtp } = core.settings;
  const tls = await readSmtpTls(core.settings);
  const failedContent = openFailedContent(core);
  const makeListener = listenerMaker(core, tls, failedContent);
  const plain = makeListener(false);
  const implicit = smtp.listenTls === null ? null : makeListener(true);
  const listeners = implicit === null ? [plain] : [plain, implicit];
  const port = await listen(plain, smtp.listen);
  const tlsPort =
    implicit === null || smtp.listenTls === null ? null : await listen(implicit, smtp.listenTls);
  return {
    port,
    tlsPort,
    async prepare(settings) {
      submittersOf(settings);
      const tls = await readSmtpTls(settings);
      return {
        apply() {
          if (tls !== undefined) for (const listener of listeners) listener.reload(tls);
        },
      };
    },
    async close(graceMs) {
      await Promise.all(listeners.map((listener) => listener.close({ graceMs })));
      failedContent.close();
    },
  };
}

function openFailedContent({ clock, keys, leaseOwner, log, settings }: Core): FailedContent {
  const failedContent = new FailedContent({
    dataDir: settings.dataDir,
    keys,
    owner: leaseOwner.name,
    isDead: (owner) => isDeadOnThisHost(owner, leaseOwner),
    clock,
    log,
  });
  failedContent.open();
  return failedContent;
}

/** Both listeners share one acceptance and one count of wrong passwords. */
function listenerMaker(
  core: Core,
  tls: SmtpServerTls | undefined,
  failedContent: FailedContent,
): (implicitTls: boolean) => SmtpListener {
  const { settings, clock, random, log, database, keys, audit } = core;
  const refusals = new RefusalAudit({ audit, clock, log });
  const handler = makeAcceptance(core, refusals, failedContent);
  const authenticator = new SubmitterSignIn({
    submitters: () => submittersOf(core.settings),
    hasher: new PasswordHasher(submitterHashKeys(keys), random),
    throttle: new Throttle({ database, keys, clock }),
    database,
    keys,
    refusals,
    clock,
  });
  return (implicitTls) =>
    createSmtpServer({
      hostname: settings.smtp.hostname,
      tls,
      implicitTls,
      maxMessageBytes: settings.limits.maxMessageBytes,
      maxRecipients: settings.limits.maxRecipients,
      offersRequireTls: true,
      authenticator,
      requiresTls: (address) => !networks(core.settings).plaintext.has(address),
      isProxy: (address) => networks(core.settings).proxies.has(address),
      lineEndings: (address) => (networks(core.settings).normalised.has(address) ? 'normalise' : 'refuse'),
      connection: (address) => (submittersOf(core.settings).mayConnect(address) ? null : NOT_TRUSTED),
      handler,
      log,
      clock,
    });
}

function makeAcceptance(core: Core, refusals: RefusalAudit, failedContent: FailedContent): Acceptance {
  const { clock, random, log, steps, database, objects, keys, audit, sealer } = core;
  return new Acceptance({
    settings: () => currentAcceptanceSettings(core),
    database,
    objects,
    keys,
    audit,
    refusals,
    failedContent,
    sealer,
    fresh: core.fresh,
    clock,
    random,
    log,
    steps,
    authenticatesNow: (domain) => core.channels.authenticatesNow(core.settings, domain),
    onQueued: () => core.onQueued(),
  });
}

const networks = oncePerSettings(({ smtp }: Settings) => ({
  plaintext: new NetworkList(smtp.plaintextNetworks),
  proxies: new NetworkList(smtp.proxies),
  normalised: new NetworkList(smtp.normaliseLineEndings),
}));

async function readSmtpTls(settings: Settings): Promise<SmtpServerTls | undefined> {
  const pair = await readTlsPair(settings.smtp.tls);
  const anchors = clientAnchors(settings);
  if (pair === undefined) return undefined;
  return anchors === null ? pair : { ...pair, clientAnchors: anchors };
}

async function listen(listener: SmtpListener, { host, port }: ListenAddress): Promise<number> {
  const bound = await listener.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
  return bound.port;
}
