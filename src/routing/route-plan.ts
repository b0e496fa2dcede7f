/**
 * Where mail for a domain goes and what each server must prove before it is told anything: what `planRoute` gives
 * back, and what it is asked for. Words in `why` are for staff pages and logs of operation; they hold names of
 * domains and servers, never addresses of people.
 */
import type { TlsaRecord } from './dns-answer.ts';
import type { MtaStsResult } from './mta-sts.ts';

/** A server that the operator named: its name needs no proof from the DNS. */
export interface PinnedHop {
  /** Lower-case name or IP address. */
  readonly host: string;
  readonly port: number;
}

export type TlsSetting =
  /** All other mail: TLS where offered; DANE and MTA-STS honoured where published. */
  | { readonly kind: 'opportunistic' }
  /** A partner: verified or not at all. */
  | { readonly kind: 'pkix' | 'dane' | 'mta-sts'; readonly nextHop?: PinnedHop | undefined }
  /** DANE or an enforced MTA-STS policy, whichever is published; else not authenticated. */
  | { readonly kind: 'authenticated' };

export type HostProof =
  /** TLS where offered, unverified; plaintext otherwise. */
  | { readonly kind: 'none' }
  /** TLS, or nothing is sent; the certificate is not looked at (RFC 7672 section 2.2: no usable TLSA record). */
  | { readonly kind: 'encrypted' }
  /** A chain to a trust anchor and one of the names in subjectAltName. */
  | { readonly kind: 'pkix'; readonly names: readonly string[]; readonly by: NameProof }
  /** To be asked of `verifyDane`. */
  | { readonly kind: 'dane'; readonly records: readonly TlsaRecord[]; readonly names: readonly string[] };

/**
 * Why the name in a certificate is the right one: the operator named the server, DNSSEC or an MTA-STS policy proves
 * that it serves the domain, or the certificate carries the domain itself.
 */
export type NameProof = 'pinned' | 'dnssec' | 'mta-sts' | 'domain';

export interface PlannedHost {
  readonly host: string;
  readonly port: number;
  /** In the order in which to try them. */
  readonly addresses: readonly string[];
  /** What to ask the server for (SNI). */
  readonly servername: string;
  readonly verify: HostProof;
  readonly why: string;
}

export interface SkippedHost {
  readonly host: string;
  readonly why: string;
}

export type RoutePlan =
  | {
      readonly kind: 'hosts';
      /** In the order in which to try them; at least one. */
      readonly hosts: readonly PlannedHost[];
      readonly skipped: readonly SkippedHost[];
      /** What is known of the domain's MTA-STS policy; null where nothing depended on it. */
      readonly mtaSts: MtaStsResult | null;
    }
  /** Can't be told now; to be tried again. `mtaSts`: as above, where its list allowed no server. */
  | { readonly kind: 'defer'; readonly why: string; readonly mtaSts?: MtaStsResult | null }
  /** Nobody takes mail for the domain: it does not exist, or says so. `enhanced` as in RFC 3463. */
  | {
      readonly kind: 'undeliverable';
      readonly why: string;
      readonly enhanced: '5.1.2' | '5.1.10' | '5.4.4' | '5.4.6';
    }
  /** There are servers, but none that could prove who it is the way the setting asks for. */
  | { readonly kind: 'not-authenticated'; readonly why: string };
