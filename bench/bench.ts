/**
 * What the rows share, started when a row first asks for it: the sink, the load, a gateway and Postfix that both
 * relay to the sink. Every contestant is measured in the same run, in turns, because the machine has other work too.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isMemoryFileSystem, startGatewayProcess, type GatewayProcess } from './gateway-process.ts';
import { startChild, type Child } from './load/child.ts';
import type { LoadAnswer, LoadRequest } from './load/generator.ts';
import type { SinkAnswer, SinkRequest } from './load/sink.ts';
import { startPostfix, whyNoPostfix, type PostfixProcess } from './postfix-process.ts';

export interface BenchOptions {
  readonly quick: boolean;
  /** Folder on the disk to measure on; default: the system's folder for temporary files. */
  readonly folder: string | undefined;
}

export class Bench {
  readonly quick: boolean;
  readonly folder: string;
  readonly onMemoryFileSystem: boolean;
  readonly #stops: (() => Promise<void> | void)[] = [];
  #sink: Promise<{ child: Child<SinkRequest, SinkAnswer>; port: number }> | null = null;
  #generator: Child<LoadRequest, LoadAnswer> | null = null;
  #gateway: Promise<GatewayProcess> | null = null;
  #postfix: Promise<PostfixProcess | string> | null = null;
  #folders = 0;
  #mails = 0;

  private constructor(quick: boolean, folder: string, onMemoryFileSystem: boolean) {
    this.quick = quick;
    this.folder = folder;
    this.onMemoryFileSystem = onMemoryFileSystem;
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'sendsecure-bench-'));
    return new Bench(options.quick, folder, await isMemoryFileSystem(folder));
  }

  /** `inFull`, or with `--quick` the other. */
  pick<T>(inFull: T, inQuick: T): T {
    return this.quick ? inQuick : inFull;
  }

  async sink(): Promise<{ readonly port: number; ask(request: SinkRequest): Promise<SinkAnswer> }> {
    this.#sink ??= this.#startSink();
    const { child, port } = await this.#sink;
    return { port, ask: (request) => child.ask(request) };
  }

  /** Sends mails; their numbers go on from those sent before. */
  load(request: Omit<LoadRequest, 'first'>): Promise<LoadAnswer & { readonly first: number }> {
    if (this.#generator === null) {
      const generator = startChild<LoadRequest, LoadAnswer>('./generator.ts');
      this.#stops.push(() => generator.stop());
      this.#generator = generator;
    }
    const first = this.#mails;
    this.#mails += request.mails;
    return this.#generator.ask({ ...request, first }).then((answer) => ({ ...answer, first }));
  }

  /** The gateway that relays to the sink, the same for all rows. */
  gateway(): Promise<GatewayProcess> {
    this.#gateway ??= this.sink().then(({ port }) => this.newGateway({ nextHopPort: port }));
    return this.#gateway;
  }

  async newGateway(options: { nextHopPort: number | null; profileFolder?: string }): Promise<GatewayProcess> {
    const gateway = await startGatewayProcess({ folder: await this.newFolder(), ...options });
    this.#stops.push(() => gateway.stop());
    return gateway;
  }

  async newFolder(): Promise<string> {
    this.#folders += 1;
    const folder = join(this.folder, String(this.#folders));
    await mkdir(folder);
    return folder;
  }

  /** Postfix, or why it can't be measured. */
  postfix(): Promise<PostfixProcess | string> {
    this.#postfix ??= this.#startPostfix();
    return this.#postfix;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #startSink(): Promise<{ child: Child<SinkRequest, SinkAnswer>; port: number }> {
    const child = startChild<SinkRequest, SinkAnswer>('./sink.ts');
    this.#stops.push(() => child.stop());
    const { port } = await child.ask({ kind: 'listen' });
    return { child, port };
  }

  async #startPostfix(): Promise<PostfixProcess | string> {
    const why = whyNoPostfix();
    if (why !== null) return why;
    // Postfix drops its privileges and has to pass through.
    await chmod(this.folder, 0o755);
    const { port } = await this.sink();
    const postfix = await startPostfix(await this.newFolder(), port);
    this.#stops.push(() => postfix.stop());
    return postfix;
  }
}
