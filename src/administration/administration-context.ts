/** What the administration is given: everything that a change reaches, and the names of people for the audit log. */
import type { Holds } from '#src/acceptance/release-hold.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { PartnerList } from '#src/partners/partner-list.ts';
import type { StaffContext } from '#src/staff/staff-context.ts';
import type { StaffViewer } from '#src/staff/viewer.ts';

import type { LoweringRules } from './lowers-protection.ts';

export interface AdministrationContext extends StaffContext {
  readonly audit: AuditLog;
  readonly partners: PartnerList;
  readonly holds: Pick<Holds, 'releaseForOfficer' | 'stop'>;
  readonly rules: () => LoweringRules;
  /** Of the organisation, such as `America/New_York`. */
  readonly timeZone: () => string;
  /** Whether the configuration file names the domain as a partner: then the file wins. */
  readonly isConfigured: (domain: string) => boolean;
}

/** Who asks or decides, with what counts in the session. */
export type Officer = Pick<StaffViewer, 'staffId' | 'name' | 'roles'>;

/** How rows and the audit log name a person who has no address. */
export function nameOf({ name, staffId }: Pick<Officer, 'name' | 'staffId'>): string {
  return name ?? `staff ${staffId}`;
}
