/**
 * Cookies of the staff pages. Their names differ from the portal's, because on http://localhost both are one host to a
 * browser. SameSite is Lax: staff follow links from webmail and come back from the identity provider, and those
 * requests change nothing; whatever changes something is checked for its origin before a route sees it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIES = {
  session: 'staff-session',
  /** The browser that asked for a link. */
  browser: 'staff-browser',
  /** A sign-in that is under way. */
  ticket: 'staff-ticket',
  /** Where it leads. */
  return: 'staff-return',
} as const;

export type StaffCookie = keyof typeof COOKIES;

export interface StaffCookies {
  read(request: FastifyRequest, cookie: StaffCookie): string | undefined;
  /** Until the browser is closed, or for `maxAgeSeconds`. */
  set(reply: FastifyReply, cookie: StaffCookie, value: string, maxAgeSeconds?: number): void;
  clear(reply: FastifyReply, cookie: StaffCookie): void;
}

/** `consoleUrl`: https, or http on this machine, where the names have no prefix and Secure is left out. */
export function staffCookies(consoleUrl: string): StaffCookies {
  const secure = consoleUrl.startsWith('https:');
  const nameOf = (cookie: StaffCookie) => `${secure ? '__Host-' : ''}${COOKIES[cookie]}`;
  const options = { path: '/', httpOnly: true, secure, sameSite: 'lax' } as const;
  return {
    read: (request, cookie) => request.cookies[nameOf(cookie)],
    set(reply, cookie, value, maxAgeSeconds) {
      const age = maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds };
      void reply.setCookie(nameOf(cookie), value, { ...options, ...age });
    },
    clear: (reply, cookie) => void reply.clearCookie(nameOf(cookie), options),
  };
}
