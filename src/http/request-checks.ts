/**
 * What every request must pass before a route sees it: a Host that is ours (an attacker's name pointing here gets
 * 421, RFC 9110 section 15.5.20), and for requests that change something, proof that our own page sent them. A
 * browser tells with Sec-Fetch-Site and Origin; a request with neither comes from no browser page of ours.
 */
import type { IncomingMessage } from 'node:http';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True where the request names exactly one of `allowedHosts` (lower case, with port where it is not the default). */
export function hasAllowedHost(request: IncomingMessage, allowedHosts: ReadonlySet<string>): boolean {
  const hosts = request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]?.toLowerCase() === 'host');
  // `GET http://other.example/ HTTP/1.1` names a host in its target; only proxies are asked that way.
  if (!(request.url ?? '').startsWith('/')) return false;
  return hosts.length === 1 && allowedHosts.has((hosts[0] ?? '').toLowerCase());
}

export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/** True where a browser page of `origin` sent the request. */
export function isSameOrigin(request: IncomingMessage, origin: string): boolean {
  const site = request.headers['sec-fetch-site'];
  const sentOrigin = request.headers.origin;
  if (site !== undefined && site !== 'same-origin') return false;
  if (sentOrigin !== undefined && sentOrigin !== origin) return false;
  return site !== undefined || sentOrigin !== undefined;
}

/** True for `application/json`, alone or with charset utf-8. */
export function isJson(contentType: string | undefined): boolean {
  return /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/iu.test(contentType ?? '');
}

/** The Host header with which browsers reach `publicUrl`. */
export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host.toLowerCase();
}
