/**
 * A whole gateway in this process, on free ports and in folders of its own: real sockets, real database, real keys.
 * `dispose` stops it and removes everything.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Clock } from '#src/base/clock.ts';
import type { Log, LogFields } from '#src/base/log.ts';
import type { Steps } from '#src/base/steps.ts';
import { webFolder } from '#src/cli/paths.ts';
import { loadSettings } from '#src/config/load.ts';
import { startGateway, type Gateway, type GatewayOptions } from '#src/main.ts';

import { freePort } from './free-port.ts';

export interface TestGatewayOptions {
  /** Further TOML, by table: `{ delivery: 'nextHop = "smtp://127.0.0.1:1"' }`; '' is the top of the file. */
  readonly toml?: Readonly<Record<string, string>>;
  /** Instead of `hospital.test`, as in the file. */
  readonly domains?: readonly string[];
  readonly clock?: Clock;
  readonly steps?: Steps;
  /** Opens a database that can be made to fail. */
  readonly openDatabase?: GatewayOptions['openDatabase'];
  /** What stands in for the Internet. */
  readonly network?: GatewayOptions['network'];
  /** Free space below which no mail is taken. */
  readonly lowDiskMB?: number;
  /** Keep the folders of an earlier gateway. */
  readonly folder?: string;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface CapturedMailView {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly link: string | null;
  readonly code: string | null;
  readonly reversePath: string;
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly folder: string;
  /** The configuration as a file, for commands. */
  readonly configFile: string;
  readonly smtpPort: number;
  readonly publicUrl: string;
  readonly consoleUrl: string;
  readonly log: readonly LogLine[];
  /** Waits until `count` captured mails fit; newest first. */
  captured(fits: (mail: CapturedMailView) => boolean, count?: number): Promise<readonly CapturedMailView[]>;
  /** Stops without removing the folders. */
  stop(): Promise<void>;
  dispose(): Promise<void>;
}

const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 25;

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sendsecure-gateway-')));
  const [smtpPort, portalPort, consolePort] = [await freePort(), await freePort(), await freePort()];
  const log: LogLine[] = [];
  const toml = configuration(options, smtpPort, portalPort, consolePort);
  const configFile = join(folder, 'gateway.toml');
  await writeFile(configFile, toml);
  const gateway = await startGateway({
    settings: loadSettings(toml, folder),
    log: recordingLog(log),
    version: 'test',
    webFolder,
    ...(options.clock !== undefined && { clock: options.clock }),
    ...(options.steps !== undefined && { steps: options.steps }),
    ...(options.openDatabase !== undefined && { openDatabase: options.openDatabase }),
    ...(options.network !== undefined && { network: options.network }),
  });
  const consoleUrl = `http://localhost:${consolePort}`;
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await gateway.close(5_000);
  };
  return {
    gateway,
    folder,
    configFile,
    smtpPort,
    publicUrl: `http://localhost:${portalPort}`,
    consoleUrl,
    log,
    captured: (fits, count = 1) => waitForCaptured(consoleUrl, fits, count),
    stop,
    async dispose() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  options: TestGatewayOptions,
  smtpPort: number,
  portalPort: number,
  consolePort: number,
): string {
  const tables: Record<string, string> = {
    '': `publicUrl = "http://localhost:${portalPort}"`,
    organization:
      `name = "Example Hospital"\ndomains = ${JSON.stringify(options.domains ?? ['hospital.test'])}\n` +
      'serviceAddress = "send-secure@hospital.test"',
    smtp: `listen = "127.0.0.1:${smtpPort}"`,
    portal: `listen = "localhost:${portalPort}"`,
    console: `listen = "localhost:${consolePort}"`,
    limits: `lowDiskMB = ${options.lowDiskMB ?? 10}`,
  };
  for (const [table, lines] of Object.entries(options.toml ?? {}))
    tables[table] = `${tables[table] ?? ''}\n${lines}`;
  return Object.entries(tables)
    .map(([table, lines]) => (table === '' ? lines : `[${table}]\n${lines}`))
    .join('\n\n');
}

function recordingLog(lines: LogLine[]): Log {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      lines.push({ level, message, fields });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

async function waitForCaptured(
  consoleUrl: string,
  fits: (mail: CapturedMailView) => boolean,
  count: number,
): Promise<readonly CapturedMailView[]> {
  const end = Date.now() + WAIT_MS;
  let seen: readonly CapturedMailView[] = [];
  while (Date.now() < end) {
    const response = await fetch(`${consoleUrl}/captured.json`);
    seen = ((await response.json()) as { mails: CapturedMailView[] }).mails;
    const fitting = seen.filter(fits);
    if (fitting.length >= count) return fitting;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const summary = seen.map(({ kind, to, subject }) => `${kind} to ${to}: ${subject}`).join('\n');
  throw new Error(`expected ${count} captured mails; there are:\n${summary}`);
}
