/**
 * How often a mail has passed this gateway before, by the `Received` fields that it put there (RFC 5321 section 6.3).
 * Our mark alone stops what comes back for outside; mail for inside may pass again with it, as somebody may have
 * forwarded it, but not for ever.
 */
import { fieldValues } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';

/** Forwarded, and forwarded again. Two servers that send everything to each other get there in a second. */
export const MAX_OWN_PASSES = 3;

/** The form of `trace-fields.ts`; whoever writes such fields by hand stops nothing but a mail of their own. */
export function countOwnPasses(fields: readonly HeaderField[], hostname: string): number {
  const name = hostname.toLowerCase();
  return fieldValues(fields, 'received').filter((value) => {
    const [, by = ''] = /\sby (\S+) with \w+ id [0-9A-Z]{26};/u.exec(value) ?? [];
    return by.toLowerCase() === name;
  }).length;
}
