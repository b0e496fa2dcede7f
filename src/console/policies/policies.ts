/**
 * Who may use which route of the staff listener, in one table. A route names its policy in its `config`; one without
 * does not register. Policies look at the viewer and at where the request comes from, and at nothing else: what a
 * person may see of a message is decided where the message is read, with the viewer's addresses.
 */
import type { StaffRole } from '#src/staff/roles.ts';
import type { StaffViewer } from '#src/staff/viewer.ts';

export interface Asker {
  /** Null: nobody is signed in. */
  readonly viewer: StaffViewer | null;
  /** From this machine itself, through no proxy. */
  readonly isThisMachine: boolean;
  /** Allowed to read the numbers for monitoring: by network, or with the token. */
  readonly readsMetrics: boolean;
}

/** True where one of these roles counts in the asker's session. */
const anyOf =
  (...roles: readonly StaffRole[]) =>
  ({ viewer }: Asker): boolean =>
    viewer !== null && roles.some((role) => viewer.roles.has(role));

const OFFICER = anyOf('help-desk', 'security-officer', 'privacy-officer', 'administrator');

export const POLICIES = {
  /** Nothing is behind it that anybody could not know. */
  anybody: () => true,
  /** The address of the page holds a token, and the token is the permission. */
  'token-holder': () => true,
  /** Trying out on this machine. */
  'this-machine': ({ isThisMachine }: Asker) => isThisMachine,
  'metrics-reader': ({ readsMetrics }: Asker) => readsMetrics,
  /** Everybody who is signed in, for what is their own. */
  sender: anyOf('sender'),
  'help-desk': anyOf('help-desk', 'administrator'),
  'security-officer': anyOf('security-officer'),
  'privacy-officer': anyOf('privacy-officer'),
  administrator: anyOf('administrator'),
  /** Who asks for changes of partners, and may be the second person. */
  'partner-editor': anyOf('administrator', 'security-officer'),
  /** Who looks after wrong recipients. */
  'incident-reader': anyOf('security-officer', 'privacy-officer'),
  /** What every higher role may look at. */
  officer: OFFICER,
  /** Whoever looks after the gateway: with a higher role, or on the machine, or by monitoring. */
  operator: (asker: Asker) => OFFICER(asker) || asker.isThisMachine || asker.readsMetrics,
} as const;

export type PolicyName = keyof typeof POLICIES;

export function isPolicyName(name: unknown): name is PolicyName {
  return typeof name === 'string' && Object.hasOwn(POLICIES, name);
}

export function mayUse(policy: PolicyName, asker: Asker): boolean {
  return POLICIES[policy](asker);
}

/** Whether the viewer would be let in by a role that this session does not give, for want of a second factor. */
export function wantsSecondFactor(policy: PolicyName, asker: Asker): boolean {
  const { viewer } = asker;
  if (viewer === null || viewer.dormantRoles.length === 0) return false;
  const roles = new Set<StaffRole>([...viewer.roles, ...viewer.dormantRoles]);
  return mayUse(policy, { ...asker, viewer: { ...viewer, roles } });
}
