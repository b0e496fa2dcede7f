/**
 * Where MTA-STS policies come from: a TXT record says that there is one and which, HTTPS serves it (RFC 8461
 * sections 3.1 and 3.3). mailauth reads both by the letter of the RFC: no redirects, `text/plain` only, 64 KiB, one
 * minute, a certificate for the policy host. The address is ours to find, so that a name can't lead it inwards.
 */
import { fetchPolicy, resolvePolicy } from 'mailauth/lib/mta-sts.js';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { NetworkList } from '#src/base/network-list.ts';

import type { DnsClient, RecordType } from './dns-answer.ts';

export interface ServedPolicy {
  readonly mode: 'enforce' | 'testing' | 'none';
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}

/** A step that failed; the message is its code, fit for a staff page. */
export class MtaStsFailure extends CodedError {}

export interface MtaStsSource {
  /** null where the domain publishes no policy. Rejects with MtaStsFailure where that can't be told. */
  currentId(domain: string): Promise<string | null>;
  /** Rejects with MtaStsFailure. */
  fetch(domain: string): Promise<ServedPolicy>;
}

const FETCH_TIMEOUT_MS = 60_000;
const MAX_POLICY_BYTES = 64 * 1_024;
const NODE_CODES = { 'no-such-name': 'ENOTFOUND', 'no-data': 'ENODATA' } as const;

export function createMtaStsSource(options: {
  readonly dns: DnsClient;
  readonly refused: NetworkList;
  readonly timeoutMs?: number;
}): MtaStsSource {
  const { dns, refused } = options;
  const resolver = (name: string, type: string): Promise<string[][] | string[]> =>
    resolveLikeNode(dns, refused, name, type);
  return {
    async currentId(domain) {
      try {
        return (await resolvePolicy(domain, { strict: true, resolver })) || null;
      } catch (error) {
        // Several records are as good as none (RFC 8461 section 3.1).
        if (errorCode(error) === 'multi_sts_records') return null;
        throw failureOf(error);
      }
    },
    async fetch(domain) {
      try {
        const timeout = options.timeoutMs ?? FETCH_TIMEOUT_MS;
        const policy = await fetchPolicy(domain, {
          strict: true,
          resolver,
          timeout,
          maxPolicySize: MAX_POLICY_BYTES,
        });
        if (policy === false) throw new MtaStsFailure('policy_host_not_found', 'policy_host_not_found');
        return { mode: policy.mode, mx: policy.mx ?? [], maxAgeSeconds: policy.maxAge ?? 0 };
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

/** node:dns's `resolve` over our client, its codes included. */
async function resolveLikeNode(
  dns: DnsClient,
  refused: NetworkList,
  name: string,
  type: string,
): Promise<string[][] | string[]> {
  const known = type === 'A' || type === 'AAAA' || type === 'TXT' ? type : null;
  if (known === null) throw new MtaStsFailure('EBADQUERY', 'EBADQUERY');
  const records = await recordsOf(dns, name, known);
  return known === 'TXT' ? records.map((text) => [text]) : records.filter((address) => !refused.has(address));
}

async function recordsOf(
  dns: DnsClient,
  name: string,
  type: RecordType & ('A' | 'AAAA' | 'TXT'),
): Promise<readonly string[]> {
  const result = await dns.query(name, type);
  if (result.kind === 'answer') return result.records;
  const code = result.kind === 'none' ? NODE_CODES[result.reason] : 'dns_failure';
  throw new MtaStsFailure(code, code);
}

function failureOf(error: unknown): MtaStsFailure {
  if (error instanceof MtaStsFailure) return error;
  return new MtaStsFailure(errorCode(error), errorCode(error), { cause: error });
}
