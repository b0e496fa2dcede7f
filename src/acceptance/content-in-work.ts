/**
 * Which content a process has in hand, in a file that its death leaves behind: one line for each mail that arrives,
 * written over in place. Nothing is synced, for a process that dies takes no written page with it; what a power cut
 * loses is only that a content is not suspected. Best effort: a file that can't be written keeps no mail waiting.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Log } from '#src/base/log.ts';

/** Contents at once; more are not noted. */
const LINES = 256;
const NAME_LENGTH = 64;
const LINE_LENGTH = NAME_LENGTH + 1;
const EMPTY = '-'.repeat(NAME_LENGTH);
const NAME = /^[0-9a-f]{64}$/u;

export interface ContentInWorkOptions {
  /** Shared by the processes that share the data. */
  readonly folder: string;
  /** Name of this run of this process. */
  readonly owner: string;
  readonly isDead: (owner: string) => boolean;
  readonly log: Log;
}

export class ContentInWork {
  readonly #options: ContentInWorkOptions;
  readonly #file: string;
  readonly #free = Array.from({ length: LINES }, (_, line) => LINES - 1 - line);
  #descriptor: number | null = null;

  constructor(options: ContentInWorkOptions) {
    this.#options = options;
    this.#file = join(options.folder, encodeURIComponent(options.owner));
  }

  /** Begins to note, and returns what dead processes had in hand, once for each of them. */
  open(): readonly string[] {
    const { folder, log } = this.#options;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const left = this.#takeOverFromDead();
      this.#descriptor = openSync(this.#file, 'w', 0o600);
      writeSync(this.#descriptor, `${EMPTY}\n`.repeat(LINES));
      return left;
    } catch (error) {
      log.warn('content that ends the process will not be recognised', { step: 'receive', error });
      return [];
    }
  }

  /** `name`: 64 hexadecimal digits. Call what is returned when the content is no longer in hand. */
  note(name: string): () => void {
    const line = this.#descriptor === null ? undefined : this.#free.pop();
    if (line === undefined) return () => {};
    this.#write(line, name);
    return () => {
      this.#write(line, EMPTY);
      this.#free.push(line);
    };
  }

  close(): void {
    if (this.#descriptor === null) return;
    closeSync(this.#descriptor);
    this.#descriptor = null;
    rmSync(this.#file, { force: true });
  }

  #write(line: number, name: string): void {
    if (this.#descriptor === null) return;
    try {
      writeSync(this.#descriptor, name, line * LINE_LENGTH, 'latin1');
    } catch (error) {
      this.#options.log.debug('content in hand was not noted', { error });
    }
  }

  #takeOverFromDead(): readonly string[] {
    const { folder, isDead } = this.#options;
    return readdirSync(folder).flatMap((file) => {
      if (!isDead(decodeURIComponent(file))) return [];
      const names = readFileSync(join(folder, file), 'latin1').split('\n');
      rmSync(join(folder, file), { force: true });
      return [...new Set(names.filter((name) => NAME.test(name)))];
    });
  }
}
