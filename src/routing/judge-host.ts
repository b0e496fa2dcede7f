/**
 * What one server of a domain must prove, from what DNS and MTA-STS say about it. DANE wins where both exist: a
 * server whose TLSA records can't be looked up or matched is not saved by a policy (RFC 8461 section 2). A name from
 * unprotected DNS is never what a certificate is checked for, because whoever forges the name has a certificate for
 * it.
 */
import type { HostAddresses } from './host-addresses.ts';
import { allowsHost } from './mta-sts-policy.ts';
import type { MtaStsPolicy } from './mta-sts-policy.ts';
import type { HostProof, TlsSetting } from './route-plan.ts';
import type { TlsaLookup } from './tlsa.ts';

export interface HostFacts {
  readonly host: string;
  readonly addresses: HostAddresses & { readonly kind: 'addresses' };
  /** The domain, and what it is an alias of. */
  readonly domains: readonly string[];
  /** The name of the server is proven: by DNSSEC, or because the operator named it. */
  readonly nameProof: 'dnssec' | 'pinned' | null;
  readonly tlsa: TlsaLookup;
  /** null where there is none, or none that can be known. */
  readonly policy: MtaStsPolicy | null;
}

export type HostVerdict =
  | { readonly kind: 'use'; readonly servername: string; readonly verify: HostProof; readonly why: string }
  /** `temporary`: it may be used later. */
  | { readonly kind: 'skip'; readonly temporary: boolean; readonly why: string };

export function judgeHost(setting: TlsSetting['kind'], facts: HostFacts): HostVerdict {
  if (setting === 'pkix') return judgeName(facts);
  if (setting === 'mta-sts') return judgePolicy(facts, true);
  const byDane = judgeDane(facts);
  if (byDane !== null && byDane.kind === 'use' && byDane.verify.kind === 'encrypted')
    return setting === 'opportunistic' ? byDane : skip('its TLSA records can not be used');
  if (byDane !== null) return byDane;
  if (setting === 'dane') return skip(facts.tlsa.kind === 'none' ? facts.tlsa.why : 'no TLSA records');
  if (facts.policy?.mode === 'enforce') return judgePolicy(facts, false);
  if (setting === 'authenticated') return skip('neither TLSA records nor an enforced MTA-STS policy');
  return use(facts.host, { kind: 'none' }, 'nothing is published that it could be verified by');
}

/** null where DANE says nothing about the server. */
function judgeDane({ tlsa, host, domains }: HostFacts): HostVerdict | null {
  switch (tlsa.kind) {
    case 'none':
      return null;
    case 'failed':
      return { kind: 'skip', temporary: true, why: tlsa.why };
    case 'unusable':
      return use(tlsa.base, { kind: 'encrypted' }, `the TLSA records of ${host} can not be used`);
    case 'records': {
      // RFC 7672 section 3.2.2: the name of the records, and the domain before and after its alias.
      const names = [...new Set([tlsa.base, ...domains])];
      return use(tlsa.base, { kind: 'dane', records: tlsa.records, names }, 'DANE');
    }
  }
}

/** RFC 8461 section 4.1: the server is on the list, and its certificate is for the server's own name. */
function judgePolicy(facts: HostFacts, daneFirst: boolean): HostVerdict {
  const { policy, host } = facts;
  if (policy === null || policy.mode === 'none') return skip('no MTA-STS policy');
  const byDane = daneFirst ? judgeDane(facts) : null;
  if (byDane?.kind === 'skip') return byDane;
  if (!allowsHost(policy, host)) return skip('not on the list of the MTA-STS policy');
  if (byDane?.kind === 'use' && byDane.verify.kind === 'dane') return byDane;
  return use(host, { kind: 'pkix', names: [host], by: 'mta-sts' }, `MTA-STS (${policy.mode})`);
}

function judgeName({ host, domains, nameProof, policy }: HostFacts): HostVerdict {
  const itself = { kind: 'pkix', names: [host] } as const;
  if (nameProof === 'pinned') return use(host, { ...itself, by: 'pinned' }, 'named by the operator');
  if (nameProof === 'dnssec') return use(host, { ...itself, by: 'dnssec' }, 'name proven by DNSSEC');
  if (policy !== null && policy.mode !== 'none' && allowsHost(policy, host))
    return use(host, { ...itself, by: 'mta-sts' }, 'name proven by MTA-STS');
  // The alias of a domain comes from the same unprotected DNS.
  const proof = { kind: 'pkix', names: domains.slice(0, 1), by: 'domain' } as const;
  return use(host, proof, 'name from unprotected DNS: must prove the domain itself');
}

function use(servername: string, verify: HostProof, why: string): HostVerdict {
  return { kind: 'use', servername, verify, why };
}

function skip(why: string): HostVerdict {
  return { kind: 'skip', temporary: false, why };
}
