/**
 * Which TLSA records bind a mail server (RFC 7672 section 2.2). They count only where the list of servers, the
 * server's addresses and the records themselves are proven; a lookup that fails is not "no records", because an
 * attacker can make it fail. What the records demand of a certificate is `dane.ts`.
 */
import type { DnsClient, TlsaRecord } from './dns-answer.ts';
import { isUsableRecord } from './dane.ts';

export type TlsaLookup =
  /** Not published, or not proven: DANE says nothing about this server. */
  | { readonly kind: 'none'; readonly why: string }
  /** Proven; `base` is the name they are for, and the one to ask the server for (SNI). */
  | { readonly kind: 'records'; readonly base: string; readonly records: readonly TlsaRecord[] }
  /** Proven, and none that we can use: TLS is promised, but nothing to check it by (RFC 7672 section 2.2). */
  | { readonly kind: 'unusable'; readonly base: string }
  | { readonly kind: 'failed'; readonly why: string };

export interface TlsaTarget {
  readonly host: string;
  readonly port: number;
  /** As `findAddresses` says. */
  readonly canonicalName: string;
  readonly secure: boolean;
}

const MAX_TLSA_RECORDS = 64;

export async function findTlsa(dns: DnsClient, target: TlsaTarget): Promise<TlsaLookup> {
  const bases = await findBases(dns, target);
  if ('kind' in bases) return bases;
  for (const base of bases) {
    const name = `_${target.port}._tcp.${base}`;
    const answer = await dns.query(name, 'TLSA');
    if (answer.kind === 'failed') return { kind: 'failed', why: `TLSA of ${base}: ${answer.why}` };
    if (answer.kind === 'none' || !answer.secure) continue;
    const records = answer.records.filter(isUsableRecord).slice(0, MAX_TLSA_RECORDS);
    return records.length === 0 ? { kind: 'unusable', base } : { kind: 'records', base, records };
  }
  return { kind: 'none', why: 'no TLSA records' };
}

/** The names to look under, best first (RFC 7672 section 2.2.2): what an alias leads to, then the alias. */
async function findBases(
  dns: DnsClient,
  { host, canonicalName, secure }: TlsaTarget,
): Promise<readonly string[] | TlsaLookup> {
  if (secure) return [...new Set([canonicalName, host])];
  const unproven = { kind: 'none', why: `the addresses of ${host} are not proven by DNSSEC` } as const;
  if (canonicalName === host) return unproven;
  // An alias that leads out of the proven part of the tree may itself be proven.
  const alias = await dns.query(host, 'CNAME');
  if (alias.kind === 'failed') return { kind: 'failed', why: `CNAME of ${host}: ${alias.why}` };
  return alias.kind === 'answer' && alias.secure ? [host] : unproven;
}
