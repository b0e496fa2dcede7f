/** Runs a task again and again, never twice at once; a failure is logged and the next turn comes all the same. */
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

export class RepeatingTask {
  readonly #name: string;
  readonly #everyMs: number;
  readonly #task: () => Promise<unknown>;
  readonly #log: Log;
  #nextAfterMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  /** `firstAfterMs`: until the first turn; default `everyMs`. */
  constructor(options: {
    name: string;
    everyMs: number;
    firstAfterMs?: number;
    task: () => Promise<unknown>;
    log: Log;
  }) {
    this.#name = options.name;
    this.#everyMs = options.everyMs;
    this.#nextAfterMs = options.firstAfterMs ?? options.everyMs;
    this.#task = options.task;
    this.#log = options.log;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#runOnce().then(() => {
        if (!this.#stopped) this.start();
      });
    }, this.#nextAfterMs);
    this.#nextAfterMs = this.#everyMs;
  }

  /** Waits for a turn that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #runOnce(): Promise<void> {
    try {
      await this.#task();
    } catch (error) {
      this.#log.warn('a repeating task failed and is tried again', {
        step: this.#name,
        code: errorCode(error),
        error,
      });
    }
  }
}
