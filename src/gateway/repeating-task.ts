/** Runs a task again and again, never twice at once; a failure is logged and the next turn comes all the same. */
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

export class RepeatingTask {
  readonly #name: string;
  readonly #everyMs: number;
  readonly #task: () => Promise<unknown>;
  readonly #log: Log;
  #nextAfterMs: number;
  #running: Promise<void> = Promise.resolve();
  #endPause: () => void = () => {};
  #isWoken = false;
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
    this.#running = this.#turns();
  }

  /** The next turn comes at once, or right behind the one that is under way. */
  wake(): void {
    this.#isWoken = true;
    this.#endPause();
  }

  /** Waits for a turn that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#running;
  }

  async #turns(): Promise<void> {
    while (!this.#stopped) {
      await this.#pause(this.#nextAfterMs);
      this.#nextAfterMs = this.#everyMs;
      this.#isWoken = false;
      if (!this.#stopped) await this.#runOnce();
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isWoken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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
