/**
 * Work that takes longer than a page should: begun by one request, looked at by others. Kept in memory for an hour,
 * seen by who began it alone; a restart forgets it, so nothing may depend on its end but what it shows.
 */
import { HOUR_MS, type Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { newId, type RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';

export interface Run<Result> {
  readonly id: string;
  readonly staffId: string;
  readonly startedAt: number;
  /** Of `total`, where it is known. */
  readonly done: number;
  readonly total: number | null;
  /** Null while it runs, and where it failed. */
  readonly result: Result | null;
  readonly state: 'running' | 'done' | 'failed';
}

export type Work<Result> = (onProgress: (done: number, total: number) => void) => Promise<Result>;

const KEPT_MS = HOUR_MS;
const RUNNING_AT_ONCE = 3;

export class BackgroundRuns<Result> {
  readonly #tools: { readonly clock: Clock; readonly random: RandomSource; readonly log: Log };
  readonly #runs = new Map<string, Run<Result>>();

  constructor(tools: { readonly clock: Clock; readonly random: RandomSource; readonly log: Log }) {
    this.#tools = tools;
  }

  /** Its id; null where too much is under way. */
  start(staffId: string, total: number | null, work: Work<Result>): string | null {
    this.#forgetOld();
    const running = [...this.#runs.values()].filter(({ state }) => state === 'running');
    if (running.length >= RUNNING_AT_ONCE) return null;
    const { clock, random } = this.#tools;
    const id = newId(clock, random);
    this.#runs.set(id, {
      id,
      staffId,
      startedAt: clock.now(),
      done: 0,
      total,
      result: null,
      state: 'running',
    });
    void this.#follow(id, work);
    return id;
  }

  /** Null where there is none of this person. */
  find(staffId: string, id: string): Run<Result> | null {
    const run = this.#runs.get(id);
    return run?.staffId === staffId ? run : null;
  }

  /** What was used is not to be used again. */
  forget(id: string): void {
    this.#runs.delete(id);
  }

  async #follow(id: string, work: Work<Result>): Promise<void> {
    try {
      const result = await work((done, total) => this.#update(id, { done, total }));
      this.#update(id, { result, state: 'done' });
    } catch (error) {
      this.#tools.log.error('work that a staff page began has failed', { code: errorCode(error), error });
      this.#update(id, { state: 'failed' });
    }
  }

  #update(id: string, values: Partial<Run<Result>>): void {
    const run = this.#runs.get(id);
    if (run !== undefined) this.#runs.set(id, { ...run, ...values });
  }

  #forgetOld(): void {
    const before = this.#tools.clock.now() - KEPT_MS;
    for (const [id, { startedAt, state }] of this.#runs)
      if (state !== 'running' && startedAt < before) this.#runs.delete(id);
  }
}
