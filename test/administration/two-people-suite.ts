/** Changes that lower protection take two people, on either database. */
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';

import type { Officer } from '#src/administration/administration-context.ts';
import { approveChange, askForChange, refuseChange } from '#src/administration/ask-for-change.ts';
import type { Change } from '#src/administration/change.ts';
import { expireProposals, findProposal, listProposals, PROPOSAL_MS } from '#src/administration/proposals.ts';
import { findStaff, rolesGrantedTo } from '#src/staff/staff-directory.ts';
import { revokeRole, setStaffState } from '#src/staff/staff-rows.ts';
import { statement, type Database } from '#src/storage/database.ts';

import { openAdministrationWorld, type AdministrationWorld } from './administration-world.ts';

const WHY = 'Contract signed, see folder 12';

export function testTwoPeople(database: () => Database): void {
  let world: AdministrationWorld;
  let ann: Officer;
  let ben: Officer;
  let number = 0;
  let domain = '';
  before(async () => {
    world = await openAdministrationWorld(database());
    ann = await world.addOfficer('ann', 'administrator');
    ben = await world.addOfficer('ben', 'security-officer');
  });
  beforeEach(() => {
    world.clock.advance(1_000);
    domain = `clinic${++number}.example`;
  });

  const add = (tls: 'pkix' | 'dane' = 'pkix'): Change => ({
    kind: 'partners-save',
    partners: [{ domain, tls, nextHop: null }],
    agreements: [],
  });
  const partner = () => world.context.partners.snapshot.partners.get(domain);
  async function ask(change: Change, officer: Officer = ann): Promise<string> {
    const result = await askForChange(world.context, change, officer, WHY);
    assert.equal(result.outcome, 'waits');
    return result.outcome === 'waits' ? result.proposalId : '';
  }
  async function addAtOnce(tls: 'pkix' | 'dane'): Promise<void> {
    await world.context.partners.save([{ domain, tls, nextHop: null }], 'test');
  }

  test('a new partner waits for a second person, and both stand in the audit log', async () => {
    const id = await ask(add());
    assert.equal(partner(), undefined);
    assert.equal(await approveChange(world.context, id, ben), 'approved');
    assert.equal(partner()?.tls, 'pkix');
    const events = await world.events();
    const asked = events.find(({ facts, event }) => event === 'change-asked-for' && facts['proposal'] === id);
    assert.equal(asked?.facts['by'], ann.staffId);
    assert.equal(asked?.facts['why'], WHY);
    const approved = events.find(
      ({ facts, event }) => event === 'change-approved' && facts['proposal'] === id,
    );
    assert.deepEqual([approved?.facts['askedBy'], approved?.facts['by']], [ann.staffId, ben.staffId]);
    const saved = events.find(({ facts, event }) => event === 'partner-saved' && facts['domain'] === domain);
    assert.equal(saved?.facts['by'], `${ann.name}, approved by ${ben.name}`);
  });

  test('who asked does not approve it, nor does who has not the role', async () => {
    const id = await ask(add());
    assert.equal(await approveChange(world.context, id, ann), 'same-person');
    const desk = await world.addOfficer('desk', 'help-desk', 'privacy-officer');
    assert.equal(await approveChange(world.context, id, desk), 'not-allowed');
    assert.equal(await refuseChange(world.context, id, desk), 'not-allowed');
    assert.equal(partner(), undefined);
    const asked = await askForChange(world.context, add(), desk, WHY);
    assert.equal(asked.outcome, 'not-allowed');
  });

  test('without a reason nothing waits, and what raises protection needs none', async () => {
    assert.equal((await askForChange(world.context, add(), ann, '')).outcome, 'reason-needed');
    await addAtOnce('pkix');
    assert.equal((await askForChange(world.context, add('dane'), ann, '')).outcome, 'done');
    assert.equal(partner()?.tls, 'dane');
  });

  test('a removed partner waits as well', async () => {
    await addAtOnce('dane');
    const id = await ask({ kind: 'partner-remove', domain }, ben);
    assert.equal(partner()?.tls, 'dane');
    assert.equal(await approveChange(world.context, id, ann), 'approved');
    assert.equal(partner(), undefined);
  });

  test('what changed since is not approved', async () => {
    await addAtOnce('dane');
    const id = await ask(add('pkix'));
    world.clock.advance(1_000);
    await addAtOnce('dane');
    assert.equal(await approveChange(world.context, id, ben), 'changed');
    assert.equal(partner()?.tls, 'dane');
    assert.equal((await findProposal(world.context, id))?.state, 'open', 'it can still be refused');
    assert.equal(await refuseChange(world.context, id, ben), 'refused');
  });

  test('a domain that the file names meanwhile is left to the file', async () => {
    const id = await ask(add());
    world.configured = [domain];
    assert.equal(await approveChange(world.context, id, ben), 'changed');
    world.configured = [];
    assert.equal(await approveChange(world.context, id, ben), 'approved');
  });

  test('of two approvals, or an approval and a refusal, one counts', async () => {
    const carol = await world.addOfficer('carol', 'administrator');
    const id = await ask(add());
    const results = await Promise.all([
      approveChange(world.context, id, ben),
      approveChange(world.context, id, carol),
      refuseChange(world.context, id, carol),
    ]);
    const counted = results.filter((result) => result === 'approved' || result === 'refused');
    assert.equal(counted.length, 1);
    const decided = (await world.events()).filter(
      ({ event, facts }) => /^change-(?:approved|refused)$/u.test(event) && facts['proposal'] === id,
    );
    assert.equal(decided.length, 1);
    assert.equal(partner() !== undefined, counted[0] === 'approved');
  });

  test('it ends after a week, and is then approved by nobody', async () => {
    const id = await ask(add());
    world.clock.advance(PROPOSAL_MS);
    assert.equal(await approveChange(world.context, id, ben), 'gone');
    const open = await listProposals(world.context, 'open');
    assert.ok(!open.some((one) => one.id === id));
    await expireProposals(world.context);
    assert.equal((await findProposal(world.context, id))?.state, 'expired');
    const ended = (await world.events()).find(
      ({ event, facts }) => event === 'change-expired' && facts['proposal'] === id,
    );
    assert.equal(ended?.facts['askedBy'], ann.staffId);
    assert.equal(partner(), undefined);
  });

  test('who asked withdraws it', async () => {
    const id = await ask(add());
    assert.equal(await refuseChange(world.context, id, ann), 'withdrawn');
    assert.equal(await approveChange(world.context, id, ben), 'gone');
  });

  test('nothing is approved for somebody who was locked or lost the role meanwhile', async () => {
    const dan = await world.addOfficer('dan', 'administrator');
    const first = await ask(add(), dan);
    const staff = await findStaff(world.context, dan.staffId);
    assert.ok(staff);
    await database().commit(setStaffState(world.context, staff, 'locked', 'test'));
    assert.equal(await approveChange(world.context, first, ben), 'asker-gone');
    const eve = await world.addOfficer('eve', 'administrator');
    const second = await ask(add(), eve);
    const [role] = await rolesGrantedTo(world.context, eve.staffId);
    assert.ok(role);
    await database().commit(revokeRole(world.context, role, 'test'));
    assert.equal(await approveChange(world.context, second, ben), 'asker-gone');
    assert.equal(partner(), undefined);
  });

  test('a role is given by two, and never approved by who gets it', async () => {
    const fay = await world.addOfficer('fay', 'security-officer');
    const id = await ask({ kind: 'role-grant', staffId: fay.staffId, role: 'administrator' });
    assert.equal(await approveChange(world.context, id, fay), 'own-gain');
    assert.equal(await approveChange(world.context, id, ben), 'approved');
    const granted = await rolesGrantedTo(world.context, fay.staffId);
    const given = granted.find(({ role }) => role === 'administrator');
    assert.deepEqual([given?.source, given?.grantedBy], ['administrator', ann.staffId]);
  });

  test('an officer is unlocked by two, a sender by one', async () => {
    const gus = await world.addOfficer('gus', 'help-desk');
    const hal = await world.addOfficer('hal');
    for (const { staffId } of [gus, hal]) {
      const staff = await findStaff(world.context, staffId);
      assert.ok(staff);
      await database().commit(setStaffState(world.context, staff, 'locked', 'test'));
    }
    assert.equal(
      (await askForChange(world.context, { kind: 'staff-unlock', staffId: hal.staffId }, ann, '')).outcome,
      'done',
    );
    const id = await ask({ kind: 'staff-unlock', staffId: gus.staffId });
    assert.equal(await approveChange(world.context, id, ben), 'approved');
    assert.equal((await findStaff(world.context, gus.staffId))?.state, 'active');
  });

  test('a hold without ordinary mail is let out by one officer, who stands in the audit log', async () => {
    const change = { kind: 'hold-release', messageId: `M${number}` } as const;
    assert.equal((await askForChange(world.context, change, ann, WHY)).outcome, 'not-allowed');
    assert.equal((await askForChange(world.context, change, ben, WHY)).outcome, 'done');
    assert.deepEqual(world.released, [change.messageId]);
    const entry = (await world.events()).find(({ event }) => event === 'officer-released-hold');
    assert.deepEqual([entry?.facts['by'], entry?.facts['why']], [ben.staffId, WHY]);
  });

  test('W13: a proposal that somebody wrote or changed in the database is approved by nobody', async () => {
    const id = await ask(add());
    const row = await database()
      .query.selectFrom('proposals')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const evil = JSON.stringify({
      kind: 'partners-save',
      partners: [{ domain, tls: 'pkix', nextHop: { host: 'mx.evil.example', port: 25 } }],
      agreements: [],
    });
    const forgeries = [
      { change: evil },
      { found: '{"partners":[],"ordinaryRecipients":[],"roles":[]}' },
      { lowerings: '' },
      { reason: 'another' },
      { askedBy: ben.staffId },
      { expiresAt: row.expiresAt + PROPOSAL_MS },
    ];
    for (const forged of forgeries) {
      const { query } = database();
      await database().commit([statement(query.updateTable('proposals').set(forged).where('id', '=', id))]);
      await assert.rejects(approveChange(world.context, id, ben), { code: 'row-forged' });
      const alarms = async () =>
        (await world.events()).filter(
          ({ event, facts }) => event === 'tamper-detected' && facts['row'] === id,
        ).length;
      const before = await alarms();
      assert.ok(!(await listProposals(world.context, 'open')).some((one) => one.id === id));
      assert.equal(await alarms(), before + 1);
      const { id: _, ...values } = row;
      await database().commit([statement(query.updateTable('proposals').set(values).where('id', '=', id))]);
    }
    const planted = { ...row, id: `${row.id.slice(0, -1)}Z`, askedBy: ann.staffId, change: evil };
    await database().commit([statement(database().query.insertInto('proposals').values(planted))]);
    await assert.rejects(approveChange(world.context, planted.id, ben), { code: 'row-forged' });
    assert.equal(partner(), undefined);
    assert.equal(await approveChange(world.context, id, ben), 'approved');
  });

  test('a decided proposal put back to open by the database is not approved again', async () => {
    const id = await ask(add());
    assert.equal(await refuseChange(world.context, id, ben), 'refused');
    const { query } = database();
    await database().commit([
      statement(
        query
          .updateTable('proposals')
          .set({ state: 'open', decidedBy: null, decidedAt: null })
          .where('id', '=', id),
      ),
    ]);
    await assert.rejects(approveChange(world.context, id, ben), { code: 'row-forged' });
  });
}
