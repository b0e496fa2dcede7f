/**
 * Whether port 25 to the outside seems to be closed, as many providers and firewalls have it: several servers of
 * several domains in a row, and no connection came about to any of them. One dead server says nothing.
 */
import { MINUTE_MS, type Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';

/** Different addresses that have to fail, of so many domains, with no success between them. */
const ENOUGH_ADDRESSES = 4;
const ENOUGH_DOMAINS = 2;
const WITHIN_MS = 30 * MINUTE_MS;
const MAX_REMEMBERED = 100;

export class OutsidePort {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Address → when nothing answered there, and for which domain it was tried. */
  readonly #failed = new Map<string, { readonly at: number; readonly domain: string }>();
  #seemsClosed = false;

  constructor(options: { clock: Clock; log: Log }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  get seemsClosed(): boolean {
    return this.#seemsClosed;
  }

  /** `reached`: there was a connection, whatever came of it. */
  note(domain: string, address: string, reached: boolean): void {
    if (reached) this.#open();
    else this.#fail(domain, address);
  }

  #open(): void {
    this.#failed.clear();
    if (!this.#seemsClosed) return;
    this.#seemsClosed = false;
    this.#log.info('port 25 to the outside is open again', { step: 'outside-port' });
  }

  #fail(domain: string, address: string): void {
    const now = this.#clock.now();
    for (const [earlier, { at }] of this.#failed) if (now - at > WITHIN_MS) this.#failed.delete(earlier);
    if (this.#failed.size < MAX_REMEMBERED) this.#failed.set(address, { at: now, domain });
    if (this.#seemsClosed || this.#failed.size < ENOUGH_ADDRESSES) return;
    // One dead domain may have many addresses.
    if (new Set([...this.#failed.values()].map((failed) => failed.domain)).size < ENOUGH_DOMAINS) return;
    this.#seemsClosed = true;
    this.#log.warn(
      'port 25 to the outside seems closed: no mail server answers. Have the firewall or provider open it, or name a smarthost in [delivery] nextHop. Mail waits meanwhile',
      { step: 'outside-port', count: this.#failed.size },
    );
  }
}
