/**
 * Answers kept for as long as they say, in bounded memory, and one question under way for all who ask the same: a
 * thousand mails to one domain cost one lookup. Failures are kept for moments only, so that a retry asks again.
 */
import { SECOND_MS } from '#src/base/clock.ts';
import type { Clock } from '#src/base/clock.ts';

import type { DnsClient, DnsResult, RecordType, RecordTypes } from './dns-answer.ts';

interface Kept {
  readonly result: Promise<DnsResult<unknown>>;
  untilMs: number;
}

const MAX_ENTRIES = 20_000;
const MAX_TTL_SECONDS = 3_600;
const FAILURE_TTL_SECONDS = 5;

export function withDnsCache(client: DnsClient, clock: Clock, maxEntries = MAX_ENTRIES): DnsClient {
  const entries = new Map<string, Kept>();
  return {
    query<T extends RecordType>(name: string, type: T): Promise<DnsResult<RecordTypes[T]>> {
      const key = `${type} ${name.toLowerCase()}`;
      const kept = entries.get(key);
      // The key holds the type, so the records are of this type.
      if (kept !== undefined && kept.untilMs > clock.now())
        return kept.result as Promise<DnsResult<RecordTypes[T]>>;
      const result = client.query(name, type);
      const entry: Kept = { result, untilMs: Number.POSITIVE_INFINITY };
      entries.delete(key);
      entries.set(key, entry);
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break;
        entries.delete(oldest);
      }
      void result.then(
        (found) => {
          entry.untilMs = clock.now() + lifetimeSeconds(found) * SECOND_MS;
        },
        () => entries.delete(key),
      );
      return result;
    },
  };
}

function lifetimeSeconds(result: DnsResult<unknown>): number {
  return result.kind === 'failed' ? FAILURE_TTL_SECONDS : Math.min(result.ttlSeconds, MAX_TTL_SECONDS);
}
