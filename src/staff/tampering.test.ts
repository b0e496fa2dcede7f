/** A writer to the database who has no keys: what they plant or change lets nobody in and raises the alarm. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { newId, systemRandom } from '#src/base/identifiers.ts';
import { statement } from '#src/storage/database.ts';
import type { Tables } from '#src/storage/tables.ts';
import { SoftwareAuthenticator } from '#test/support/software-authenticator.ts';
import { CONSOLE_ORIGIN, openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

import { digestOfLink, newLinkToken } from './staff-links.ts';
import { hashStaffToken } from './staff-sessions.ts';

let world: StaffWorld;
let victim: string;
let thief: string;
let people = 0;
let alarmsBefore: number;
before(async () => {
  world = await openStaffWorld();
});
after(() => world.dispose());
beforeEach(async () => {
  people++;
  victim = await world.addPerson(`victim${people}@hospital.test`, ['administrator']);
  thief = await world.addPerson(`thief${people}@hospital.test`);
  alarmsBefore = await alarms();
});

const alarms = async () => (await world.audit()).filter(({ event }) => event === 'tamper-detected').length;

async function update(table: keyof Tables, set: object, column: string, value: unknown): Promise<void> {
  const query = world.database.query.updateTable(table as 'staff').set(set);
  await world.database.commit([statement(query.where(column as 'id', '=', value as string))]);
}

async function insert(table: keyof Tables, row: object): Promise<void> {
  await world.database.commit([
    statement(world.database.query.insertInto(table as 'staff').values(row as never)),
  ]);
}

async function assertOut(browser: StaffBrowser): Promise<void> {
  assert.equal((await browser.get('/account')).statusCode, 303);
  assert.ok((await alarms()) > alarmsBefore, 'the alarm was raised');
}

describe('W13: a database that somebody wrote into', () => {
  it('a session planted for the victim', async () => {
    const browser = await world.signedIn(thief);
    const [own] = await world.database.query
      .selectFrom('staff_sessions')
      .selectAll()
      .where('staffId', '=', thief)
      .execute();
    const token = systemRandom(32).toString('base64url');
    const planted = { ...own, id: newId(world.clock), staffId: victim, tokenHash: hashStaffToken(token) };
    await insert('staff_sessions', planted);
    browser.cookies.set('__Host-staff-session', token);
    await assertOut(browser);
  });

  for (const [name, set] of Object.entries({
    'turned to the victim': () => ({ staffId: victim }),
    'given a second factor': () => ({ mfa: 1 }),
    'made longer': () => ({ expiresAt: world.clock.now() + 1e10 }),
  })) {
    it(`a session ${name}`, async () => {
      const browser = await world.signedIn(thief, { method: 'mailed-link', mfa: false });
      await update('staff_sessions', set(), 'staffId', thief);
      await assertOut(browser);
    });
  }

  it('a role planted, copied from somebody else, or made higher', async () => {
    const [role] = await world.database.query
      .selectFrom('staff_roles')
      .selectAll()
      .where('staffId', '=', victim)
      .execute();
    await insert('staff_roles', { ...role, staffId: thief });
    await assertOut(await world.signedIn(thief));
    const desk = await world.addPerson(`desk${people}@hospital.test`, ['help-desk']);
    await update('staff_roles', { role: 'administrator' }, 'staffId', desk);
    alarmsBefore = await alarms();
    await assertOut(await world.signedIn(desk));
    const former = await world.addPerson(`former${people}@hospital.test`);
    await insert('staff_roles', {
      staffId: former,
      role: 'administrator',
      source: 'host',
      grantedAt: 1,
      grantedBy: null,
      mac: systemRandom(32),
    });
    alarmsBefore = await alarms();
    await assertOut(await world.signedIn(former));
  });

  it("an address turned to the thief's account", async () => {
    await update('staff_addresses', { staffId: thief }, 'staffId', victim);
    await assertOut(await world.signedIn(thief));
  });

  it('a locked person unlocked', async () => {
    await update('staff', { state: 'locked' }, 'id', thief);
    await assertOut(await world.signedIn(thief));
  });

  it("the thief's passkey turned to the victim", async () => {
    const browser = await world.signedIn(thief);
    const authenticator = new SoftwareAuthenticator(CONSOLE_ORIGIN);
    const asked = (await browser.json('/account/passkeys/options', {})).json() as { challenge: string };
    await browser.json('/account/passkeys', { response: authenticator.register(asked.challenge) });
    for (const set of [{ staffId: victim }, { staffId: thief, strong: 1 - 1, signCount: 5 }]) {
      await update('staff_credentials', set, 'lookup', `passkey ${authenticator.id.toString('base64url')}`);
      const other = new StaffBrowser(world);
      const question = (await other.json('/sign-in/passkey/options', {})).json() as { challenge: string };
      const response = authenticator.signIn(question.challenge);
      assert.equal((await other.json('/sign-in/passkey', { response })).statusCode, 403);
    }
    assert.ok((await alarms()) >= alarmsBefore + 2);
  });

  it('a link planted, turned to another address, or an invitation made higher', async () => {
    const browser = new StaffBrowser(world);
    await browser.post('/sign-in/link', { address: `thief${people}@hospital.test` });
    const token = world.links.at(-1)?.token ?? '';
    const address = `victim${people}@hospital.test`;
    await update(
      'staff_links',
      { canonicalAddress: address, address },
      'canonicalAddress',
      `thief${people}@hospital.test`,
    );
    assert.equal((await browser.post(`/sign-in/link/${token}`)).statusCode, 403);
    assert.equal(browser.sessionToken, undefined);
    const planted = newLinkToken(systemRandom);
    await insert('staff_links', {
      tokenHash: digestOfLink(planted),
      purpose: 'invite',
      canonicalAddress: address,
      address,
      staffId: null,
      role: 'administrator',
      browserHash: null,
      createdAt: world.clock.now(),
      expiresAt: world.clock.now() + 1e6,
      mac: systemRandom(32),
    });
    assert.equal((await browser.get(`/invite/${planted}`)).statusCode, 410);
    assert.ok((await alarms()) > alarmsBefore);
  });
});
