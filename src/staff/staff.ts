/** Everything that signs staff in and says who they are, connected: what the staff pages are given. */
import { Throttle } from '#src/accounts/throttle.ts';
import type { Statement } from '#src/storage/database.ts';

import { MailedLinks, type LinkMailer } from './mailed-links.ts';
import { StaffSignIn } from './sign-in.ts';
import type { StaffContext } from './staff-context.ts';
import { sweepStaffLinks } from './staff-links.ts';
import { StaffSessions } from './staff-sessions.ts';
import { Tickets } from './tickets.ts';
import { findViewer, type StaffViewer } from './viewer.ts';

export interface Staff {
  readonly context: StaffContext;
  readonly sessions: StaffSessions;
  readonly mailedLinks: MailedLinks;
  /** Who a session's cookie is of; null: nobody. Begins the idle time anew. */
  viewerOf(token: string | undefined): Promise<StaffViewer | null>;
  /** Forgets what ended by itself. */
  sweep(): readonly Statement[];
}

export interface StaffOptions {
  readonly mailer: LinkMailer;
}

export function createStaff(context: StaffContext, options: StaffOptions): Staff {
  const sessions = new StaffSessions(context);
  const throttle = new Throttle(context);
  const signIn = new StaffSignIn(context, { sessions, throttle });
  const tickets = new Tickets(context);
  return {
    context,
    sessions,
    mailedLinks: new MailedLinks(context, { throttle, signIn, mailer: options.mailer }),
    async viewerOf(token) {
      const viewer = await findViewer(context, sessions, token);
      return viewer === null ? null : { ...viewer, session: await sessions.touch(viewer.session) };
    },
    sweep: () => [sessions.sweep(), sweepStaffLinks(context), tickets.sweep()],
  };
}
