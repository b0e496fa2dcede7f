/** The browser that asked for a code: a random cookie, so that the digits are good in that browser only. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { hashBrowserToken } from '#src/accounts/address-codes.ts';
import { nameBrowser } from '#src/base/browser-name.ts';

import type { PortalContext } from '../portal-context.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;

/** The browser's hash; gives it a cookie where it has none. */
export function knowBrowser(portal: PortalContext, request: FastifyRequest, reply: FastifyReply): Buffer {
  const known = browserOf(portal, request);
  if (known !== null) return known;
  const token = portal.random(TOKEN_BYTES).toString('base64url');
  portal.cookies.set(reply, 'browser', token);
  return hashBrowserToken(token);
}

/** What its person knows the browser by: `Firefox, Windows`; empty: not known. */
export function browserName(request: FastifyRequest): string {
  return nameBrowser(request.headers['user-agent'] ?? null);
}

/** Null where the browser never asked for a code. */
export function browserOf(portal: PortalContext, request: FastifyRequest): Buffer | null {
  const token = portal.cookies.read(request, 'browser');
  return token !== undefined && TOKEN.test(token) ? hashBrowserToken(token) : null;
}
