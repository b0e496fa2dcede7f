/**
 * The MTA-STS policy that holds for a domain now (RFC 8461 section 5.1): the kept one while it is valid and its id
 * stands, else the one served. A kept policy outlives whatever goes wrong with asking (DNS, HTTPS, the record gone),
 * until its own date; only another policy takes its place. It is asked for again every day, so that it does not run
 * out while nothing changes.
 */
import { DAY_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import type { Clock } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { MtaStsCache, MtaStsPolicy } from './mta-sts-policy.ts';
import { MtaStsFailure } from './mta-sts-source.ts';
import type { MtaStsSource } from './mta-sts-source.ts';

export type MtaStsResult =
  | {
      readonly kind: 'policy';
      readonly policy: MtaStsPolicy;
      readonly source: 'fetched' | 'kept';
      /** Why a kept policy could not be confirmed; a code. */
      readonly problem: string | null;
    }
  | { readonly kind: 'none' }
  /** Whether there is a policy, or what it says, can't be told and nothing is kept. */
  | { readonly kind: 'unknown'; readonly problem: string };

export interface MtaSts {
  /** `refresh`: fetch although the kept policy still stands. Rejects only with what the cache throws. */
  lookUp(domain: string, options?: { readonly refresh?: boolean }): Promise<MtaStsResult>;
}

export interface MtaStsOptions {
  readonly source: MtaStsSource;
  readonly cache: MtaStsCache;
  readonly clock: Clock;
  readonly log: Log;
}

/** RFC 8461 section 3.3: a policy that could not be fetched is not asked for again at once. */
const RETRY_MS = 5 * MINUTE_MS;
const MAX_REMEMBERED_FAILURES = 10_000;

export function createMtaSts(options: MtaStsOptions): MtaSts {
  const fetcher = new PolicyFetcher(options);
  return {
    async lookUp(domain, { refresh = false } = {}) {
      const kept = await validKept(options, domain);
      try {
        const id = await options.source.currentId(domain);
        if (id === null) return kept === null ? { kind: 'none' } : keptResult(kept, 'sts_record_not_found');
        if (!refresh && kept?.id === id) {
          // What holds already keeps no mail waiting for a slow server.
          if (isStale(kept, options.clock.now())) void fetcher.renew(domain, id);
          return keptResult(kept, null);
        }
        return { kind: 'policy', policy: await fetcher.fetch(domain, id), source: 'fetched', problem: null };
      } catch (error) {
        if (!(error instanceof MtaStsFailure)) throw error;
        options.log.info('routing: MTA-STS policy not available', { code: error.code });
        return kept === null ? { kind: 'unknown', problem: error.code } : keptResult(kept, error.code);
      }
    },
  };
}

class PolicyFetcher {
  readonly #options: MtaStsOptions;
  readonly #underWay = new Map<string, Promise<MtaStsPolicy>>();
  /** Domain and id → the failure, and until when it stands. */
  readonly #failures = new Map<string, { readonly code: string; readonly untilMs: number }>();

  constructor(options: MtaStsOptions) {
    this.#options = options;
  }

  /** Rejects with MtaStsFailure. */
  fetch(domain: string, id: string): Promise<MtaStsPolicy> {
    const key = `${domain} ${id}`;
    const failed = this.#failures.get(key);
    if (failed !== undefined && failed.untilMs > this.#options.clock.now())
      return Promise.reject(new MtaStsFailure(failed.code, failed.code));
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const fetching = this.#fetch(domain, id).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, fetching);
    return fetching;
  }

  /** Never rejects: the kept policy stands. */
  async renew(domain: string, id: string): Promise<void> {
    try {
      await this.fetch(domain, id);
    } catch (error) {
      this.#options.log.info('routing: MTA-STS policy not renewed', { code: errorCode(error) });
    }
  }

  async #fetch(domain: string, id: string): Promise<MtaStsPolicy> {
    try {
      const served = await this.#options.source.fetch(domain);
      const fetchedMs = this.#options.clock.now();
      const expiresMs = fetchedMs + served.maxAgeSeconds * SECOND_MS;
      const policy: MtaStsPolicy = { id, mode: served.mode, mx: served.mx, fetchedMs, expiresMs };
      await this.#options.cache.put(domain, policy);
      return policy;
    } catch (error) {
      if (error instanceof MtaStsFailure) this.#remember(`${domain} ${id}`, error.code);
      throw error;
    }
  }

  #remember(key: string, code: string): void {
    this.#failures.delete(key);
    this.#failures.set(key, { code, untilMs: this.#options.clock.now() + RETRY_MS });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_REMEMBERED_FAILURES) break;
      this.#failures.delete(oldest);
    }
  }
}

async function validKept({ cache, clock }: MtaStsOptions, domain: string): Promise<MtaStsPolicy | null> {
  const kept = await cache.get(domain);
  return kept !== null && kept.expiresMs > clock.now() ? kept : null;
}

function isStale({ fetchedMs, expiresMs }: MtaStsPolicy, nowMs: number): boolean {
  return nowMs - fetchedMs > Math.min(DAY_MS, (expiresMs - fetchedMs) / 2);
}

function keptResult(policy: MtaStsPolicy, problem: string | null): MtaStsResult {
  return { kind: 'policy', policy, source: 'kept', problem };
}
