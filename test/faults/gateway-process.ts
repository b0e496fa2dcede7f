/** The gateway's process as a test starts, commands, hurts and kills it. It knows nothing of mails. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('run-gateway.ts', import.meta.url));
const ANSWER_MS = 60_000;
/** Compiled once for all starts. */
let compileCache: string | null = null;

export interface StartOptions {
  /** A program and its arguments that run the gateway: `strace`, `sh -c 'ulimit …'`, `timeout`. */
  readonly wrapper?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class GatewayProcess {
  readonly #configFile: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #exited: Promise<void> = Promise.resolve();
  #pid = 0;
  #errors = '';
  /** How far its clock is ahead; kept over a death, as a clock is. */
  aheadMs = 0;

  constructor(configFile: string) {
    this.#configFile = configFile;
  }

  get alive(): boolean {
    return this.#child !== null;
  }

  /** Of the gateway itself, whatever wraps it. */
  get pid(): number {
    return this.#pid;
  }

  /** What it wrote on standard error since its start: nothing, if all is well. */
  get errors(): string {
    return this.#errors;
  }

  /** Resolves when it serves; milliseconds that took. */
  async start({ wrapper = [], nodeOptions = [], env = {} }: StartOptions = {}): Promise<number> {
    if (this.alive) throw new Error('it runs already');
    const began = performance.now();
    const command = [
      ...wrapper,
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      ...nodeOptions,
      ENTRY,
      this.#configFile,
    ];
    const child = spawn(command[0] ?? '', command.slice(1), {
      stdio: 'pipe',
      detached: true,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCacheFolder(),
        FAULT_CLOCK_MS: `${this.aheadMs}`,
        ...env,
      },
    });
    const endWithUs = (): void => killGroup(child.pid, 'SIGKILL');
    process.once('exit', endWithUs);
    this.#child = child;
    this.#errors = '';
    child.stderr.on('data', (piece: Buffer) => (this.#errors += piece.toString()));
    child.stdin.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => {
        process.off('exit', endWithUs);
        if (this.#child === child) this.#child = null;
        resolve();
      });
    });
    const [, pid = '0'] = (await this.#answer(/^ready \d+$/u)).split(' ');
    this.#pid = Number(pid);
    return performance.now() - began;
  }

  /** Says a line and returns the answer to it. */
  async say(line: string): Promise<string> {
    const answer = this.#answer(/^(?:arm|clock|reload|refused)$/u);
    this.#child?.stdin.write(`${line}\n`);
    return answer;
  }

  async moveClock(aheadMs: number): Promise<void> {
    this.aheadMs = aheadMs;
    await this.say(`clock ${aheadMs}`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) process.kill(this.#pid, signal);
  }

  /** SIGKILL to the gateway alone, or to its whole process group. */
  async kill(whole: 'process' | 'group' = 'process'): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    if (whole === 'group') killGroup(child.pid, 'SIGKILL');
    else killProcess(this.#pid);
    await this.#exited;
  }

  /** Resolves when it has ended by itself; false where it lives on. */
  async ended(timeoutMs = 60_000): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([this.#exited, promise]);
    clearTimeout(timer);
    return !this.alive;
  }

  async close(): Promise<void> {
    this.#child?.stdin.write('close\n');
    await this.#exited;
  }

  async dispose(): Promise<void> {
    killGroup(this.#child?.pid, 'SIGKILL');
    await this.#exited;
  }

  async #answer(wanted: RegExp): Promise<string> {
    const child = this.#child;
    if (child === null) throw new Error('no process');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(
      () => reject(new Error(`no "${wanted.source}" in time: ${this.#errors}`)),
      ANSWER_MS,
    );
    const onExit = (): void => reject(new Error(`ended before "${wanted.source}": ${this.#errors}`));
    child.once('exit', onExit);
    lines.on('line', (line) => {
      if (wanted.test(line)) resolve(line);
    });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      child.off('exit', onExit);
      lines.close();
      child.stdout.resume();
    }
  }
}

function compileCacheFolder(): string {
  if (compileCache === null) {
    const folder = mkdtempSync(join(tmpdir(), 'sendsecure-compiled-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    compileCache = folder;
  }
  return compileCache;
}

function killGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader !== undefined) killProcess(-leader, signal);
}

/** One that is gone already is no fault. */
function killProcess(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
