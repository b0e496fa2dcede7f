/**
 * Names and attributes of our cookies. On https a name begins with `__Host-`, so that neither a sub-domain nor plain
 * http can plant one. On http://localhost browsers differ in whether they keep Secure cookies, so there the names are
 * plain and Secure is left out. SameSite=Strict holds also for someone who follows the link in a mail: the page itself
 * needs no session, and the requests it then makes are of the same site.
 */
import type { CookieSerializeOptions } from '@fastify/cookie';

export interface CookieNames {
  readonly session: string;
  readonly registration: string;
  readonly browser: string;
}

export function cookieNames(options: { https: boolean }): CookieNames {
  const prefix = options.https ? '__Host-' : '';
  return {
    session: `${prefix}session`,
    registration: `${prefix}registration`,
    browser: `${prefix}browser`,
  };
}

/** `maxAgeSeconds` undefined: until the browser is closed. */
export function cookieOptions(options: { https: boolean; maxAgeSeconds?: number }): CookieSerializeOptions {
  return {
    path: '/',
    httpOnly: true,
    secure: options.https,
    sameSite: 'strict',
    ...(options.maxAgeSeconds !== undefined && { maxAge: options.maxAgeSeconds }),
  };
}
