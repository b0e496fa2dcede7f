/**
 * A client of validating resolvers that the operator names: node's own resolver can't tell whether an answer was
 * proven, so DANE and everything that rests on a proven name needs this one. Whoever answers as such a resolver is
 * believed; it belongs on this machine or on a network that nobody else can write to (RFC 7672 section 2.1.1).
 */
import { randomInt } from 'node:crypto';

import type { DnsClient, DnsFailure, DnsResult, RecordType, RecordTypes } from './dns-answer.ts';
import { encodeQuestion, isDnsName, readResponse } from './dns-message.ts';
import type { DnsQuestion, DnsResponse } from './dns-message.ts';
import { DnsExchangeFailure, exchangeOverTcp, exchangeOverUdp } from './dns-transport.ts';
import type { ResolverAddress } from './dns-transport.ts';

export interface DnsClientOptions {
  /** Asked in this order. */
  readonly resolvers: readonly ResolverAddress[];
  /** For one answer of one resolver; a resolver that walks down a cold tree takes seconds. */
  readonly timeoutMs?: number;
  /** How often every resolver is asked while none answers. */
  readonly rounds?: number;
}

const DEFAULT_TIMEOUT_MS = 4_000;
const DEFAULT_ROUNDS = 2;
const NEGATIVE_TTL_SECONDS = 3_600;

type Attempt<R> = DnsResult<R> & { readonly silent?: boolean };

/** Answers are `secure` where the resolver says so. */
export function createDnsClient(options: DnsClientOptions): DnsClient {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const rounds = options.rounds ?? DEFAULT_ROUNDS;
  return {
    async query(name, type) {
      // No zone can hold a name that does not fit.
      if (!isDnsName(name))
        return { kind: 'none', reason: 'no-such-name', secure: false, ttlSeconds: NEGATIVE_TTL_SECONDS };
      let failure: DnsFailure = { kind: 'failed', why: 'no resolver' };
      for (let round = 0; round < rounds; round++) {
        let silent = false;
        for (const resolver of options.resolvers) {
          const attempt = await askResolver(resolver, { id: randomInt(0x1_0000), name, type }, timeoutMs);
          if (attempt.kind !== 'failed') return attempt;
          failure = { kind: 'failed', why: attempt.why };
          silent ||= attempt.silent === true;
        }
        // Who answered with a failure has tried already.
        if (!silent) break;
      }
      return failure;
    },
  };
}

async function askResolver<T extends RecordType>(
  resolver: ResolverAddress,
  question: DnsQuestion<T>,
  timeoutMs: number,
): Promise<Attempt<RecordTypes[T]>> {
  const query = encodeQuestion(question);
  const read = (bytes: Buffer): Exclude<DnsResponse<RecordTypes[T]>, { kind: 'foreign' }> | null => {
    const response = readResponse(bytes, question);
    return response.kind === 'foreign' ? null : response;
  };
  try {
    let response = await exchangeOverUdp(resolver, query, timeoutMs, read);
    if (response.kind === 'truncated') response = await exchangeOverTcp(resolver, query, timeoutMs, read);
    return response.kind === 'truncated' ? { kind: 'failed', why: 'malformed answer' } : response;
  } catch (error) {
    if (!(error instanceof DnsExchangeFailure)) throw error;
    return { kind: 'failed', why: error.message, silent: true };
  }
}
