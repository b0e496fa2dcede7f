/**
 * A new password that the help desk or an administrator starts: the owner of the address gets a mail that leads to the
 * page where a code is asked for. The worker sees neither link nor code, and nothing changes until the owner acts; then
 * the rules of every reset hold.
 */
import { findAccountByAddress, provenAddresses } from '#src/accounts/account-directory.ts';
import { hashLinkToken, linkTokenOf } from '#src/accounts/link-tokens.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { equalBytes } from '#src/base/bytes.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import { renderResetStarted } from '#src/notification/reset-started.ts';

import type { AnnounceResult } from './announce-again.ts';
import { commitAct } from './commit-act.ts';
import type { Desk } from './desk-context.ts';
import { accountMail } from './help-desk-mails.ts';

/**
 * `changed`: no account that can sign in has the address, or not the one that was seen (`accountId`). `too-soon`: it went
 * less than an hour ago. Throws RowForged.
 */
export async function startReset(
  desk: Desk,
  canonical: string,
  staffId: string,
  accountId?: string,
): Promise<AnnounceResult> {
  const account = await findAccountByAddress(desk, canonical);
  if (account === null || account.state !== 'active') return 'changed';
  if (accountId !== undefined && account.id !== accountId) return 'changed';
  const proofs = await provenAddresses(desk, account.id);
  const own = proofs.find(({ canonicalAddress }) => canonicalAddress === canonical);
  if (own === undefined) return 'changed';
  const counted = await new Throttle(desk).countInWindow('resets-started', canonical, 1, HOUR_MS);
  if (!counted.allowed) return 'too-soon';
  const path = await resetPath(desk, canonical);
  const mail = accountMail(desk, { to: own.address, locale: account.locale }, (site, frame) =>
    renderResetStarted(site, { ...frame, pageUrl: `${site.publicUrl}${path}` }),
  );
  const facts = { address: canonical, by: staffId };
  const entry = desk.audit.entry({ event: 'help-desk-started-reset', accountId: account.id, facts });
  return commitAct(desk, null, [entry], [mail]);
}

/** The link of a message that they got knows the address; else the sign-in page asks for it. */
async function resetPath({ database, keys }: Desk, canonical: string): Promise<string> {
  const row = await database.query
    .selectFrom('recipients')
    .select(['id', 'linkTokenHash'])
    .where('canonicalAddress', '=', canonical)
    .where('protection', '=', 'secure-message')
    .where('linkTokenHash', 'is not', null)
    .where('lockedAt', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const token = row === undefined ? null : linkTokenOf(keys, row.id);
  const isOurs =
    token !== null && row?.linkTokenHash != null && equalBytes(hashLinkToken(keys, token), row.linkTokenHash);
  return isOurs ? `/m/${token}?new-password` : '/sign-in?new-password';
}
