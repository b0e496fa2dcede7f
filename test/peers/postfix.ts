/**
 * Postfix of Debian as a peer: an instance of its own, with its own configuration, queue and data in a folder of the
 * test, on a free port of loopback. Whatever Postfix the machine has of its own is neither read nor started. It runs as
 * root, because Postfix gives its parts other users; `stop` ends it and removes the folder.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import { greets } from '#test/support/greets.ts';

import { mainCf, masterCf } from './postfix-configuration.ts';

export interface PostfixOptions {
  /** Lines of main.cf; they win over ours. */
  readonly main?: Readonly<Record<string, string>>;
  /** Files by name, written beside main.cf, where `$config_directory` finds them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Keep everything here; default a new folder, removed at the end. */
  readonly folder?: string;
}

export interface Postfix {
  readonly smtpPort: number;
  readonly folder: string;
  readonly version: string;
  readonly masterPid: number;
  /** Gives it a mail through its `sendmail` command; `options` are those of the command. */
  sendmail(options: readonly string[], mail: string | Buffer): Promise<void>;
  /** Changes main.cf and files while it runs. */
  reconfigure(change: Pick<PostfixOptions, 'main' | 'files'>): Promise<void>;
  /** Tries now what it has deferred. */
  flush(): Promise<void>;
  /** Queue ids. */
  queued(): Promise<readonly string[]>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 4;
const START_WITHIN_MS = 15_000;

const run = promisify(execFile);

/** Throws with the command that installs it where that is not allowed here. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  await ensureDebianPackages(['postfix']);
  if (process.getuid?.() !== 0) throw new Error('Postfix starts under root only');
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sendsecure-postfix-')));
  try {
    const config = await prepareFolders(folder, options);
    const smtpPort = await startOnFreePort(folder, config);
    return await running(folder, config, smtpPort, options.folder === undefined);
  } catch (error) {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function prepareFolders(folder: string, options: PostfixOptions): Promise<string> {
  const [config, queue, data] = [join(folder, 'config'), join(folder, 'queue'), join(folder, 'data')];
  for (const path of [config, queue, data]) await mkdir(path, { recursive: true, mode: 0o755 });
  // Its parts give up root and have to pass through.
  await chmod(folder, 0o755);
  await run('chown', ['postfix', data]);
  await writeFile(join(config, 'main.cf'), mainCf(folder, options.main ?? {}));
  await writeFiles(config, options.files ?? {});
  return config;
}

async function writeFiles(config: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(config, name), content);
}

/** Tries again on other ports, because another process may take a free port before Postfix listens on it. */
async function startOnFreePort(folder: string, config: string): Promise<number> {
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    const smtpPort = await freePort();
    await writeFile(join(config, 'master.cf'), masterCf(smtpPort));
    try {
      await run('postfix', ['-c', config, 'start']);
      await eventually('Postfix greets', () => greets(smtpPort), START_WITHIN_MS);
      return smtpPort;
    } catch {
      await run('postfix', ['-c', config, 'abort']).catch(() => {});
    }
  }
  const said = await readFile(join(folder, 'postfix.log'), 'utf8').catch(() => 'nothing was logged');
  throw new Error(`Postfix did not start:\n${said}`);
}

async function running(
  folder: string,
  config: string,
  smtpPort: number,
  temporary: boolean,
): Promise<Postfix> {
  const masterPid = Number((await readFile(join(folder, 'queue', 'pid', 'master.pid'), 'utf8')).trim());
  const { stdout: version } = await run('postconf', ['-hd', 'mail_version']);
  const endWithUs = (): void => void execFileSync('postfix', ['-c', config, 'abort'], { stdio: 'ignore' });
  process.once('exit', endWithUs);
  return {
    smtpPort,
    folder,
    version: version.trim(),
    masterPid,
    sendmail: (options, mail) => sendmail(config, options, mail),
    async reconfigure({ main = {}, files = {} }) {
      await writeFiles(config, files);
      const changes = Object.entries(main).map(([name, value]) => `${name} = ${value}`);
      if (changes.length > 0) await run('postconf', ['-c', config, ...changes]);
      await run('postfix', ['-c', config, 'reload']);
    },
    flush: async () => void (await run('postqueue', ['-c', config, '-f'])),
    async queued() {
      const { stdout } = await run('postqueue', ['-c', config, '-j']);
      const lines = stdout.split('\n').filter((line) => line !== '');
      return lines.map((line) => (JSON.parse(line) as { queue_id: string }).queue_id);
    },
    log: () => readFile(join(folder, 'postfix.log'), 'utf8'),
    async stop() {
      process.off('exit', endWithUs);
      await run('postfix', ['-c', config, 'abort']);
      if (temporary) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** The command reads lines as its machine ends them. */
async function sendmail(config: string, options: readonly string[], mail: string | Buffer): Promise<void> {
  const command = spawn('sendmail', ['-C', config, '-i', ...options], { stdio: ['pipe', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([
    text(command.stderr),
    once(command, 'close') as Promise<[number | null]>,
    new Promise<void>((resolve) => {
      command.stdin.on('error', () => resolve());
      command.stdin.end(mail, () => resolve());
    }),
  ]);
  if (code !== 0) throw new Error(`sendmail ended with ${code}: ${said}`);
}
