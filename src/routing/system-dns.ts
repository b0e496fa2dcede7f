/**
 * The resolvers of the system (/etc/resolv.conf) through node: what there is where no validating resolver is
 * configured. Nothing it answers is proven, so nothing is ever `secure`, and TLSA records are not even asked for.
 */
import { Resolver } from 'node:dns/promises';
import type { RecordWithTtl } from 'node:dns';

import { errorCode } from '#src/base/coded-error.ts';

import type { DnsClient, DnsResult, RecordType, RecordTypes } from './dns-answer.ts';

type Lookups = {
  readonly [T in RecordType]: (
    resolver: Resolver,
    name: string,
  ) => Promise<{ records: RecordTypes[T][]; ttlSeconds: number }>;
};

const TTL_SECONDS = 300;
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'EBADNAME']);

const lookups: Lookups = {
  A: async (resolver, name) => withTtl(await resolver.resolve4(name, { ttl: true })),
  AAAA: async (resolver, name) => withTtl(await resolver.resolve6(name, { ttl: true })),
  CNAME: async (resolver, name) => unknownTtl(await resolver.resolveCname(name)),
  MX: async (resolver, name) =>
    unknownTtl(
      (await resolver.resolveMx(name)).map(({ priority, exchange }) => ({
        preference: priority,
        exchange: exchange.replace(/\.$/u, '').toLowerCase(),
      })),
    ),
  TXT: async (resolver, name) =>
    unknownTtl((await resolver.resolveTxt(name)).map((strings) => strings.join(''))),
  TLSA: () => Promise.resolve(unknownTtl([])),
};

export interface SystemDnsOptions {
  /** Instead of those of the system; `address:port`. */
  readonly servers?: readonly string[];
  readonly timeoutMs?: number;
}

export function createSystemDns(options: SystemDnsOptions = {}): DnsClient {
  const resolver = new Resolver({ timeout: options.timeoutMs ?? 4_000, tries: 2 });
  if (options.servers !== undefined) resolver.setServers(options.servers);
  return {
    async query(name, type) {
      try {
        return answerOf(await lookups[type](resolver, name), name);
      } catch (error) {
        return failureOf(errorCode(error));
      }
    },
  };
}

function answerOf<R>(found: { records: R[]; ttlSeconds: number }, name: string): DnsResult<R> {
  if (found.records.length === 0) return failureOf('ENODATA');
  return { kind: 'answer', ...found, name: name.toLowerCase(), secure: false };
}

function failureOf(code: string): DnsResult<never> {
  const none = { kind: 'none', secure: false, ttlSeconds: 60 } as const;
  if (NO_SUCH_NAME.has(code)) return { ...none, reason: 'no-such-name' };
  if (code === 'ENODATA') return { ...none, reason: 'no-data' };
  return { kind: 'failed', why: `resolver: ${code}` };
}

function withTtl(found: readonly RecordWithTtl[]): { records: string[]; ttlSeconds: number } {
  return {
    records: found.map(({ address }) => address),
    ttlSeconds: Math.min(TTL_SECONDS, ...found.map(({ ttl }) => ttl)),
  };
}

function unknownTtl<R>(records: R[]): { records: R[]; ttlSeconds: number } {
  return { records, ttlSeconds: TTL_SECONDS };
}
