/** Refuses mail before the disk is full: a full disk stops receipts, audit entries and the retry of what is queued. */
import { SECOND_MS, type Clock } from '#src/base/clock.ts';
import type { ObjectStore } from '#src/storage/objects.ts';

const LOOK_EVERY_MS = SECOND_MS;

export class LowDiskWatch {
  readonly #objects: Pick<ObjectStore, 'freeBytes'>;
  readonly #clock: Clock;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The last look; whoever comes while it is under way waits for its answer. */
  #freeBytes: Promise<number> = Promise.resolve(0);

  constructor(objects: Pick<ObjectStore, 'freeBytes'>, clock: Clock) {
    this.#objects = objects;
    this.#clock = clock;
  }

  /** Looks at most once a second; a clock that was set back is looked past. */
  async hasRoom(watermarkBytes: number): Promise<boolean> {
    const now = this.#clock.now();
    if (now - this.#lookedAt >= LOOK_EVERY_MS || now < this.#lookedAt) {
      this.#lookedAt = now;
      this.#freeBytes = this.#objects.freeBytes();
    }
    return (await this.#freeBytes) >= watermarkBytes;
  }
}
