/**
 * Sessions of the staff pages, kept on the server: the cookie holds 256 random bits, the row their hash. A session
 * ends 12 hours after it began, and 30 minutes after the last thing its person did (15 in one with a second factor,
 * in which the higher roles count). Each sign-in makes a new one.
 */
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { requireMac, RowForged } from '#src/accounts/row-mac.ts';
import { nameBrowser } from '#src/base/browser-name.ts';
import { sha256 } from '#src/base/bytes.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { statement, exactlyOne, type Statement } from '#src/storage/database.ts';
import type { StaffSessionsTable } from '#src/storage/tables.ts';

import type { Origin, StaffContext } from './staff-context.ts';
import { staffSessionMac } from './staff-macs.ts';

export const STAFF_IDLE_MS = 30 * MINUTE_MS;
export const STAFF_IDLE_MFA_MS = 15 * MINUTE_MS;
export const STAFF_ABSOLUTE_MS = 12 * HOUR_MS;

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/u;
/** Requests closer together than this do not write the time again. */
const TOUCH_GRAIN_MS = 20 * SECOND_MS;

export type StaffSession = Omit<StaffSessionsTable, 'mac'>;

export interface NewStaffSession {
  readonly staffId: string;
  readonly method: StaffSession['method'];
  /** Whether higher roles count in it. */
  readonly mfa: boolean;
  readonly origin: Origin;
}

export class StaffSessions {
  readonly #context: StaffContext;

  constructor(context: StaffContext) {
    this.#context = context;
  }

  /** A new session: the token for the cookie, and the statement that makes it valid. */
  open({ staffId, method, mfa, origin }: NewStaffSession): { token: string; insert: Statement } {
    const { clock, random, keys, database } = this.#context;
    const token = random(TOKEN_BYTES).toString('base64url');
    const now = clock.now();
    const row: StaffSession = {
      tokenHash: hashStaffToken(token),
      id: newId(clock, random),
      staffId,
      method,
      mfa: mfa ? 1 : 0,
      browser: nameBrowser(origin.userAgent),
      remoteAddress: origin.remoteAddress,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + STAFF_ABSOLUTE_MS,
    };
    const insert = database.query
      .insertInto('staff_sessions')
      .values({ ...row, mac: staffSessionMac(keys, row) });
    return { token, insert: statement(insert, exactlyOne) };
  }

  /** The valid session of a cookie; null where there is none, it ended, or it was forged (which raises the alarm). */
  async find(token: string | undefined): Promise<StaffSession | null> {
    if (token === undefined || !TOKEN.test(token)) return null;
    const row = await this.#context.database.query
      .selectFrom('staff_sessions')
      .selectAll()
      .where('tokenHash', '=', hashStaffToken(token))
      .executeTakeFirst();
    if (row === undefined) return null;
    try {
      requireMac('staff_sessions', row.id, staffSessionMac(this.#context.keys, row), row.mac);
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(this.#context, { what: error.table, rowKey: error.rowKey });
      return null;
    }
    return this.#isAlive(row) ? row : null;
  }

  /** A person's sessions that are alive, the newest first. Throws RowForged. */
  async listOf(staffId: string): Promise<readonly StaffSession[]> {
    const rows = await this.#context.database.query
      .selectFrom('staff_sessions')
      .selectAll()
      .where('staffId', '=', staffId)
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .execute();
    for (const row of rows)
      requireMac('staff_sessions', row.id, staffSessionMac(this.#context.keys, row), row.mac);
    return rows.filter((row) => this.#isAlive(row));
  }

  /** Begins the idle time anew; returns the session as it is now. */
  async touch(session: StaffSession): Promise<StaffSession> {
    const { clock, keys, database } = this.#context;
    const now = clock.now();
    if (now - session.lastSeenAt < TOUCH_GRAIN_MS) return session;
    const next: StaffSession = { ...session, lastSeenAt: now };
    await database.commit([
      statement(
        database.query
          .updateTable('staff_sessions')
          .set({ lastSeenAt: now, mac: staffSessionMac(keys, next) })
          .where('tokenHash', '=', session.tokenHash),
      ),
    ]);
    return next;
  }

  /** Ends one session of a person, named by its id. */
  async end(staffId: string, id: string): Promise<void> {
    const { database, audit } = this.#context;
    await database.commit([
      this.endStatement({ staffId, id }),
      audit.entry({ event: 'staff-signed-out', facts: { staff: staffId, session: id } }),
    ]);
  }

  endStatement({ staffId, id }: Pick<StaffSession, 'staffId' | 'id'>): Statement {
    const { query } = this.#context.database;
    return statement(query.deleteFrom('staff_sessions').where('id', '=', id).where('staffId', '=', staffId));
  }

  /** Ends every session of a person: "sign out everywhere", or an administrator's act (`by`). */
  endAllStatements(staffId: string, by: string): readonly Statement[] {
    const { database, audit } = this.#context;
    return [
      statement(database.query.deleteFrom('staff_sessions').where('staffId', '=', staffId)),
      audit.entry({ event: 'staff-sessions-ended', facts: { staff: staffId, by } }),
    ];
  }

  /** Removes the rows of sessions that ended by themselves. */
  sweep(): Statement {
    const { query } = this.#context.database;
    return statement(query.deleteFrom('staff_sessions').where('expiresAt', '<', this.#context.clock.now()));
  }

  #isAlive(session: StaffSession): boolean {
    return this.#context.clock.now() < sessionEndsAt(session);
  }
}

/** When the session ends unless its person does something. */
export function sessionEndsAt({ mfa, lastSeenAt, expiresAt }: StaffSession): number {
  return Math.min(lastSeenAt + (mfa === 1 ? STAFF_IDLE_MFA_MS : STAFF_IDLE_MS), expiresAt);
}

export function hashStaffToken(token: string): Buffer {
  return sha256('staff-session', token);
}
