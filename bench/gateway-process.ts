/**
 * The gateway as it runs: `sendsecure serve --config` in a process of its own, with a data folder of its own on the
 * disk that was named.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort } from '#test/support/free-port.ts';
import { greets } from '#test/support/greets.ts';

import { cpuSeconds, peakMegabytes } from './process-facts.ts';

export interface GatewayProcess {
  readonly folder: string;
  readonly smtpPort: number;
  readonly portalPort: number;
  readonly consolePort: number;
  readonly databaseFile: string;
  /** CPU seconds so far, all threads. */
  cpuSeconds(): Promise<number>;
  /** Largest resident set so far, in MB. */
  peakMegabytes(): Promise<number>;
  stop(): Promise<void>;
}

export interface GatewayProcessOptions {
  readonly folder: string;
  /** Port of the next hop; null: mail is captured. */
  readonly nextHopPort: number | null;
  /** A partner on this machine whose server listens there, or doesn't. */
  readonly partner?: { readonly domain: string; readonly port: number };
  /** Folder for a CPU profile of every thread. */
  readonly profileFolder?: string;
}

const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 20_000;
const ENTRY = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { folder, profileFolder } = options;
  await mkdir(folder, { recursive: true });
  const smtpPort = await freePort();
  const portalPort = await freePort();
  const consolePort = await freePort();
  const config = join(folder, 'sendsecure.toml');
  await writeFile(config, configuration(options, { smtpPort, portalPort, consolePort }));
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...profiling, ENTRY, 'serve', '--config', config],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const output = collectWarnings(child);
  await waitUntilListening(smtpPort, child);
  const pid = child.pid ?? 0;
  return {
    folder,
    smtpPort,
    portalPort,
    consolePort,
    databaseFile: join(folder, 'data', 'send-secure.sqlite'),
    cpuSeconds: () => cpuSeconds(pid),
    peakMegabytes: () => peakMegabytes(pid),
    async stop() {
      await stop(child);
      if (output.warnings.length > 0)
        process.stderr.write(`the gateway warned:\n${output.warnings.join('\n')}\n`);
    },
  };
}

interface Ports {
  readonly smtpPort: number;
  readonly portalPort: number;
  readonly consolePort: number;
}

function configuration({ folder, nextHopPort, partner }: GatewayProcessOptions, ports: Ports): string {
  const hop = nextHopPort === null ? 'capture' : `smtp://127.0.0.1:${nextHopPort}`;
  return `
publicUrl = "http://localhost:${ports.portalPort}"
dataDir = ${JSON.stringify(join(folder, 'data'))}
keysDir = ${JSON.stringify(join(folder, 'keys'))}
[organization]
name = "Example Hospital"
domains = ["hospital.test"]
serviceAddress = "send-secure@hospital.test"
[smtp]
listen = "127.0.0.1:${ports.smtpPort}"
[portal]
listen = "localhost:${ports.portalPort}"
[console]
listen = "localhost:${ports.consolePort}"
[delivery]
nextHop = "${hop}"
${nextHopPort === null ? '' : `internalNextHop = "${hop}"`}
[limits]
lowDiskMB = 10
${partner === undefined ? '' : partnerTable(partner)}`;
}

function partnerTable({ domain, port }: { readonly domain: string; readonly port: number }): string {
  return `[[partners]]
domain = "${domain}"
tls = "pkix"
nextHop = "smtp://127.0.0.1:${port}"
`;
}

/** Log lines of level `warn` and above; they spoil a measurement, so they are shown. */
function collectWarnings(child: ChildProcess): { readonly warnings: string[] } {
  const warnings: string[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (/^\{"level":[456]0/u.test(line) && warnings.length < 5) warnings.push(line);
  });
  return { warnings };
}

async function waitUntilListening(port: number, child: ChildProcess): Promise<void> {
  const end = Date.now() + START_WITHIN_MS;
  while (Date.now() < end && child.exitCode === null) {
    if (await greets(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error('the gateway did not start');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}

/** Ids of the messages that were taken in, oldest first; read from the database file beside the gateway. */
export async function submittedMessageIds(gateway: GatewayProcess): Promise<readonly string[]> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(gateway.databaseFile, { readOnly: true });
  try {
    const rows = database.prepare(`SELECT id FROM messages WHERE purpose = 'submitted' ORDER BY id`).all();
    return rows.map((row) => String(row['id']));
  } finally {
    database.close();
  }
}

/** True where a folder lies in memory only: syncing costs nothing there and proves nothing. */
export async function isMemoryFileSystem(folder: string): Promise<boolean> {
  try {
    const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
    const containing = mounts
      .filter(([, point = '']) => folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`))
      .toSorted((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0));
    return containing[0]?.[2] === 'tmpfs';
  } catch {
    return false;
  }
}
