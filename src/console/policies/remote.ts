/** Where a request comes from, when that decides something. */
import type { FastifyRequest } from 'fastify';

import { isLoopback } from '#src/base/network-list.ts';

type Remote = Pick<FastifyRequest, 'ip' | 'ips' | 'headers'>;

/**
 * From this machine itself. A proxy on this machine that is not named in `trustedProxies` speaks for anybody: what
 * says that it was forwarded, and was not believed, is from elsewhere.
 */
export function isThisMachine(request: Remote): boolean {
  return isLoopback(request.ip) && !isForwardedUnbelieved(request);
}

export function isForwardedUnbelieved({ headers, ips }: Remote): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return isForwarded && (ips?.length ?? 0) < 2;
}
