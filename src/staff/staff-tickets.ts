/** What staff do over several requests; the tickets that hold each together. */
import type { Tickets } from '#src/accounts/tickets.ts';

export type StaffTicketPurpose =
  | 'oidc-sign-in'
  | 'oidc-connect'
  | 'passkey-sign-in'
  | 'passkey-register'
  | 'invite';

export type StaffTickets = Tickets<StaffTicketPurpose>;
