/** What the parts of `staff` are given. */
import type { AccountsContext } from '#src/accounts/accounts-context.ts';

export interface StaffContext extends AccountsContext {
  /** `*.hospital.example` and exact domains; asked for anew, so that a reload takes effect. */
  readonly internalDomains: () => readonly string[];
}

/** Where a sign-in comes from, for throttles and for the list of sessions. */
export interface Origin {
  /** Address of the browser. */
  readonly remoteAddress: string;
  /** User-Agent field as it was sent; null: none. */
  readonly userAgent: string | null;
}
