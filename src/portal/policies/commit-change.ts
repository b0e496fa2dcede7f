/** Commits what somebody changes about their account; a change that came second is refused. */
import { isLostRace } from '#src/accounts/throttle.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { Statement } from '#src/storage/database.ts';

import type { PortalContext } from '../portal-context.ts';

/** Throws Refusal 409 `changed-meanwhile` where another change came first. */
export async function commitChange(portal: PortalContext, unit: readonly Statement[]): Promise<void> {
  try {
    await portal.database.commit(unit);
  } catch (error) {
    if (!isLostRace(error)) throw error;
    throw new Refusal(409, 'changed-meanwhile', 'This was changed in between. Please look again.');
  }
}
