/** Everything that signs staff in and says who they are, connected: what the staff pages are given. */
import { OidcProvider, type OidcProviderSettings } from '#src/accounts/oidc-provider.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { Tickets } from '#src/accounts/tickets.ts';
import type { PasskeySite } from '#src/accounts/webauthn.ts';
import type { Statement } from '#src/storage/database.ts';

import { Invites } from './invites.ts';
import { MailedLinks, type LinkMailer } from './mailed-links.ts';
import { OidcSignIn, type OidcRules } from './oidc-sign-in.ts';
import { Passkeys } from './passkeys.ts';
import { StaffSignIn } from './sign-in.ts';
import type { StaffContext } from './staff-context.ts';
import { sweepStaffLinks } from './staff-links.ts';
import { StaffSessions } from './staff-sessions.ts';
import type { StaffTicketPurpose } from './staff-tickets.ts';
import { findViewer, type StaffViewer } from './viewer.ts';

export interface Staff {
  readonly context: StaffContext;
  readonly sessions: StaffSessions;
  readonly mailedLinks: MailedLinks;
  readonly passkeys: Passkeys;
  readonly invites: Invites;
  /** Null: no identity provider is configured. */
  readonly oidc: OidcSignIn | null;
  /** Who a session's cookie is of; null: nobody. Begins the idle time anew. */
  viewerOf(token: string | undefined): Promise<StaffViewer | null>;
  /** Forgets what ended by itself. */
  sweep(): readonly Statement[];
}

export interface StaffOptions {
  readonly mailer: LinkMailer;
  readonly passkeySite: PasskeySite;
  readonly oidc: (OidcProviderSettings & OidcRules) | null;
}

export function createStaff(context: StaffContext, options: StaffOptions): Staff {
  const sessions = new StaffSessions(context);
  const throttle = new Throttle(context);
  const signIn = new StaffSignIn(context, { sessions, throttle });
  const tickets = new Tickets<StaffTicketPurpose>(context, 'staff');
  const passkeys = new Passkeys(context, { signIn, tickets, site: options.passkeySite });
  return {
    context,
    sessions,
    passkeys,
    invites: new Invites(context, { signIn, passkeys, tickets }),
    oidc:
      options.oidc === null
        ? null
        : new OidcSignIn(context, {
            signIn,
            tickets,
            provider: new OidcProvider(options.oidc),
            rules: options.oidc,
          }),
    mailedLinks: new MailedLinks(context, { throttle, signIn, mailer: options.mailer }),
    async viewerOf(token) {
      const viewer = await findViewer(context, sessions, token);
      return viewer === null ? null : { ...viewer, session: await sessions.touch(viewer.session) };
    },
    sweep: () => [sessions.sweep(), sweepStaffLinks(context), tickets.sweep()],
  };
}
