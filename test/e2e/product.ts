/**
 * The product as people run it: `sendsecure serve --config FILE` as a process of its own, on free ports and in a
 * temporary folder. Its log is kept; `close` fails the test where it holds a warning that nobody expected.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit } from '#test/support/submit.ts';
import type { CapturedMailView } from '#test/support/test-gateway.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/sendsecure.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const MAIL_TIMEOUT_MS = 30_000;
export const HELP_LINE = '+1 555 0100';

export interface ProductOptions {
  /** Further TOML by table; '' is the top of the file. */
  readonly toml?: Readonly<Record<string, string>>;
  /** Default: http://localhost and the portal's port. */
  readonly publicUrl?: (portalPort: number) => string;
  /** Folder of the configuration, given where it already holds files; not removed then. */
  readonly folder?: string;
}

export interface SentMail {
  readonly to: string;
  /** Further recipients. */
  readonly also?: readonly string[];
  readonly subject?: string;
  /** A whole mail, in place of a small one made from `subject`. */
  readonly mail?: string;
}

export interface Product {
  readonly publicUrl: string;
  readonly consoleUrl: string;
  readonly configFile: string;
  readonly process: ChildProcess;
  /** Lines of its log so far. */
  logLines(): readonly LogLine[];
  /** Submits by SMTP as the author; resolves when accepted. */
  send(mail: SentMail): Promise<void>;
  /** Runs another command of the program; its standard output. */
  run(...args: readonly string[]): Promise<string>;
  /** Captured mails, newest first. */
  mails(): Promise<readonly CapturedMailView[]>;
  /** The newest captured mail of this kind about this address; waits for it. */
  mail(kind: string, address: string, fits?: (mail: CapturedMailView) => boolean): Promise<CapturedMailView>;
  /** `expected`: warnings that the test provoked. */
  close(expected?: RegExp): Promise<void>;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

const WARNING = 40;
export const AUTHOR = 'ann.lee@hospital.test';

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sendsecure-product-')));
  const [smtpPort, portalPort, consolePort] = [await freePort(), await freePort(), await freePort()];
  const publicUrl = options.publicUrl?.(portalPort) ?? `http://localhost:${portalPort}`;
  const consoleUrl = `http://localhost:${consolePort}`;
  const configFile = join(folder, 'sendsecure.toml');
  await writeFile(configFile, configuration({ smtpPort, portalPort, consolePort, publicUrl }, options.toml));
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', configFile], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that dies leaves no process behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const output = collect(child);
  const exited = once(child, 'exit');
  await eventually(
    'the product says that it runs',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended:\n${output.text()}`);
      return output.text().includes('Send Secure is running');
    },
    START_TIMEOUT_MS,
  );
  const mails = async () => {
    const response = await fetch(`${consoleUrl}/captured.json`);
    return ((await response.json()) as { mails: readonly CapturedMailView[] }).mails;
  };
  return {
    publicUrl,
    consoleUrl,
    configFile,
    process: child,
    logLines: () => logLines(output.text()),
    mails,
    run: (...args) => runProgram([...args, '--config', configFile], folder),
    async send({ to, also = [], subject = 'send secure: Your results', mail }) {
      const text = mail ?? mailOf({ from: AUTHOR, to, subject });
      const { final } = await submit({ port: smtpPort, from: AUTHOR, to: [to, ...also], mail: text });
      assert.match(final, /^250 /u);
    },
    mail: (kind, address, fits = () => true) =>
      eventually(
        `${kind} about ${address}`,
        async () =>
          (await mails()).find(
            (mail) =>
              mail.kind === kind && (mail.to === address || mail.text.includes(address)) && fits(mail),
          ),
        MAIL_TIMEOUT_MS,
      ),
    async close(expected) {
      child.kill('SIGTERM');
      const [code] = await exited;
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
      assert.equal(code, 0, output.text());
      assert.deepEqual(
        logLines(output.text()).filter(({ level, msg }) => level >= WARNING && expected?.test(msg) !== true),
        [],
      );
    },
  };
}

interface Addresses {
  readonly smtpPort: number;
  readonly portalPort: number;
  readonly consolePort: number;
  readonly publicUrl: string;
}

function configuration(addresses: Addresses, extra: Readonly<Record<string, string>> = {}): string {
  const tables: Record<string, string> = {
    '': `publicUrl = "${addresses.publicUrl}"`,
    organization: [
      'name = "Example Hospital"',
      'domains = ["hospital.test"]',
      'serviceAddress = "send-secure@hospital.test"',
      `helpPhone = "${HELP_LINE}"`,
    ].join('\n'),
    smtp: `listen = "127.0.0.1:${addresses.smtpPort}"`,
    portal: `listen = "localhost:${addresses.portalPort}"`,
    console: `listen = "localhost:${addresses.consolePort}"`,
    limits: 'lowDiskMB = 10',
  };
  for (const [table, lines] of Object.entries(extra)) tables[table] = `${tables[table] ?? ''}\n${lines}`;
  return Object.entries(tables)
    .map(([table, lines]) => (table === '' ? lines : `[${table}]\n${lines}`))
    .join('\n\n');
}

function collect(child: ChildProcess): { text(): string } {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (text += String(piece)));
  return { text: () => text };
}

/** The log's lines among what people read. */
function logLines(output: string): LogLine[] {
  return output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
}

async function runProgram(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, output.text());
  return output.text();
}
