/**
 * What holds a sign-in together that goes over several requests (OpenID Connect, passkeys): a ticket in a cookie of
 * the browser that began it, under the verifier key, good for one purpose and ten minutes. State, nonce, verifier and
 * challenge are derived from it, so nothing is stored until it is used; then its hash is, and it is used once. A ticket
 * of the staff pages is none of the portal, and the other way round.
 */
import { equalBytes, lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { AccountsContext } from './accounts-context.ts';

export const TICKET_MS = 10 * MINUTE_MS;

export type TicketAudience = 'staff' | 'portal';
export type TicketUse = 'state' | 'nonce' | 'code-verifier' | 'challenge' | 'totp-secret';

/** `subject`: whom it is for (an account, hash of an invitation); empty where nobody is known yet. */
export interface Ticket {
  readonly id: string;
  readonly purpose: string;
  readonly subject: string;
  readonly expiresAt: number;
}

const ID_BYTES = 32;
const COOKIE = /^([\w-]{43})\.(\d{1,15})\.([\w-]{43})$/u;

type TicketContext = Pick<AccountsContext, 'database' | 'keys' | 'clock' | 'random'>;

export class Tickets<Purpose extends string> {
  readonly #context: TicketContext;
  readonly #audience: TicketAudience;

  constructor(context: TicketContext, audience: TicketAudience) {
    this.#context = context;
    this.#audience = audience;
  }

  /** A new ticket, and the value of its cookie. */
  begin(purpose: Purpose, subject = ''): { ticket: Ticket; cookie: string } {
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
  resume(cookie: string | undefined, purpose: Purpose, subject = ''): Ticket | null {
    const [, id, expires, seal] = COOKIE.exec(cookie ?? '') ?? [];
    if (id === undefined || expires === undefined || seal === undefined) return null;
    const ticket: Ticket = { id, purpose, subject, expiresAt: Number(expires) };
    if (!equalBytes(this.#seal(ticket), Buffer.from(seal, 'base64url'))) return null;
    return this.#context.clock.now() < ticket.expiresAt ? ticket : null;
  }

  /** 43 characters of base64url, always the same for a ticket and a use, and known to nobody without the key. */
  derive(ticket: Ticket, use: TicketUse): string {
    const label = `${this.#audience}-ticket-value`;
    const fields = lengthPrefixed(label, use, ticket.purpose, ticket.subject, ticket.id);
    return this.#context.keys.mac('verifier', fields).toString('base64url');
  }

  /** Uses it up: of two units with this statement one fails. */
  use(ticket: Ticket): Statement {
    const row = { ticketHash: sha256(`${this.#audience}-ticket`, ticket.id), expiresAt: ticket.expiresAt };
    return statement(this.#context.database.query.insertInto('used_tickets').values(row), exactlyOne);
  }

  /** Removes what is remembered of tickets, of either audience, that have ended by themselves. */
  sweep(): Statement {
    const { database, clock } = this.#context;
    return statement(database.query.deleteFrom('used_tickets').where('expiresAt', '<', clock.now()));
  }

  #seal({ id, purpose, subject, expiresAt }: Ticket): Buffer {
    return this.#context.keys.mac(
      'verifier',
      lengthPrefixed(`${this.#audience}-ticket`, purpose, subject, String(expiresAt), id),
    );
  }
}
