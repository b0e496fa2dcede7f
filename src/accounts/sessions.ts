/**
 * Sessions of the portal, kept on the server: the cookie holds 256 random bits, the row their hash. A recipient's
 * session ends 15 minutes after the last thing its person did and 12 hours after it began, whatever comes first. A
 * registration session carries a proven address from the code to the choice of a passkey or password, and nothing else;
 * a sign-in under way what was proven already, until the rest is.
 */
import { sha256 } from '#src/base/bytes.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';
import type { SessionsTable } from '#src/storage/tables.ts';

import { raiseTamperAlarm, type AccountsContext } from './accounts-context.ts';
import { requireMac, RowForged, sessionMac } from './row-mac.ts';

export const SESSION_IDLE_MS = 15 * MINUTE_MS;
export const SESSION_ABSOLUTE_MS = 12 * HOUR_MS;
export const REGISTRATION_SESSION_MS = 30 * MINUTE_MS;

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;
/** Requests closer together than this do not write the time again. */
const TOUCH_GRAIN_MS = 20 * SECOND_MS;

export type PortalSession = Omit<SessionsTable, 'mac'>;

/** What a sign-in still lacks: the second factor, setting one up, or proof that the mailbox is still theirs. */
export type SignInDue = 'second-factor' | 'second-factor-setup' | 'mailbox';

/** Whose a new session is; `accountId` in a registration session marks a reset of that account's password. */
export type SessionSubject =
  | {
      readonly kind: 'recipient';
      readonly accountId: string;
      /** What base's `nameBrowser` makes of the browser, for the list of sessions. */
      readonly browser: string;
    }
  | {
      readonly kind: 'registration';
      readonly canonicalAddress: string;
      readonly recipientId: string | null;
      readonly accountId: string | null;
    }
  | {
      readonly kind: SignInDue;
      readonly accountId: string;
      /** The address that was typed, or of the link; null: none, as with a passkey. */
      readonly canonicalAddress: string | null;
    };

export class Sessions {
  readonly #context: AccountsContext;

  constructor(context: AccountsContext) {
    this.#context = context;
  }

  /** A new session: the token for the cookie, and the statement that makes it valid. */
  open(subject: SessionSubject): { readonly token: string; readonly insert: Statement } {
    const token = this.#context.random(TOKEN_BYTES).toString('base64url');
    const now = this.#context.clock.now();
    const row: PortalSession = {
      tokenHash: hashSessionToken(token),
      kind: subject.kind,
      accountId: subject.accountId,
      canonicalAddress: subject.kind === 'recipient' ? null : subject.canonicalAddress,
      recipientId: subject.kind === 'registration' ? subject.recipientId : null,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + (subject.kind === 'recipient' ? SESSION_ABSOLUTE_MS : REGISTRATION_SESSION_MS),
      browser: subject.kind === 'recipient' ? subject.browser : null,
    };
    const { query } = this.#context.database;
    const insert = query.insertInto('sessions').values({ ...row, mac: sessionMac(this.#context.keys, row) });
    return { token, insert: statement(insert, exactlyOne) };
  }

  /** The valid session of a cookie; null where there is none, it ended, or it was forged (which raises the alarm). */
  async find(token: string | undefined, kind: PortalSession['kind']): Promise<PortalSession | null> {
    if (token === undefined || !TOKEN.test(token)) return null;
    const tokenHash = hashSessionToken(token);
    const [row] = await findSession(this.#context.database.query, { tokenHash });
    if (row === undefined || !(await this.#isOurs(row))) return null;
    return row.kind === kind && this.#isAlive(row) ? row : null;
  }

  /** False, and the alarm is raised, where we did not write the row. */
  async #isOurs(row: SessionsTable): Promise<boolean> {
    try {
      requireMac('sessions', 'of a cookie', sessionMac(this.#context.keys, row), row.mac);
      return true;
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(this.#context, { what: error.table, accountId: row.accountId });
      return false;
    }
  }

  #isAlive(session: PortalSession): boolean {
    const now = this.#context.clock.now();
    if (now >= session.expiresAt) return false;
    return session.kind !== 'recipient' || now < idleExpiry(session);
  }

  /** Begins the idle time anew; returns the session as it is now. */
  async touch(session: PortalSession, options: { always?: boolean } = {}): Promise<PortalSession> {
    const now = this.#context.clock.now();
    if (options.always !== true && now - session.lastSeenAt < TOUCH_GRAIN_MS) return session;
    const next: PortalSession = { ...session, lastSeenAt: now };
    const { query } = this.#context.database;
    await this.#context.database.commit([
      statement(
        query
          .updateTable('sessions')
          .set({ lastSeenAt: now, mac: sessionMac(this.#context.keys, next) })
          .where('tokenHash', '=', session.tokenHash),
      ),
    ]);
    return next;
  }

  /** Ends one session; with `exactlyOne` the unit fails where it was ended already. */
  end(session: PortalSession, expect?: typeof exactlyOne): Statement {
    const { query } = this.#context.database;
    return statement(query.deleteFrom('sessions').where('tokenHash', '=', session.tokenHash), expect);
  }

  /** Ends every session of an account, started resets included. */
  endAll(accountId: string): Statement {
    return statement(this.#context.database.query.deleteFrom('sessions').where('accountId', '=', accountId));
  }

  /** The sessions of an account that are alive, the last used first; forged ones raise the alarm and are left out. */
  async list(accountId: string): Promise<readonly PortalSession[]> {
    const rows = await this.#context.database.query
      .selectFrom('sessions')
      .selectAll()
      .where('accountId', '=', accountId)
      .where('kind', '=', 'recipient')
      .orderBy('lastSeenAt', 'desc')
      .execute();
    const alive: PortalSession[] = [];
    for (const row of rows) if ((await this.#isOurs(row)) && this.#isAlive(row)) alive.push(row);
    return alive;
  }

  /** Ends every registration that is under way for an address. */
  endRegistrations(canonicalAddress: string): Statement {
    const { query } = this.#context.database;
    return statement(
      query
        .deleteFrom('sessions')
        .where('kind', '=', 'registration')
        .where('canonicalAddress', '=', canonicalAddress),
    );
  }

  /** Removes the rows of sessions that ended by themselves. */
  sweep(): Statement {
    const { query } = this.#context.database;
    return statement(query.deleteFrom('sessions').where('expiresAt', '<', this.#context.clock.now()));
  }
}

const findSession = preparedQuery<{ tokenHash: Uint8Array }, SessionsTable>((query, value) =>
  query.selectFrom('sessions').selectAll().where('tokenHash', '=', value('tokenHash')),
);

/** When the session ends unless its person does something. */
export function idleExpiry(session: PortalSession): number {
  return Math.min(session.lastSeenAt + SESSION_IDLE_MS, session.expiresAt);
}

export function hashSessionToken(token: string): Buffer {
  return sha256('session', token);
}
