/** `sendsecure serve`: runs the gateway until it is told to stop. SIGTERM and SIGINT stop it, SIGHUP reloads. */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';

import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { Settings } from '#src/config/settings.ts';
import { startGateway, type Gateway } from '#src/main.ts';

import { buildWeb } from '../../web/build.ts';
import { banner } from './banner.ts';
import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { webFolder } from './paths.ts';
import { createPinoLog } from './pino-log.ts';
import { readSettings } from './read-settings.ts';
import { version } from './version.ts';

const GRACE_MS = 25_000;
/** Nothing may keep a stopping process longer than this. */
const LAST_MOMENT_MS = 29_000;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the gateway: SMTP, delivery, the recipients’ site and the staff pages.',
  help:
    'sendsecure serve [--config FILE]\n\nWithout a file it runs a trial: data in ./data, keys in ./keys, mail kept in /captured.\n' +
    'SIGTERM: stops within 30 seconds. SIGHUP: reads configuration and certificates again; bad ones leave the old in force.',
  async run(args) {
    const { values } = parseServeArgs(args);
    const settings = await readSettings(values.config);
    const log = createPinoLog(settings.log.level);
    await buildWeb({ outDir: webFolder });
    const gateway = await start(settings, log);
    const findings = await gateway.findings();
    process.stdout.write(banner(settings, { ...gateway, findings }));
    // A process that is killed would never write it.
    flushCompileCache();
    return untilStopped(gateway, values.config, log);
  },
};

function parseServeArgs(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { config: { type: 'string' } } });
  } catch (error) {
    throw new CommandFailed(
      EXIT.usage,
      `${error instanceof Error ? error.message : ''}\n\n${serveCommand.help}`,
    );
  }
}

async function start(settings: Settings, log: Log): Promise<Gateway> {
  try {
    return await startGateway({ settings, log, version, webFolder });
  } catch (error) {
    throw explain(error, settings);
  }
}

/** The faults of a start that a person can mend, in words; anything else is a fault of ours and keeps its stack. */
function explain(error: unknown, settings: Settings): unknown {
  const message = error instanceof Error ? error.message : '';
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new CommandFailed(EXIT.unavailable, portInUse(error, settings));
    case 'EACCES':
      return new CommandFailed(
        EXIT.noPermission,
        `${message}\nPorts below 1024 need the right to bind them; folders must belong to this user.`,
      );
    case 'EADDRNOTAVAIL':
      return new CommandFailed(
        EXIT.config,
        `${message}\nThis machine has no such address: look at the listen keys in the configuration.`,
      );
    case 'database-in-use':
    case 'database-unavailable':
    case 'database-too-new':
    case 'storage-full':
    case 'dkim-key-missing':
    case 'dkim-key-damaged':
    case 'key-missing':
    case 'key-damaged':
    case 'key-permissions':
    case 'keys-inside-data':
    case 'tls-files':
      return new CommandFailed(EXIT.config, message);
    default:
      return error;
  }
}

function portInUse(error: unknown, settings: Settings): string {
  const port = error instanceof Error && 'port' in error ? Number(error.port) : Number.NaN;
  const listeners = [
    ['smtp', settings.smtp.listen.port],
    ['portal', settings.portal.listen.port],
    ['console', settings.console.listen.port],
  ] as const;
  const [table] = listeners.find(([, wanted]) => wanted === port) ?? ['smtp'];
  return (
    `Port ${port} is in use by another program. Stop it (or another Send Secure that still runs), ` +
    `or give [${table}] listen another port in the configuration.`
  );
}

async function untilStopped(gateway: Gateway, configFile: string | undefined, log: Log): Promise<number> {
  process.on('SIGHUP', () => void reload(gateway, configFile, log));
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  // Started by npm or by an older Node.js that died: nobody would ever stop this process.
  process.once('disconnect', () => resolve('parent gone'));
  const watch = watchParent(() => resolve('parent gone'));
  const signal = await promise;
  clearInterval(watch);
  log.info('stopping', { outcome: signal });
  setTimeout(() => process.exit(EXIT.software), LAST_MOMENT_MS).unref();
  await gateway.close(GRACE_MS);
  log.info('stopped');
  // A connection to a next hop that never answers would keep the process.
  return process.exit(EXIT.ok);
}

const LOOK_AT_PARENT_MS = 1_000;

/** Only under npm: a service manager that starts us directly is never an accident when it goes. */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env['npm_lifecycle_event'] === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, LOOK_AT_PARENT_MS).unref();
}

async function reload(gateway: Gateway, configFile: string | undefined, log: Log): Promise<void> {
  try {
    await gateway.reload(await readSettings(configFile));
    log.info('configuration and certificates were read again');
  } catch (error) {
    log.error('the configuration was not taken; the old one stays in force', { error });
    // A file with a mistake has no code of its own.
    const code = error instanceof CommandFailed ? 'configuration-invalid' : errorCode(error);
    await gateway
      .recordRefusedReload(code)
      .catch((fault: unknown) => log.warn('a refused configuration could not be recorded', { error: fault }));
  }
}
