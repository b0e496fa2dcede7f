/**
 * What holds a sign-in together that goes over several requests (OpenID Connect, passkeys): a ticket in a cookie of
 * the browser that began it, under the verifier key, good for one purpose and ten minutes. State, nonce, verifier and
 * challenge are derived from it, so nothing is stored until it is used; then its hash is, and it is used once.
 */
import { equalBytes, lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { StaffContext } from './staff-context.ts';

export const TICKET_MS = 10 * MINUTE_MS;

export type TicketPurpose =
  | 'oidc-sign-in'
  | 'oidc-connect'
  | 'passkey-sign-in'
  | 'passkey-register'
  | 'invite';

/** `subject`: whom it is for (staff id, hash of an invitation); empty where nobody is known yet. */
export interface Ticket {
  readonly id: string;
  readonly purpose: TicketPurpose;
  readonly subject: string;
  readonly expiresAt: number;
}

const ID_BYTES = 32;
const COOKIE = /^([\w-]{43})\.(\d{1,15})\.([\w-]{43})$/u;

type TicketContext = Pick<StaffContext, 'database' | 'keys' | 'clock' | 'random'>;

export class Tickets {
  readonly #context: TicketContext;

  constructor(context: TicketContext) {
    this.#context = context;
  }

  /** A new ticket, and the value of its cookie. */
  begin(purpose: TicketPurpose, subject = ''): { ticket: Ticket; cookie: string } {
    const { random, clock } = this.#context;
    const ticket: Ticket = {
      id: random(ID_BYTES).toString('base64url'),
      purpose,
      subject,
      expiresAt: clock.now() + TICKET_MS,
    };
    return { ticket, cookie: `${ticket.id}.${ticket.expiresAt}.${this.#seal(ticket).toString('base64url')}` };
  }

  /** The ticket of a cookie; null where it is not for this purpose and subject, changed, or too old. */
  resume(cookie: string | undefined, purpose: TicketPurpose, subject = ''): Ticket | null {
    const [, id, expires, seal] = COOKIE.exec(cookie ?? '') ?? [];
    if (id === undefined || expires === undefined || seal === undefined) return null;
    const ticket: Ticket = { id, purpose, subject, expiresAt: Number(expires) };
    if (!equalBytes(this.#seal(ticket), Buffer.from(seal, 'base64url'))) return null;
    return this.#context.clock.now() < ticket.expiresAt ? ticket : null;
  }

  /** 43 characters of base64url, always the same for a ticket and a use, and known to nobody without the key. */
  derive(ticket: Ticket, use: 'state' | 'nonce' | 'code-verifier' | 'challenge'): string {
    const fields = lengthPrefixed('staff-ticket-value', use, ticket.purpose, ticket.subject, ticket.id);
    return this.#context.keys.mac('verifier', fields).toString('base64url');
  }

  /** Uses it up: of two units with this statement one fails. */
  use(ticket: Ticket): Statement {
    const row = { ticketHash: sha256('staff-ticket', ticket.id), expiresAt: ticket.expiresAt };
    return statement(this.#context.database.query.insertInto('staff_used_tickets').values(row), exactlyOne);
  }

  sweep(): Statement {
    const { database, clock } = this.#context;
    return statement(database.query.deleteFrom('staff_used_tickets').where('expiresAt', '<', clock.now()));
  }

  #seal({ id, purpose, subject, expiresAt }: Ticket): Buffer {
    return this.#context.keys.mac(
      'verifier',
      lengthPrefixed('staff-ticket', purpose, subject, String(expiresAt), id),
    );
  }
}
