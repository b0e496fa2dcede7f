/**
 * What staff may be. Everybody who signs in is a sender; the higher roles are granted, and count only in a session
 * with a second factor. No role reads the content of a message.
 */
import type { StaffRolesTable, StaffSessionsTable } from '#src/storage/tables.ts';

export const HIGHER_ROLES = ['help-desk', 'security-officer', 'privacy-officer', 'administrator'] as const;
export type HigherRole = (typeof HIGHER_ROLES)[number];
export type StaffRole = 'sender' | HigherRole;

export function isHigherRole(text: unknown): text is HigherRole {
  return HIGHER_ROLES.some((role) => role === text);
}

/**
 * The roles that count in a session. Those from a group of the identity provider count only where it vouched for this
 * very session: who has left the group loses them at the next sign-in, whatever passkeys there are.
 */
export function rolesInSession(
  session: Pick<StaffSessionsTable, 'method' | 'mfa'>,
  granted: readonly Pick<StaffRolesTable, 'role' | 'source'>[],
): ReadonlySet<StaffRole> {
  const roles = new Set<StaffRole>(['sender']);
  if (session.mfa !== 1) return roles;
  for (const { role, source } of granted) {
    if (source !== 'oidc' || session.method === 'oidc') roles.add(role);
  }
  return roles;
}
