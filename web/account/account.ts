/** What `GET /api/account` answers; times are ISO 8601. */
import type { Preferences, PreviousSignIn } from '../ui/api-types.ts';

export interface Account {
  readonly addresses: readonly { readonly address: string; readonly provenAt: string }[];
  readonly preferences: Preferences;
  readonly previousSignIn: PreviousSignIn | null;
  readonly sessions: readonly AccountSession[];
}

export interface AccountSession {
  /** `Firefox, Windows`; empty: not known. */
  readonly browser: string;
  readonly since: string;
  readonly lastUsed: string;
  /** The one that shows the page. */
  readonly current: boolean;
}
