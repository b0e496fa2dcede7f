/**
 * Runs the real gateway as a process of its own that a test can hurt. Arguments: the configuration file. Lines on
 * standard input, each answered by its first word:
 *   `arm <step> <n>`   the process ends itself with SIGKILL when it passes the step for the n-th time from then on
 *   `clock <ms>`       its clock is so far ahead of the machine's from now on (`FAULT_CLOCK_MS` at the start)
 *   `reload`           reads the configuration again; `refused` where it can't be used
 *   `close`            ends it in order
 * What it logs goes to `gateway.log` beside the file.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Log, LogFields } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import { webFolder } from '#src/cli/paths.ts';
import { loadSettings } from '#src/config/load.ts';
import { startGateway } from '#src/main.ts';

const [configFile = ''] = process.argv.slice(2);
const folder = dirname(configFile);
const readSettings = () => loadSettings(readFileSync(configFile, 'utf8'), folder);
let armed: { readonly step: string; left: number } | null = null;
let aheadMs = Number(process.env['FAULT_CLOCK_MS'] ?? 0);

const steps: Steps = {
  reach(step) {
    if (armed === null || armed.step !== step) return;
    armed.left -= 1;
    if (armed.left === 0) process.kill(process.pid, 'SIGKILL');
  },
};

const write =
  (level: string) =>
  (message: string, fields: LogFields = {}): void => {
    const { error, ...rest } = fields;
    const stack = error instanceof Error ? error.stack : error;
    try {
      appendFileSync(join(folder, 'gateway.log'), `${JSON.stringify({ level, message, ...rest, stack })}\n`);
    } catch {
      // No file can be opened now; the log is not what is tested then.
    }
  };
const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

const gateway = await startGateway({
  settings: readSettings(),
  log,
  version: 'fault-test',
  webFolder,
  clock: { now: () => Date.now() + aheadMs },
  steps,
});
// A killed process would never write it.
flushCompileCache();
say(`ready ${process.pid}`);

for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', ...rest] = line.split(' ');
  if (command === 'close') break;
  say(await obey(command, rest));
}
await gateway.close(5_000);
process.exit(0);

async function obey(command: string, [first = '', second = '1']: string[]): Promise<string> {
  switch (command) {
    case 'arm':
      armed = { step: first, left: Number(second) };
      return command;
    case 'clock':
      aheadMs = Number(first);
      return command;
    case 'reload':
      try {
        await gateway.reload(readSettings());
        return command;
      } catch {
        return 'refused';
      }
    default:
      return 'unknown';
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
