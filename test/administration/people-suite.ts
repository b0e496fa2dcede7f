/** Accounts of others, on either database: looked up, locked, signed out, with who did it in the audit log. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accountAddressMac, accountMac } from '#src/accounts/row-mac.ts';
import { Sessions } from '#src/accounts/sessions.ts';
import type { Officer } from '#src/administration/administration-context.ts';
import {
  endAccountSessions,
  endStaffSessions,
  findPeople,
  lockStaff,
  setAccountState,
  takeRole,
} from '#src/administration/people.ts';
import { newId } from '#src/base/identifiers.ts';
import { findStaff } from '#src/staff/staff-directory.ts';
import { StaffSessions } from '#src/staff/staff-sessions.ts';
import { statement, type Database } from '#src/storage/database.ts';

import { openAdministrationWorld, type AdministrationWorld } from './administration-world.ts';

export function testPeople(database: () => Database): void {
  let world: AdministrationWorld;
  let ann: Officer;
  let number = 0;
  before(async () => {
    world = await openAdministrationWorld(database());
    ann = await world.addOfficer('ann', 'administrator');
  });

  /** A recipient's account with one session. */
  async function addRecipient(): Promise<{ id: string; address: string }> {
    const { keys, clock } = world.context;
    const { query } = database();
    const address = `jane${++number}@people.example`;
    const account = {
      id: newId(clock),
      createdAt: clock.now(),
      state: 'active' as const,
      resetAt: null,
      suspendedBefore: null,
    };
    const proof = { canonicalAddress: address, accountId: account.id, address, provenAt: clock.now() };
    const session = new Sessions(world.context).open({
      kind: 'recipient',
      accountId: account.id,
      browser: 'Firefox, Windows',
    });
    await database().commit([
      statement(
        query
          .insertInto('accounts')
          .values({ ...account, locale: 'en', lastSignInAt: null, mac: accountMac(keys, account) }),
      ),
      statement(
        query.insertInto('account_addresses').values({ ...proof, mac: accountAddressMac(keys, proof) }),
      ),
      session.insert,
    ]);
    return { id: account.id, address };
  }
  const lastEvent = async (event: string) => (await world.events()).findLast((one) => one.event === event);

  test('a recipient is found by address, and the search recorded', async () => {
    const { id, address } = await addRecipient();
    const found = await findPeople(world.context, ann, address.toUpperCase(), true);
    assert.deepEqual([found?.recipient?.accountId, found?.recipient?.sessions], [id, 1]);
    assert.equal(await findPeople(world.context, ann, 'no address', true), null);
    assert.deepEqual((await lastEvent('account-looked-up'))?.facts, { address, by: ann.staffId });
  });

  test('a locked account has no session left, and is unlocked again', async () => {
    const { id, address } = await addRecipient();
    assert.equal(await setAccountState(world.context, ann, id, 'locked'), 'done');
    assert.equal(await setAccountState(world.context, ann, id, 'locked'), 'changed');
    const found = await findPeople(world.context, ann, address, true);
    assert.deepEqual([found?.recipient?.state, found?.recipient?.sessions], ['locked', 0]);
    assert.equal((await lastEvent('account-locked'))?.facts['by'], ann.staffId);
    assert.equal(await setAccountState(world.context, ann, id, 'active'), 'done');
    assert.equal(await setAccountState(world.context, ann, 'none', 'active'), 'changed');
  });

  test('sessions of a recipient are ended', async () => {
    const { id, address } = await addRecipient();
    assert.equal(await endAccountSessions(world.context, ann, id), 'done');
    assert.equal((await findPeople(world.context, ann, address, true))?.recipient?.sessions, 0);
  });

  test('staff are shown to administrators alone', async () => {
    const ben = await world.addOfficer('ben', 'help-desk');
    assert.equal(
      (await findPeople(world.context, ann, ben.name ?? '', true))?.staff[0]?.staffId,
      ben.staffId,
    );
    assert.deepEqual((await findPeople(world.context, ann, ben.name ?? '', false))?.staff, []);
  });

  test('staff are locked and signed out in one unit, and nobody locks themselves', async () => {
    const ben = await world.addOfficer('ben', 'security-officer');
    const sessions = new StaffSessions(world.context);
    const origin = { remoteAddress: '192.0.2.7', userAgent: null };
    const open = () => sessions.open({ staffId: ben.staffId, method: 'passkey', mfa: true, origin }).insert;
    await database().commit([open()]);
    assert.equal(await endStaffSessions(world.context, ann, ben.staffId), 'done');
    await database().commit([open()]);
    assert.equal(await lockStaff(world.context, ann, ben.staffId), 'done');
    assert.deepEqual(await sessions.listOf(ben.staffId), []);
    assert.equal((await findStaff(world.context, ben.staffId))?.state, 'locked');
    assert.equal(await lockStaff(world.context, ann, ben.staffId), 'changed');
    assert.equal(await lockStaff(world.context, ann, ann.staffId), 'changed');
  });

  test('a role is taken away by one', async () => {
    const ben = await world.addOfficer('ben', 'help-desk', 'privacy-officer');
    assert.equal(await takeRole(world.context, ann, ben.staffId, 'help-desk'), 'done');
    assert.equal(await takeRole(world.context, ann, ben.staffId, 'help-desk'), 'changed');
    const [found] = (await findPeople(world.context, ann, ben.name ?? '', true))?.staff ?? [];
    assert.deepEqual(
      found?.roles.map(({ role }) => role),
      ['privacy-officer'],
    );
    assert.equal((await lastEvent('staff-role-revoked'))?.facts['by'], ann.staffId);
  });

  test('W13: an account that somebody changed in the database is neither shown nor unlocked', async () => {
    const { id, address } = await addRecipient();
    await database().commit([
      statement(database().query.updateTable('accounts').set({ state: 'locked' }).where('id', '=', id)),
    ]);
    await assert.rejects(findPeople(world.context, ann, address, true), { code: 'row-forged' });
    await assert.rejects(setAccountState(world.context, ann, id, 'active'), { code: 'row-forged' });
  });
}
