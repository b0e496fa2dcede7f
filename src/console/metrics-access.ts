/** Who may read `/metrics`: monitoring on a network of ours, or whoever sends the token as RFC 6750 says. */
import type { FastifyRequest } from 'fastify';

import { equalBytes, sha256 } from '#src/base/bytes.ts';
import { isLoopback, type NetworkList } from '#src/base/network-list.ts';

import { isForwardedUnbelieved } from './policies/remote.ts';

export interface MetricsAccess {
  readonly networks: NetworkList;
  /** Null: no token opens it. */
  readonly token: string | null;
}

export function mayReadMetrics({ networks, token }: MetricsAccess, request: FastifyRequest): boolean {
  const { ip, headers } = request;
  const given = /^Bearer ([\x21-\x7e]+)$/iu.exec(headers.authorization ?? '')?.[1];
  if (token !== null && given !== undefined && equalBytes(sha256(given), sha256(token))) return true;
  return networks.has(ip) && !(isLoopback(ip) && isForwardedUnbelieved(request));
}
