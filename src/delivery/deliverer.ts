/**
 * The loop that empties the queue: claims what is due, attempts each delivery on its own, records the outcome. It
 * wakes when acceptance says that something is new, when the next retry is due, and every few seconds for what other
 * processes queued. What came of an attempt is recorded as soon as the database takes it: until then nobody tries again.
 */
import type { Clock } from '#src/base/clock.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';
import type { DeliveryQueue, DeliveryRow } from '#src/queue/delivery-queue.ts';

import type { AttemptOutcome } from './attempt.ts';
import type { Claiming } from './claiming.ts';

const FAULT_PAUSE_MS = SECOND_MS;
const FIRST_RECORD_PAUSE_MS = 250;
const LONGEST_RECORD_PAUSE_MS = 5 * SECOND_MS;
/** Trying again would not help: somebody else has the delivery, or the fault is ours. */
const LASTING_FAULTS = new Set(['expectation-failed', 'unique-violation', 'statement-refused']);

export interface DelivererOptions {
  readonly queue: DeliveryQueue;
  readonly claiming: Pick<Claiming, 'next' | 'end'>;
  readonly attempt: (delivery: DeliveryRow) => Promise<AttemptOutcome>;
  readonly record: (delivery: DeliveryRow, outcome: AttemptOutcome) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #inFlight = new Map<string, { readonly delivery: DeliveryRow; readonly work: Promise<void> }>();
  #wake: () => void = () => {};
  #nudged = false;
  #stopping = false;
  readonly #stopped = Promise.withResolvers<void>();
  /** This process may hold leases of deliveries that it does not work on: the answer to a claim was lost. */
  #leasesUncertain = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something new may be due. */
  nudge(): void {
    this.#nudged = true;
    this.#wake();
  }

  /** Claims no more and waits for what is under way; what isn't done then stays queued. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#stopped.resolve();
    this.#wake();
    await this.#running;
    await Promise.race([
      Promise.allSettled([...this.#inFlight.values()].map(({ work }) => work)),
      pause(graceMs),
    ]);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#nudged = false;
        if (this.#leasesUncertain) await this.#giveBackUnknown();
        await this.#options.queue.renew([...this.#inFlight.values()].map(({ delivery }) => delivery));
        const { deliveries, waitMs } = await this.#options.claiming.next();
        for (const delivery of deliveries) this.#beginOnce(delivery);
        if (waitMs > 0) await this.#sleep(waitMs);
      } catch (error) {
        this.#leasesUncertain = true;
        this.#options.log.warn('the queue could not be read', {
          step: 'claim',
          code: errorCode(error),
          error,
        });
        await this.#sleep(FAULT_PAUSE_MS);
      }
    }
  }

  /** One whose lease ended under a long transmission is under way still; the claim has only leased it anew. */
  #beginOnce(delivery: DeliveryRow): void {
    const underWay = this.#inFlight.get(delivery.id)?.work;
    if (underWay === undefined) this.#begin(delivery);
    else {
      this.#options.claiming.end(delivery, null);
      void underWay.finally(() => (this.#leasesUncertain = true));
    }
  }

  #begin(delivery: DeliveryRow): void {
    this.#inFlight.set(delivery.id, { delivery, work: this.#deliver(delivery) });
  }

  async #deliver(delivery: DeliveryRow): Promise<void> {
    let outcome: AttemptOutcome | null = null;
    try {
      outcome = await this.#options.attempt(delivery);
      await this.#keep(delivery, outcome);
    } finally {
      this.#inFlight.delete(delivery.id);
      if (this.#options.claiming.end(delivery, outcome)) this.nudge();
    }
  }

  /** Until it is recorded, or somebody else's to try. */
  async #keep(delivery: DeliveryRow, outcome: AttemptOutcome): Promise<void> {
    if (outcome.kind === 'hindered' && outcome.code === 'database-unavailable') {
      // Nothing was tried: due again, without counting, when the database is back.
      this.#leasesUncertain = true;
      return;
    }
    let pauseMs = FIRST_RECORD_PAUSE_MS;
    while (!(await this.#recorded(delivery, outcome))) {
      if (this.#stopping) {
        await this.#giveBack(delivery);
        return;
      }
      // After that it belongs to whoever claims it next.
      if (this.#options.clock.now() >= this.#options.queue.leaseEndsAt(delivery)) return;
      await Promise.race([pause(pauseMs), this.#stopped.promise]);
      pauseMs = Math.min(2 * pauseMs, LONGEST_RECORD_PAUSE_MS);
    }
  }

  /** False where it is worth trying again: what the next hop has taken must not be sent again for a fault of ours. */
  async #recorded(delivery: DeliveryRow, outcome: AttemptOutcome): Promise<boolean> {
    try {
      await this.#options.record(delivery, outcome);
      return true;
    } catch (error) {
      const code = errorCode(error);
      const facts = { deliveryId: delivery.id, step: 'record', code, error };
      this.#options.log.error('a delivery attempt could not be recorded', facts);
      return LASTING_FAULTS.has(code);
    }
  }

  /** Without this the lease would keep the delivery waiting until it ends. */
  async #giveBack(delivery: DeliveryRow): Promise<void> {
    try {
      await this.#options.queue.release(delivery);
    } catch (error) {
      const facts = { deliveryId: delivery.id, error };
      this.#options.log.warn('a lease could not be given back; it ends with this process', facts);
    }
  }

  async #giveBackUnknown(): Promise<void> {
    await this.#options.queue.releaseAllBut([...this.#inFlight.keys()]);
    this.#leasesUncertain = false;
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#nudged || this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
