/** What people of the staff are called on pages: by their first address. */
import type { StaffContext } from '#src/staff/staff-context.ts';
import { addressesOf } from '#src/staff/staff-directory.ts';

/** Has a name for each id. Throws RowForged. */
export async function namesOfStaff(
  context: Pick<StaffContext, 'database' | 'keys'>,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    if (id === null) continue;
    const [first] = await addressesOf(context, id);
    names.set(id, first?.address ?? id);
  }
  return names;
}
