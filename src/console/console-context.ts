/** What every route of the staff listener is given. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Origin } from '#src/staff/staff-context.ts';
import type { Staff } from '#src/staff/staff.ts';

import type { FramedPage, Language } from './frame.ts';
import type { StaffCookies } from './staff-cookies.ts';

export interface ConsoleContext {
  readonly staff: Staff;
  readonly cookies: StaffCookies;
  readonly language: () => Language;
  readonly organization: () => string;
  /** A moment (ms) as people of the place write it. */
  readonly formatMoment: (ms: number) => string;
  /** Its day alone. */
  readonly formatDay: (ms: number) => string;
  /** Sends a page in the frame of the staff site. */
  show(request: FastifyRequest, reply: FastifyReply, page: FramedPage): FastifyReply;
}

export function originOf(request: FastifyRequest): Origin {
  return { remoteAddress: request.ip, userAgent: request.headers['user-agent'] ?? null };
}
