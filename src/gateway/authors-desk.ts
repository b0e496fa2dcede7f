/** What authors see of their own messages and can do about them, connected. */
import type { Desk } from '#src/desk/desk-context.ts';

import type { Core } from './core.ts';
import { acceptanceSettings, privacyOfficerOf } from './part-settings.ts';
import { wakingDatabase } from './waking-database.ts';

export function authorsDesk(core: Core): Desk {
  const { keys, audit, sealer, clock, random } = core;
  return {
    database: wakingDatabase(core),
    keys,
    audit,
    sealer,
    clock,
    random,
    acceptance: () => acceptanceSettings(core.settings),
    privacyOfficer: (author) => privacyOfficerOf(core.settings, author),
  };
}
