/** What the pages of the second factor share: inviting an app, refusals, and telling the account's addresses. */
import type { FastifyReply } from 'fastify';

import { provenAddresses } from '#src/accounts/account-directory.ts';
import type { SecondFactorSetUp } from '#src/accounts/second-factor.ts';
import type { TotpInvitation } from '#src/accounts/totp.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { AccountsTable } from '#src/storage/tables.ts';

import type { PortalContext } from '../portal-context.ts';

/** What an authenticator app needs; the cookie that goes with it is set. */
export async function inviteApp(
  portal: PortalContext,
  reply: FastifyReply,
  account: AccountsTable,
): Promise<TotpInvitation> {
  const [proof] = await provenAddresses(portal, account.id);
  const names = { issuer: portal.settings.organization.name, account: proof?.canonicalAddress ?? '' };
  const { cookie, invitation } = portal.secondFactor.invite(account, names);
  portal.cookies.set(reply, 'ticket', cookie);
  return invitation;
}

/** Throws the Refusal where the app was not set up. */
export function requireSetUp(done: SecondFactorSetUp): Exclude<SecondFactorSetUp, string> {
  switch (done) {
    case 'wrong':
      throw secondFactorWrong();
    case 'gone':
      throw new Refusal(410, 'setup-over', 'This took too long. Please begin again.');
    case 'already-on':
      throw new Refusal(409, 'second-factor-on', 'The second step is on already.');
    default:
      return done;
  }
}

export function secondFactorWrong(): Refusal {
  return new Refusal(422, 'second-factor-wrong', 'That is not the code, or it was used already.');
}
