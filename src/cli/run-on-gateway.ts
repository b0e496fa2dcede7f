/**
 * Runs a command on the gateway of a data folder: through its control socket where one runs, otherwise here, with the
 * database opened by this process. What the person reads is the same.
 */
import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import type { Static, TSchema } from 'typebox';

import { errorCode } from '#src/base/coded-error.ts';
import { silentLog } from '#src/base/log.ts';
import type { Settings } from '#src/config/settings.ts';
import { askGateway, type ControlQuestion } from '#src/control/control-client.ts';
import { CommandRefused, type ControlCommand, type RefusalKind } from '#src/control/control-command.ts';
import { controlSocketOf } from '#src/control/socket-path.ts';
import { type Core, openCore } from '#src/gateway/core.ts';

import { CommandFailed, EXIT } from './exit-codes.ts';
import { webFolder } from './paths.ts';
import { ProgressBar } from './progress-bar.ts';
import { version } from './version.ts';

/** A gateway that is just starting or stopping holds the database and has no socket. */
const WAIT_FOR_GATEWAY_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** Throws CommandFailed. */
export async function runOnGateway<Request extends TSchema, Answer extends TSchema>(
  settings: Settings,
  command: ControlCommand<Core, Request, Answer>,
  request: Static<Request>,
): Promise<Static<Answer>> {
  const bar = new ProgressBar();
  try {
    const end = performance.now() + WAIT_FOR_GATEWAY_MS;
    for (;;) {
      const asked = await askGateway(command, request, questionTo(settings, bar));
      if (asked !== null) return asked.answer;
      const done = await runHere(settings, command, request, bar, performance.now() >= end);
      if (done !== null) return done.answer;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } catch (error) {
    throw asFailure(error, settings);
  } finally {
    bar.clear();
  }
}

/** Only a gateway that runs can answer; null where none does. Throws CommandFailed. */
export async function askRunningGateway<Request extends TSchema, Answer extends TSchema>(
  settings: Settings,
  command: ControlCommand<Core, Request, Answer>,
  request: Static<Request>,
): Promise<{ readonly answer: Static<Answer> } | null> {
  const bar = new ProgressBar();
  try {
    return await askGateway(command, request, questionTo(settings, bar));
  } catch (error) {
    throw asFailure(error, settings);
  } finally {
    bar.clear();
  }
}

/** For the audit log: who typed the command, also behind sudo. */
export function operatingSystemUser(): string {
  const { username } = userInfo();
  const behindSudo = process.env['SUDO_USER'];
  return behindSudo === undefined || behindSudo === username ? username : `${behindSudo} as ${username}`;
}

function questionTo(settings: Settings, bar: ProgressBar): ControlQuestion {
  return {
    socketPath: controlSocketOf(settings.dataDir),
    actor: operatingSystemUser(),
    onProgress: (done, total) => bar.show(done, total),
  };
}

/** Null where another process has the database. */
async function runHere<Request extends TSchema, Answer extends TSchema>(
  settings: Settings,
  command: ControlCommand<Core, Request, Answer>,
  request: Static<Request>,
  bar: ProgressBar,
  isLastTry: boolean,
): Promise<{ readonly answer: Static<Answer> } | null> {
  refuseWhereNothingIs(settings);
  let core: Core;
  try {
    core = await openCore({ settings, log: silentLog, version, webFolder });
  } catch (error) {
    if (errorCode(error) === 'database-in-use' && !isLastTry) return null;
    throw error;
  }
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    const context = {
      actor: operatingSystemUser(),
      signal: interrupted.signal,
      progress: (done: number, total: number | null) => bar.show(done, total),
    };
    return { answer: await command.run(core, request, context) };
  } finally {
    process.off('SIGINT', interrupt);
    await core.database.close();
  }
}

/** A command must not make a database or keys, nor leave files that the service can't write. */
function refuseWhereNothingIs({ dataDir, keysDir, storage }: Settings): void {
  const database = join(dataDir, 'send-secure.sqlite');
  if (!existsSync(keysDir) || (storage.database === 'sqlite' && !existsSync(database)))
    throw new CommandFailed(
      EXIT.unavailable,
      `There is nothing at ${dataDir} yet. Start the gateway first, or give its configuration with --config.`,
    );
  const owner = statSync(keysDir).uid;
  if (process.getuid !== undefined && process.getuid() !== owner)
    throw new CommandFailed(
      EXIT.noPermission,
      `No gateway runs on ${dataDir}, so this command works on its files; run it as their owner (user id ${owner}), ` +
        `for example with "sudo -u '#${owner}'".`,
    );
}

const EXIT_OF_REFUSAL: Readonly<Record<RefusalKind, number>> = {
  'not-found': EXIT.noInput,
  'not-possible': EXIT.temporary,
  'wrong-use': EXIT.usage,
  unavailable: EXIT.unavailable,
};

function asFailure(error: unknown, { dataDir }: Settings): unknown {
  if (error instanceof CommandRefused) return new CommandFailed(EXIT_OF_REFUSAL[error.kind], error.message);
  const message = error instanceof Error ? error.message : '';
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'key-permissions':
      return new CommandFailed(
        EXIT.noPermission,
        `${message}\nRun this command as the user of the service, or as root while the gateway runs.`,
      );
    case 'control-failed':
    case 'control-protocol':
      return new CommandFailed(
        EXIT.temporary,
        `${message}. The command may have been done: look before you give it again.`,
      );
    case 'database-in-use':
      return new CommandFailed(
        EXIT.unavailable,
        `A process holds the database in ${dataDir} and doesn't answer commands. If it is a gateway of an older version, restart it.`,
      );
    case 'database-unavailable':
    case 'database-too-new':
    case 'storage-full':
    case 'key-missing':
    case 'key-damaged':
    case 'path-too-long':
      return new CommandFailed(EXIT.unavailable, message);
    default:
      return error;
  }
}
