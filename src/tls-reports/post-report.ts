/**
 * A TLS report by HTTPS POST (RFC 8460 section 5.4). The address comes from somebody else's DNS record, so it is
 * looked up by our own client and may not lead inwards; redirects are not followed.
 */
import { request } from 'node:https';
import { isIP } from 'node:net';
import tls from 'node:tls';

import { CodedError } from '#src/base/coded-error.ts';
import type { NetworkList } from '#src/base/network-list.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';

export interface PostTools {
  readonly dns: DnsClient;
  /** Networks that nobody's record may lead to. */
  readonly refused: NetworkList;
  /** Trust anchors (PEM) beside those of the system. */
  readonly ca: readonly string[];
}

const TIMEOUT_MS = 30_000;

/** Resolves where the server took it (2xx); throws CodedError `tls-report-not-taken`, or what the connection throws. */
export async function postReport(url: string, gzipped: Buffer, tools: PostTools): Promise<void> {
  const host = new URL(url).hostname.replaceAll(/[[\]]/gu, '');
  const addresses =
    isIP(host) === 0 ? await addressesOf(tools.dns, host) : [{ address: host, family: isIP(host) }];
  const [allowed] = addresses.filter(({ address }) => !tools.refused.has(address));
  if (allowed === undefined)
    throw new CodedError('tls-report-not-taken', 'the server has no address that we connect to');
  const status = await post(url, gzipped, allowed, tools.ca);
  if (status < 200 || status > 299)
    throw new CodedError('tls-report-not-taken', `the server answered ${status}`);
}

interface Address {
  readonly address: string;
  readonly family: number;
}

function post(url: string, gzipped: Buffer, to: Address, ca: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/tlsrpt+gzip', 'content-length': gzipped.length },
    lookup: (_, { all }, callback) => {
      if (all === true) callback(null, [to]);
      else callback(null, to.address, to.family);
    },
    ca: [...tls.getCACertificates('default'), ...ca],
    signal: AbortSignal.timeout(TIMEOUT_MS),
    agent: false,
  });
  outgoing.on('error', reject);
  outgoing.on('response', (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  outgoing.end(gzipped);
  return promise;
}

async function addressesOf(dns: DnsClient, host: string): Promise<readonly Address[]> {
  const answers = await Promise.all((['A', 'AAAA'] as const).map((type) => dns.query(host, type)));
  return answers
    .flatMap((answer) => (answer.kind === 'answer' ? answer.records : []))
    .map((address) => ({ address, family: isIP(address) }));
}
