/** What recipients do over several requests; the tickets that hold each together. */
import type { Tickets } from './tickets.ts';

export type PortalTicketPurpose =
  | 'passkey-sign-in'
  | 'passkey-register'
  | 'passkey-add'
  | 'passkey-confirm'
  | 'provider-sign-in'
  | 'provider-add'
  | 'totp';

export type PortalTickets = Tickets<PortalTicketPurpose>;
