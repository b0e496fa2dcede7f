/**
 * The addresses of a mail server, and whether they and the name they are found under are proven. IPv6 and IPv4 take
 * turns (RFC 8305 section 4), so that a network without one of them costs one failed try. Addresses that can only be
 * this machine, its link, or nobody are dropped: whoever owns a domain also chooses what its records point to.
 */
import { isIP } from 'node:net';

import { NetworkList } from '#src/base/network-list.ts';

import type { DnsClient, DnsResult } from './dns-answer.ts';

export type HostAddresses =
  | {
      readonly kind: 'addresses';
      /** At least one, in the order in which to try them. */
      readonly addresses: readonly string[];
      /** The name that has them, after aliases. */
      readonly canonicalName: string;
      readonly secure: boolean;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly why: string };

/** A whole number from 0 to below the limit. */
export type RandomBelow = (limit: number) => number;

const MAX_ADDRESSES = 12;

/** RFC 6890: "this host", loopback, link-local, multicast, broadcast. Private networks may be meant. */
export const unroutableNetworks = new NetworkList([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fe80::/10',
  'ff00::/8',
]);

export async function findAddresses(
  dns: DnsClient,
  host: string,
  refused: NetworkList,
  random: RandomBelow,
): Promise<HostAddresses> {
  if (isIP(host) !== 0) return { kind: 'addresses', addresses: [host], canonicalName: host, secure: true };
  const results = await Promise.all([dns.query(host, 'AAAA'), dns.query(host, 'A')]);
  const answers = results.filter((result) => result.kind === 'answer');
  const [v6, v4] = results.map((result) => shuffle(recordsOf(result), random));
  const addresses = interleave(v6 ?? [], v4 ?? [])
    .filter((address) => isIP(address) !== 0 && !refused.has(address))
    .slice(0, MAX_ADDRESSES);
  if (addresses.length === 0) return noAddress(results);
  return {
    kind: 'addresses',
    addresses,
    canonicalName: answers[0]?.name ?? host,
    secure: answers.every((answer) => answer.secure && answer.name === answers[0]?.name),
  };
}

/** In an order of chance (RFC 5321 section 5.1 asks for it among equals). */
export function shuffle<T>(items: readonly T[], random: RandomBelow): T[] {
  const left = [...items];
  const shuffled: T[] = [];
  while (left.length > 0) shuffled.push(...left.splice(random(left.length), 1));
  return shuffled;
}

function noAddress(results: readonly DnsResult<string>[]): HostAddresses {
  for (const result of results) if (result.kind === 'failed') return { kind: 'failed', why: result.why };
  return { kind: 'none' };
}

function recordsOf(result: DnsResult<string>): readonly string[] {
  return result.kind === 'answer' ? result.records : [];
}

function interleave(a: readonly string[], b: readonly string[]): string[] {
  const mixed: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    for (const list of [a, b]) {
      const item = list[i];
      if (item !== undefined) mixed.push(item);
    }
  return mixed;
}
