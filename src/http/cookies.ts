/**
 * Names and attributes of our cookies. On https a name begins with `__Host-`, so that neither a sub-domain nor plain
 * http can plant one. On http://localhost browsers differ in whether they keep Secure cookies, so there the names are
 * plain and Secure is left out. SameSite=Strict holds also for someone who follows the link in a mail: the page itself
 * needs no session, and the requests it then makes are of the same site.
 */
import type { CookieSerializeOptions } from '@fastify/cookie';

const COOKIES = {
  session: 'session',
  registration: 'registration',
  /** The browser that asked for a code. */
  browser: 'browser',
  /** A sign-in that still lacks something. */
  signIn: 'signin',
  /** A passkey, or an app for the second factor, that was asked for. */
  ticket: 'ticket',
  /** A browser in which the second factor is not asked for. */
  device: 'device',
} as const;

export type CookieNames = Readonly<Record<keyof typeof COOKIES, string>>;

export function cookieNames(options: { https: boolean }): CookieNames {
  const prefix = options.https ? '__Host-' : '';
  return {
    session: `${prefix}${COOKIES.session}`,
    registration: `${prefix}${COOKIES.registration}`,
    browser: `${prefix}${COOKIES.browser}`,
    signIn: `${prefix}${COOKIES.signIn}`,
    ticket: `${prefix}${COOKIES.ticket}`,
    device: `${prefix}${COOKIES.device}`,
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
