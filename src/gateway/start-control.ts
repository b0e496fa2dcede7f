/** The control socket, connected. The gateway also runs where there can be none: it only takes no commands then. */
import { errorCode } from '#src/base/coded-error.ts';
import { type ControlServer, startControlServer } from '#src/control/control-server.ts';
import { controlSocketOf } from '#src/control/socket-path.ts';
import { makeFolderDurably } from '#src/storage/durable-file.ts';

import { controlCommands } from './control-commands.ts';
import type { Core } from './core.ts';

export async function startControl(core: Core): Promise<ControlServer> {
  const { settings, log } = core;
  if (process.platform === 'win32') return NO_CONTROL;
  try {
    await makeFolderDurably(settings.dataDir);
    return await startControlServer({
      socketPath: controlSocketOf(settings.dataDir),
      commands: controlCommands,
      tools: core,
      log,
    });
  } catch (error) {
    log.warn('there is no control socket: the command line can’t reach this gateway', {
      code: errorCode(error),
      error,
    });
    return NO_CONTROL;
  }
}

const NO_CONTROL: ControlServer = { close: () => Promise.resolve() };
