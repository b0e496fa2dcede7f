/**
 * Which mailbox an account at Google or Microsoft proves: only one that the provider itself answers for now. An address
 * that it merely has on file says nothing about who reads the mailbox today. Pure; the claims are of a verified ID token.
 *
 * Google: a Gmail address, or an account that an organisation hosts there (`hd`), each with `email_verified`; another
 * address was verified once, when the account was made (Google, "Verify the Google ID token", `email_verified` and `hd`).
 * Microsoft: `email` of a work account is whatever its administrator wrote, of any domain; it counts where `xms_edov` says
 * that the tenant has proved the domain, or where the mailbox of a personal account is Microsoft's own.
 */
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';

import type { OidcClaims } from './oidc-provider.ts';

export const PROVIDER_KINDS = ['google', 'microsoft'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

const GOOGLE_MAILBOXES: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);
const MICROSOFT_MAILBOXES: ReadonlySet<string> = new Set([
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
]);
/** The tenant of all personal Microsoft accounts. */
const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-b66a304b66ad';
/** Forms in which Microsoft writes that the domain's owner was verified. */
const VERIFIED: ReadonlySet<unknown> = new Set([true, 1, '1', 'true']);

/** Null where the provider answers for no address. */
export function addressProvenBy(kind: ProviderKind, claims: OidcClaims): MailAddress | null {
  const address = typeof claims['email'] === 'string' ? parseMailAddress(claims['email']) : null;
  if (address === null) return null;
  const isProven = kind === 'google' ? isGoogles(claims, address) : isMicrosofts(claims, address);
  return isProven ? address : null;
}

function isGoogles(claims: OidcClaims, { domain }: MailAddress): boolean {
  if (claims['email_verified'] !== true) return false;
  return GOOGLE_MAILBOXES.has(domain) || (typeof claims['hd'] === 'string' && claims['hd'] !== '');
}

function isMicrosofts(claims: OidcClaims, { domain }: MailAddress): boolean {
  if (claims['tid'] === PERSONAL_ACCOUNTS && MICROSOFT_MAILBOXES.has(domain)) return true;
  return VERIFIED.has(claims['xms_edov']);
}
