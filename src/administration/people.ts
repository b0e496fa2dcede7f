/**
 * Accounts of others, found by a mail address: recipients' and staff's. Locking, ending sessions and taking a role away hold
 * at once; what gives somebody rights goes through `askForChange`. Whoever looks an address up stands in the audit log.
 */
import { findAccount, findAccountByAddress, provenAddresses } from '#src/accounts/account-directory.ts';
import { accountMac } from '#src/accounts/row-mac.ts';
import { Sessions } from '#src/accounts/sessions.ts';
import { isLostRace } from '#src/accounts/throttle.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HigherRole } from '#src/staff/roles.ts';
import { addressesOf, findAddress, findStaff, rolesGrantedTo } from '#src/staff/staff-directory.ts';
import { revokeRole, setStaffState } from '#src/staff/staff-rows.ts';
import { StaffSessions } from '#src/staff/staff-sessions.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';

import type { AdministrationContext, Officer } from './administration-context.ts';

export interface FoundRecipient {
  readonly accountId: string;
  readonly state: 'active' | 'locked' | 'deleted';
  readonly createdAt: number;
  readonly lastSignInAt: number | null;
  readonly addresses: readonly string[];
  readonly sessions: number;
}

export interface FoundStaff {
  readonly staffId: string;
  readonly state: 'active' | 'locked';
  readonly lastSignInAt: number | null;
  readonly addresses: readonly string[];
  readonly roles: readonly { readonly role: HigherRole; readonly source: string }[];
  readonly sessions: number;
}

export interface FoundPeople {
  /** Null: nobody registered the address. */
  readonly recipient: FoundRecipient | null;
  /** The owner of the address, and the members of a shared mailbox. */
  readonly staff: readonly FoundStaff[];
}

/** Null for what is no mail address. `withStaff`: the asker may see staff. Throws RowForged. */
export async function findPeople(
  context: AdministrationContext,
  officer: Officer,
  address: string,
  withStaff: boolean,
): Promise<FoundPeople | null> {
  const mailbox = parseMailAddress(address.trim());
  if (mailbox === null) return null;
  const facts = { address: mailbox.canonical, by: officer.staffId };
  await context.audit.record({ event: 'account-looked-up', facts });
  const account = await findAccountByAddress(context, mailbox.canonical);
  const holders = withStaff ? await findAddress(context, mailbox.canonical) : [];
  const staff: FoundStaff[] = [];
  for (const { staffId } of holders) {
    const found = await describeStaff(context, staffId);
    if (found !== null) staff.push(found);
  }
  return { recipient: account === null ? null : await describeRecipient(context, account), staff };
}

async function describeRecipient(
  context: AdministrationContext,
  account: NonNullable<Awaited<ReturnType<typeof findAccount>>>,
): Promise<FoundRecipient> {
  const { id, state, createdAt, lastSignInAt } = account;
  const addresses = (await provenAddresses(context, id)).map(({ address }) => address);
  const sessions = (await new Sessions(context).list(id)).length;
  return { accountId: id, state, createdAt, lastSignInAt, addresses, sessions };
}

async function describeStaff(context: AdministrationContext, staffId: string): Promise<FoundStaff | null> {
  const staff = await findStaff(context, staffId);
  if (staff === null) return null;
  const { state, lastSignInAt } = staff;
  const addresses = (await addressesOf(context, staffId)).map(({ address }) => address);
  const roles = (await rolesGrantedTo(context, staffId)).map(({ role, source }) => ({ role, source }));
  const sessions = (await new StaffSessions(context).listOf(staffId)).length;
  return { staffId, state, lastSignInAt, addresses, roles, sessions };
}

/** `changed`: it was so already, somebody was first, or there is no such account. */
export type PersonResult = 'done' | 'changed';

/** A locked account opens nothing; its sessions end with the same unit. Throws RowForged. */
export async function setAccountState(
  context: AdministrationContext,
  officer: Officer,
  accountId: string,
  state: 'active' | 'locked',
): Promise<PersonResult> {
  const { database, keys, audit } = context;
  const account = await findAccount(context, accountId);
  if (account?.state !== (state === 'locked' ? 'active' : 'locked')) return 'changed';
  const update = database.query
    .updateTable('accounts')
    .set({ state, mac: accountMac(keys, { ...account, state }) })
    .where('id', '=', accountId)
    .where('mac', '=', account.mac);
  const event = state === 'locked' ? 'account-locked' : 'account-unlocked';
  return commitOnce(context, [
    statement(update, exactlyOne),
    ...(state === 'locked' ? [new Sessions(context).endAll(accountId)] : []),
    audit.entry({ event, accountId, facts: { by: officer.staffId } }),
  ]);
}

/** Of a recipient. */
export async function endAccountSessions(
  context: AdministrationContext,
  officer: Officer,
  accountId: string,
): Promise<PersonResult> {
  if ((await findAccount(context, accountId)) === null) return 'changed';
  const facts = { by: officer.staffId };
  return commitOnce(context, [
    new Sessions(context).endAll(accountId),
    context.audit.entry({ event: 'account-sessions-ended', accountId, facts }),
  ]);
}

/** The lock counts with the next request; their sessions end with the same unit. Nobody locks themselves. */
export async function lockStaff(
  context: AdministrationContext,
  officer: Officer,
  staffId: string,
): Promise<PersonResult> {
  const staff = await findStaff(context, staffId);
  if (staff?.state !== 'active' || staffId === officer.staffId) return 'changed';
  return commitOnce(context, [
    ...setStaffState(context, staff, 'locked', officer.staffId),
    ...new StaffSessions(context).endAllStatements(staffId, officer.staffId),
  ]);
}

export async function endStaffSessions(
  context: AdministrationContext,
  officer: Officer,
  staffId: string,
): Promise<PersonResult> {
  if ((await findStaff(context, staffId)) === null) return 'changed';
  return commitOnce(context, new StaffSessions(context).endAllStatements(staffId, officer.staffId));
}

/** From every source; a group of the identity provider gives it again at the next sign-in. */
export async function takeRole(
  context: AdministrationContext,
  officer: Officer,
  staffId: string,
  role: HigherRole,
): Promise<PersonResult> {
  const granted = (await rolesGrantedTo(context, staffId)).filter((one) => one.role === role);
  if (granted.length === 0) return 'changed';
  return commitOnce(
    context,
    granted.flatMap((one) => revokeRole(context, one, officer.staffId)),
  );
}

async function commitOnce(
  { database }: AdministrationContext,
  statements: readonly Statement[],
): Promise<PersonResult> {
  try {
    await database.commit(statements);
  } catch (error) {
    if (isLostRace(error)) return 'changed';
    throw error;
  }
  return 'done';
}
