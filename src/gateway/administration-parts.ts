/** The administration, connected. */
import type { Holds } from '#src/acceptance/release-hold.ts';
import type { AdministrationContext } from '#src/administration/administration-context.ts';
import type { Database } from '#src/storage/database.ts';

import type { Core } from './core.ts';
import { staffContext } from './staff-parts.ts';

/** `database`: what queues a mail wakes delivery. */
export function administrationContext(core: Core, holds: Holds, database: Database): AdministrationContext {
  return {
    ...staffContext(core, database),
    audit: core.audit,
    partners: core.partners,
    holds,
    rules: () => ({ encrypt: core.settings.organization.encrypt }),
    timeZone: () => core.settings.organization.timeZone,
    isConfigured: (domain) => core.settings.partners.some((partner) => partner.domain === domain),
  };
}
