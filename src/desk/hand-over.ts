/**
 * A hand-over code for somebody whom mail doesn't reach: the help desk has checked by telephone who it is, and reads it
 * out. Who made it and how they checked stands in the audit log, and every address of the account, or the one without an
 * account, gets a mail that says so, all in one unit. The digits are shown once and kept as a keyed hash.
 */
import { findAccountByAddress, provenAddresses } from '#src/accounts/account-directory.ts';
import { HandOverCodes } from '#src/accounts/hand-over-codes.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { renderAccountChange } from '#src/notification/account-change.ts';

import { commitAct } from './commit-act.ts';
import type { Desk } from './desk-context.ts';
import { accountMail } from './help-desk-mails.ts';

/** Shorter words say nothing. */
export const SHORTEST_CHECK = 10;
export const LONGEST_CHECK = 200;
const WORKER_CODES_A_DAY = 30;

export type HandOverResult =
  | { readonly outcome: 'made'; readonly code: string; readonly expiresAt: number }
  /** No words about how it was checked. */
  | { readonly outcome: 'how-missing' }
  | { readonly outcome: 'too-many' }
  /** Nothing waits for the address, or its account is locked. */
  | { readonly outcome: 'changed' };

/** `checked`: how the worker checked who it is. Throws RowForged. */
export async function makeHandOverCode(
  desk: Desk,
  { canonical, checked, staffId }: { canonical: string; checked: string; staffId: string },
): Promise<HandOverResult> {
  const how = checked.trim();
  if (how.length < SHORTEST_CHECK || how.length > LONGEST_CHECK) return { outcome: 'how-missing' };
  const owner = await findOwner(desk, canonical);
  if (owner === null) return { outcome: 'changed' };
  const throttle = new Throttle(desk);
  const worker = await throttle.countInWindow('hand-over-codes', staffId, WORKER_CODES_A_DAY, DAY_MS);
  if (!worker.allowed) return { outcome: 'too-many' };
  const issued = await new HandOverCodes(desk, throttle).issue(canonical, staffId);
  if (issued.outcome === 'too-many') return issued;
  const { code, expiresAt } = issued;
  const mails = owner.addresses.map((to) =>
    accountMail(desk, { to, locale: owner.locale }, (site, frame) => {
      const about = { change: 'hand-over-code', changedMs: frame.dateMs, address: owner.address } as const;
      return renderAccountChange(site, { ...frame, ...about });
    }),
  );
  const facts = { address: canonical, by: staffId, checked: how };
  const entry = desk.audit.entry({ event: 'hand-over-code-made', accountId: owner.accountId, facts });
  const done = await commitAct(desk, null, [...issued.statements, entry], mails);
  return done === 'done' ? { outcome: 'made', code, expiresAt } : { outcome: done };
}

interface Owner {
  readonly accountId: string | null;
  /** Raw: the one asked about, and all that are told. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly locale: string | null;
}

/** Null where there is neither an account nor a secure message for the address. */
async function findOwner(desk: Desk, canonical: string): Promise<Owner | null> {
  const account = await findAccountByAddress(desk, canonical);
  if (account !== null) {
    if (account.state !== 'active') return null;
    const proofs = await provenAddresses(desk, account.id);
    const addresses = proofs.map(({ address }) => address);
    const own = proofs.find(({ canonicalAddress }) => canonicalAddress === canonical);
    return { accountId: account.id, address: own?.address ?? canonical, addresses, locale: account.locale };
  }
  const row = await desk.database.query
    .selectFrom('recipients')
    .select('address')
    .where('canonicalAddress', '=', canonical)
    .where('protection', '=', 'secure-message')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { accountId: null, address: row.address, addresses: [row.address], locale: null };
}
