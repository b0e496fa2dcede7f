/**
 * Tells the security officer of a mail that pretends to come from us. Facts alone, in a unit with the audit entry.
 * Anybody may cause it, so it is told a few times a day at most, and the same fake once a day.
 */
import { sha256, lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import type { SuspectReport } from '#src/notification/suspect-mail.ts';

import type { PortalContext } from './portal-context.ts';

const REPORTS_IN_SIX_HOURS = 20;

export type SuspectMailFacts = Pick<SuspectReport, 'from' | 'hosts' | 'code' | 'signature' | 'reportedFor'>;

/** `author`: whose site it concerns, as far as can be told. False where the officer has heard enough for now, and not of this one. */
export async function reportSuspectMail(
  portal: PortalContext,
  author: string | null,
  facts: SuspectMailFacts,
): Promise<boolean> {
  const { throttle } = portal;
  const look = sha256(lengthPrefixed(facts.from ?? '', ...facts.hosts)).toString('hex');
  const first = await throttle.countInWindow('suspect-mails', look, 1, DAY_MS);
  if (!first.allowed) return true;
  const some = await throttle.countInWindow('suspect-mails', 'all', REPORTS_IN_SIX_HOURS, 6 * HOUR_MS);
  if (!some.allowed) return false;
  await portal.database.commit([
    portal.audit.entry({
      event: 'suspect-mail-reported',
      facts: { code: facts.code, signature: facts.signature, hosts: facts.hosts.length },
    }),
    ...(await portal.mails.suspectMail(facts, author)),
  ]);
  return true;
}
