/**
 * Runs the real gateway as a process of its own that a test can kill at a named step. Arguments: the configuration
 * file. A line `<step> <n>` on standard input arms the kill: the process ends itself with SIGKILL when it passes the
 * step for the n-th time from then on. `close` ends it in order. What it logs goes to `gateway.log` beside the file.
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
let armed: { readonly step: string; left: number } | null = null;

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
    appendFileSync(join(folder, 'gateway.log'), `${JSON.stringify({ level, message, ...rest, stack })}\n`);
  };
const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

const gateway = await startGateway({
  settings: loadSettings(readFileSync(configFile, 'utf8'), folder),
  log,
  version: 'crash-test',
  webFolder,
  steps,
});
// A killed process would never write it.
flushCompileCache();
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') break;
  const [step = '', count = '1'] = line.split(' ');
  armed = { step, left: Number(count) };
  process.stdout.write('armed\n');
}
await gateway.close(5_000);
process.exit(0);
