/**
 * Work that goes on after the answer was sent, so that its length tells the client nothing. Closing waits for it.
 */
import type { FastifyReply } from 'fastify';

import type { Log } from '#src/base/log.ts';

export class BackgroundWork {
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts `task` when the answer has left or its client has gone; a failure goes to the log under `name`. */
  afterAnswer(reply: FastifyReply, name: string, task: () => Promise<void>): void {
    const run = new Promise<void>((resolve) => {
      reply.raw.once('finish', resolve);
      reply.raw.once('close', resolve);
    })
      .then(task)
      .catch((error: unknown) => this.#log.error(`${name} failed`, { error }))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
