/**
 * Changes that wait for a second person. A row says what is to change, what held before, who asked and until when; its
 * keyed hash covers all of it, so that nobody who can only write to the database has a change approved that nobody asked
 * for, or has the second person approve another one. A row that does not fit is shown to nobody and raises the alarm.
 */
import { Check } from 'typebox/value';

import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { requireMac, RowForged, rowMac, type MacKeys } from '#src/accounts/row-mac.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import type { StaffContext } from '#src/staff/staff-context.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import type { ProposalsTable } from '#src/storage/tables.ts';

import { Change, Found } from './change.ts';
import { LOWERINGS, type Lowering } from './lowers-protection.ts';

export const PROPOSAL_MS = 7 * DAY_MS;
const EXPIRED_AT_ONCE = 100;

export type ProposalState = ProposalsTable['state'];

export interface Proposal extends Omit<ProposalsTable, 'change' | 'found' | 'lowerings' | 'mac'> {
  readonly change: Change;
  readonly found: Found;
  readonly lowerings: readonly Lowering[];
  readonly mac: Uint8Array;
  /** As it is stored. */
  readonly row: ProposalsTable;
}

export interface NewProposal {
  readonly change: Change;
  readonly found: Found;
  readonly lowerings: readonly Lowering[];
  readonly reason: string;
  /** Staff id. */
  readonly askedBy: string;
}

type ProposalsContext = Pick<StaffContext, 'database' | 'keys' | 'clock' | 'random' | 'audit' | 'log'>;

/** Makes it wait, with its audit entry. */
export function propose(
  { database, keys, clock, random, audit }: ProposalsContext,
  { change, found, lowerings, reason, askedBy }: NewProposal,
): { readonly id: string; readonly statements: readonly Statement[] } {
  const row: Omit<ProposalsTable, 'mac'> = {
    id: newId(clock, random),
    change: JSON.stringify(change),
    found: JSON.stringify(found),
    lowerings: lowerings.join(' '),
    reason,
    state: 'open',
    askedBy,
    askedAt: clock.now(),
    expiresAt: clock.now() + PROPOSAL_MS,
    decidedBy: null,
    decidedAt: null,
  };
  const insert = database.query.insertInto('proposals').values({ ...row, mac: proposalMac(keys, row) });
  const facts = { proposal: row.id, kind: change.kind, lowers: row.lowerings, why: reason, by: askedBy };
  return {
    id: row.id,
    statements: [
      statement(insert, exactlyOne),
      audit.entry({
        event: 'change-asked-for',
        ...subjectOf(change),
        facts: { ...facts, ...nameOfSubject(change) },
      }),
    ],
  };
}

/** Null where there is none. Throws RowForged. */
export async function findProposal(context: ProposalsContext, id: string): Promise<Proposal | null> {
  const row = await context.database.query
    .selectFrom('proposals')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : believe(context, row);
}

export const PROPOSALS_ON_A_PAGE = 50;

/** Open ones, or those that were decided; the newest first. What can't be believed is left out, with the alarm. */
export async function listProposals(
  context: ProposalsContext,
  which: 'open' | 'decided',
): Promise<readonly Proposal[]> {
  const now = context.clock.now();
  const rows = await context.database.query
    .selectFrom('proposals')
    .selectAll()
    .where(({ eb, and, or }) =>
      which === 'open'
        ? and([eb('state', '=', 'open'), eb('expiresAt', '>', now)])
        : or([eb('state', '!=', 'open'), eb('expiresAt', '<=', now)]),
    )
    .orderBy('id', 'desc')
    .limit(PROPOSALS_ON_A_PAGE)
    .execute();
  const proposals: Proposal[] = [];
  for (const row of rows) {
    try {
      proposals.push(believe(context, row));
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(context, { what: error.table, rowKey: error.rowKey });
    }
  }
  return proposals;
}

const EVENTS = {
  approved: 'change-approved',
  refused: 'change-refused',
  withdrawn: 'change-withdrawn',
  expired: 'change-expired',
} as const;

/** Ends the wait, with the audit entry that names both. Of two decisions the second unit fails. */
export function decide(
  { database, keys, clock, audit }: ProposalsContext,
  { row, change }: Proposal,
  state: Exclude<ProposalState, 'open'>,
  by: string | null,
): readonly Statement[] {
  const next: ProposalsTable = { ...row, state, decidedBy: by, decidedAt: clock.now() };
  const update = database.query
    .updateTable('proposals')
    .set({ state, decidedBy: by, decidedAt: next.decidedAt, mac: proposalMac(keys, next) })
    .where('id', '=', row.id)
    .where('state', '=', 'open')
    .where('mac', '=', row.mac);
  const facts = { proposal: row.id, kind: change.kind, askedBy: row.askedBy, by, why: row.reason };
  return [
    statement(update, exactlyOne),
    audit.entry({
      event: EVENTS[state],
      ...subjectOf(change),
      facts: { ...facts, ...nameOfSubject(change) },
    }),
  ];
}

/** Ends those whose time is over. Returns how many. */
export async function expireProposals(context: ProposalsContext): Promise<number> {
  const due = await context.database.query
    .selectFrom('proposals')
    .selectAll()
    .where('state', '=', 'open')
    .where('expiresAt', '<=', context.clock.now())
    .limit(EXPIRED_AT_ONCE)
    .execute();
  for (const row of due) {
    try {
      await context.database.commit(decide(context, believe(context, row), 'expired', null));
    } catch (error) {
      if (!(error instanceof RowForged)) throw error;
      await raiseTamperAlarm(context, { what: error.table, rowKey: error.rowKey });
    }
  }
  return due.length;
}

export function proposalMac(keys: MacKeys, row: Omit<ProposalsTable, 'mac'>): Buffer {
  return rowMac(keys, 'proposals', [
    row.id,
    row.change,
    row.found,
    row.lowerings,
    row.reason,
    row.state,
    row.askedBy,
    row.askedAt,
    row.expiresAt,
    row.decidedBy,
    row.decidedAt,
  ]);
}

/** Throws RowForged also for what an earlier build wrote and this one does not know. */
function believe({ keys }: ProposalsContext, row: ProposalsTable): Proposal {
  requireMac('proposals', row.id, proposalMac(keys, row), row.mac);
  const change: unknown = JSON.parse(row.change);
  const found: unknown = JSON.parse(row.found);
  if (!Check(Change, change) || !Check(Found, found)) throw new RowForged('proposals', row.id);
  const words = row.lowerings.split(' ');
  const lowerings = LOWERINGS.filter((lowering) => words.includes(lowering));
  return { ...row, change, found, lowerings, row };
}

function subjectOf(change: Change): { readonly messageId?: string } {
  return change.kind === 'hold-release' ? { messageId: change.messageId } : {};
}

/** What it is about, for the audit log. */
function nameOfSubject(change: Change): Readonly<Record<string, string | number>> {
  switch (change.kind) {
    case 'partners-save':
      return change.partners.length === 1
        ? { domain: change.partners[0]?.domain ?? '' }
        : { domains: change.partners.length };
    case 'partner-remove':
      return { domain: change.domain };
    case 'role-grant':
      return { staff: change.staffId, role: change.role };
    case 'staff-unlock':
      return { staff: change.staffId };
    case 'hold-release':
      return {};
  }
}
