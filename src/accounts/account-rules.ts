/** What an organisation lets its recipients' accounts do; and how long a password must be for it. */
import { DAY_MS } from '#src/base/clock.ts';

export interface AccountRules {
  /** `required`: whoever signs in with a password or by a provider needs a second factor; a passkey is two by itself. */
  readonly secondFactor: 'optional' | 'required';
  /** Whether a browser may be remembered, so that the second factor is not asked for. */
  readonly rememberDevices: boolean;
}

/** NIST SP 800-63B-4 section 3.1.1.2: alone, and beside a second factor. */
const LENGTH_ALONE = 15;
const LENGTH_BESIDE_SECOND_FACTOR = 8;

/** In code points. Short ones only where a second factor is compulsory: an optional one can be turned off. */
export function minPasswordLength(rules: Pick<AccountRules, 'secondFactor'>): number {
  return rules.secondFactor === 'required' ? LENGTH_BESIDE_SECOND_FACTOR : LENGTH_ALONE;
}

/**
 * An account that nobody signed in to for so long must prove its mailbox again: providers give unused addresses to
 * somebody else, and mail that comes now is theirs.
 */
export const DORMANT_AFTER_MS = 365 * DAY_MS;

export function isDormant(
  account: { readonly lastSignInAt: number | null; readonly createdAt: number },
  now: number,
): boolean {
  return now - (account.lastSignInAt ?? account.createdAt) >= DORMANT_AFTER_MS;
}
