/**
 * The one way in which the pages change what protects mail: what raises protection, or leaves it, takes effect at once;
 * what lowers it waits for a second person with the right role, for a week at most. Both people stand in the audit log.
 */
import { isLostRace } from '#src/accounts/throttle.ts';
import { addressesOf, findStaff, rolesGrantedTo } from '#src/staff/staff-directory.ts';

import { nameOf, type AdministrationContext, type Officer } from './administration-context.ts';
import { applyChange } from './apply-change.ts';
import { WHO_MAY, type Change } from './change.ts';
import { lookAt } from './look-at-change.ts';
import { loweringsOf, type Lowering } from './lowers-protection.ts';
import { decide, findProposal, propose, type Proposal } from './proposals.ts';

export type AskResult =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'waits'; readonly proposalId: string }
  /** It lowers protection, and the second person is to be told why it is wanted. */
  | { readonly outcome: 'reason-needed'; readonly lowerings: readonly Lowering[] }
  /** It is not as it was, or nothing would change. */
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'not-allowed' };

export async function askForChange(
  context: AdministrationContext,
  change: Change,
  officer: Officer,
  reason: string,
): Promise<AskResult> {
  if (!hasOneOf(officer.roles, WHO_MAY[change.kind].ask)) return { outcome: 'not-allowed' };
  const found = await lookAt(context, change);
  const lowerings = loweringsOf(change, found, context.rules());
  if (lowerings.length === 0) {
    const by = { name: nameOf(officer), staffId: officer.staffId };
    return {
      outcome: await applyChange(context, change, found, by, releaseEntry(context, change, officer, reason)),
    };
  }
  if (reason === '') return { outcome: 'reason-needed', lowerings };
  const { id, statements } = propose(context, {
    change,
    found,
    lowerings,
    reason,
    askedBy: officer.staffId,
  });
  await context.database.commit(statements);
  return { outcome: 'waits', proposalId: id };
}

/** Who let a message out, and why: the entry of the hold's end names nobody. */
function releaseEntry({ audit }: AdministrationContext, change: Change, officer: Officer, reason: string) {
  if (change.kind !== 'hold-release') return [];
  const facts = { by: officer.staffId, why: reason };
  return [audit.entry({ event: 'officer-released-hold', messageId: change.messageId, facts })];
}

export const DECISION_RESULTS = [
  'approved',
  'refused',
  'withdrawn',
  /** It was decided, or its time is over. */
  'gone',
  'same-person',
  /** Who would gain by it does not approve it. */
  'own-gain',
  'not-allowed',
  /** Who asked for it has lost the right to. */
  'asker-gone',
  /** What it is about has changed since. */
  'changed',
] as const;
export type DecisionResult = (typeof DECISION_RESULTS)[number];

/** Throws RowForged. */
export async function approveChange(
  context: AdministrationContext,
  proposalId: string,
  officer: Officer,
): Promise<DecisionResult> {
  const proposal = await findProposal(context, proposalId);
  if (proposal === null || !isOpen(context, proposal)) return 'gone';
  const why = mayNotApprove(proposal, officer);
  if (why !== null) return why;
  const asker = await findAsker(context, proposal);
  if (asker === null) return 'asker-gone';
  const by = { name: `${asker.name}, approved by ${nameOf(officer)}`, staffId: asker.staffId };
  const also = decide(context, proposal, 'approved', officer.staffId);
  const applied = await applyChange(context, proposal.change, proposal.found, by, also);
  return applied === 'done' ? 'approved' : 'changed';
}

/** By a second person; who asked for it withdraws it. Throws RowForged. */
export async function refuseChange(
  context: AdministrationContext,
  proposalId: string,
  officer: Officer,
): Promise<DecisionResult> {
  const proposal = await findProposal(context, proposalId);
  if (proposal === null || !isOpen(context, proposal)) return 'gone';
  const withdraws = proposal.askedBy === officer.staffId;
  if (!withdraws && !hasOneOf(officer.roles, WHO_MAY[proposal.change.kind].approve)) return 'not-allowed';
  const state = withdraws ? 'withdrawn' : 'refused';
  try {
    await context.database.commit(decide(context, proposal, state, officer.staffId));
  } catch (error) {
    if (isLostRace(error)) return 'gone';
    throw error;
  }
  return state;
}

/** Null: this person may be the second one. */
export function mayNotApprove(
  { askedBy, change }: Pick<Proposal, 'askedBy' | 'change'>,
  officer: Officer,
): Extract<DecisionResult, 'same-person' | 'own-gain' | 'not-allowed'> | null {
  if (askedBy === officer.staffId) return 'same-person';
  if (!hasOneOf(officer.roles, WHO_MAY[change.kind].approve)) return 'not-allowed';
  const gains =
    (change.kind === 'role-grant' || change.kind === 'staff-unlock') && change.staffId === officer.staffId;
  return gains ? 'own-gain' : null;
}

function isOpen({ clock }: Pick<AdministrationContext, 'clock'>, { state, expiresAt }: Proposal): boolean {
  return state === 'open' && clock.now() < expiresAt;
}

/** Null where who asked is locked, or has lost the role with which it was asked. Throws RowForged. */
async function findAsker(
  context: AdministrationContext,
  { askedBy, change }: Proposal,
): Promise<{ readonly name: string; readonly staffId: string } | null> {
  const staff = await findStaff(context, askedBy);
  const roles = new Set((await rolesGrantedTo(context, askedBy)).map(({ role }) => role));
  if (staff?.state !== 'active' || !hasOneOf(roles, WHO_MAY[change.kind].ask)) return null;
  const [first] = await addressesOf(context, askedBy);
  return { name: nameOf({ name: first?.address ?? null, staffId: askedBy }), staffId: askedBy };
}

function hasOneOf(roles: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return wanted.some((role) => roles.has(role));
}
