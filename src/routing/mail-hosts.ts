/**
 * Which servers take mail for a domain (RFC 5321 section 5.1): MX by preference and by chance among equals, the
 * domain itself where it has none, nobody where it says so (null MX, RFC 7505), or the one an address literal names.
 * A failed lookup is never taken for "there is none": that would send mail to the wrong server, or back.
 */
import { isIP } from 'node:net';

import type { NetworkList } from '#src/base/network-list.ts';

import type { DnsClient, MxRecord } from './dns-answer.ts';
import { findAddresses, shuffle } from './host-addresses.ts';
import type { HostAddresses, RandomBelow } from './host-addresses.ts';

export interface MailHost {
  /** Lower case; the address itself where the domain is a literal. */
  readonly name: string;
  readonly addresses: HostAddresses;
}

/** How this gateway itself would stand in the DNS: mail is never sent there (RFC 5321 section 5.1). */
export interface OwnHost {
  /** Lower-case names. */
  readonly names: readonly string[];
  readonly addresses: NetworkList;
}

export type MailHosts =
  | {
      readonly kind: 'hosts';
      /** In the order in which to try them; at least one. */
      readonly hosts: readonly MailHost[];
      /** The list itself is proven by DNSSEC, also where it is that there is no MX. */
      readonly secure: boolean;
      /** The domain after aliases; the address of a literal. */
      readonly canonicalDomain: string;
    }
  | { readonly kind: 'null-mx' }
  /** No server is better than this gateway itself. */
  | { readonly kind: 'loop' }
  | { readonly kind: 'no-mail-host'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

export interface MailHostOptions {
  readonly dns: DnsClient;
  readonly random: RandomBelow;
  readonly refused: NetworkList;
  readonly own: OwnHost;
}

interface Exchange {
  readonly name: string;
  readonly preference: number;
}

const MAX_HOSTS = 20;
// Underscores are in use; a name of digits only at its end would be taken for an address.
const HOST_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

/** `domain`: lower-case A-labels, or an address literal in brackets. Never rejects. */
export async function findMailHosts(domain: string, options: MailHostOptions): Promise<MailHosts> {
  if (domain.startsWith('[')) return literalHost(domain, options);
  const answer = await options.dns.query(domain, 'MX');
  if (answer.kind === 'failed') return { kind: 'failed', why: `MX of ${domain}: ${answer.why}` };
  if (answer.kind === 'none') {
    if (answer.reason === 'no-such-name') return { kind: 'no-mail-host', why: `${domain} does not exist` };
    return hostsOf([{ name: domain, preference: 0 }], domain, answer.secure, options);
  }
  if (answer.records.length === 1 && answer.records[0]?.exchange === '') return { kind: 'null-mx' };
  const exchanges = orderExchanges(answer.records, options.random).slice(0, MAX_HOSTS);
  if (exchanges.length === 0)
    return { kind: 'no-mail-host', why: `the MX records of ${domain} name no server` };
  return hostsOf(exchanges, answer.name, answer.secure, options);
}

async function hostsOf(
  exchanges: readonly Exchange[],
  canonicalDomain: string,
  secure: boolean,
  { dns, refused, random, own }: MailHostOptions,
): Promise<MailHosts> {
  const found = await Promise.all(
    exchanges.map(async ({ name, preference }) => ({
      host: { name, addresses: await findAddresses(dns, name, refused, random) },
      preference,
    })),
  );
  const ours = found.filter(({ host }) => isOwn(host, own)).map(({ preference }) => preference);
  // Whoever is no better than we are would send it back to us.
  const hosts = found.filter(({ preference }) => preference < Math.min(...ours)).map(({ host }) => host);
  if (hosts.length === 0) return { kind: 'loop' };
  if (hosts.every(({ addresses }) => addresses.kind === 'none'))
    return { kind: 'no-mail-host', why: `no server of ${canonicalDomain} has a usable address` };
  return { kind: 'hosts', hosts, secure, canonicalDomain };
}

function isOwn({ name, addresses }: MailHost, own: OwnHost): boolean {
  if (own.names.includes(name)) return true;
  return addresses.kind === 'addresses' && addresses.addresses.some((address) => own.addresses.has(address));
}

function orderExchanges(records: readonly MxRecord[], random: RandomBelow): Exchange[] {
  const usable = records.filter(({ exchange }) => HOST_NAME.test(exchange));
  const ordered = shuffle(usable, random).toSorted((a, b) => a.preference - b.preference);
  // A server that stands there twice counts where it is preferred.
  const first = new Map<string, number>();
  for (const { exchange, preference } of ordered) if (!first.has(exchange)) first.set(exchange, preference);
  return [...first].map(([name, preference]) => ({ name, preference }));
}

/** RFC 5321 section 4.1.3. A literal leads neither to this machine nor where no record of a domain may lead. */
function literalHost(domain: string, { refused, own }: MailHostOptions): MailHosts {
  const address = domain.slice(1, -1).replace(/^ipv6:/iu, '');
  const isLiteral = domain.endsWith(']') && isIP(address) === (/^\[ipv6:/iu.test(domain) ? 6 : 4);
  if (!isLiteral) return { kind: 'no-mail-host', why: `${domain} is no address` };
  if (own.addresses.has(address)) return { kind: 'loop' };
  if (refused.has(address)) return { kind: 'no-mail-host', why: `no mail is sent to ${domain}` };
  const addresses = {
    kind: 'addresses',
    addresses: [address],
    canonicalName: address,
    secure: false,
  } as const;
  return { kind: 'hosts', hosts: [{ name: address, addresses }], secure: false, canonicalDomain: address };
}
