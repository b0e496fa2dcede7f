/** What `GET /api/account` answers; times are ISO 8601. */
import type { Preferences, PreviousSignIn } from '../ui/api-types.ts';

export interface Account {
  readonly addresses: readonly {
    readonly address: string;
    readonly provenAt: string;
    /** False: since a reset through another address it sets no new password until it is proven again. */
    readonly confirmed: boolean;
  }[];
  readonly preferences: Preferences;
  readonly previousSignIn: PreviousSignIn | null;
  readonly sessions: readonly AccountSession[];
  /** Who reads, or asks to read, what comes to the addresses. */
  readonly readers: readonly AccountAccess[];
  /** Whose messages the owner of the account reads. */
  readonly readsFor: readonly AccountAccess[];
}

export interface AccountAccess {
  readonly id: string;
  /** `rests`: given before a reset of the password by mail; the owner is asked. */
  readonly state: 'asked' | 'given' | 'rests';
  readonly address: string;
  readonly reader: string;
  /** Null: until it is taken back. */
  readonly until: string | null;
  /** False: one message. */
  readonly all: boolean;
}

export interface AccountSession {
  /** `Firefox, Windows`; empty: not known. */
  readonly browser: string;
  readonly since: string;
  readonly lastUsed: string;
  /** The one that shows the page. */
  readonly current: boolean;
}
