/** A password changed by its owner, and the end of an account. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import { unlockCopy } from '#src/desk/lock-copy.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { AuditLog } from '#src/audit/audit-log.ts';
import { PortalPeople } from '#test/support/portal-people.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';

const NEW_PASSWORD = 'neun Hunde bellen am Zaun';

describe('an account and its owner', () => {
  let world: PortalWorld;
  const people = new PortalPeople(() => world);
  let address: string;
  let message: SentMessage;
  let person: TestBrowser;

  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());
  beforeEach(async () => {
    world.clock.advance(60 * MINUTE_MS);
    people.next();
    address = people.newAddress('person');
    message = await world.send([address]);
    person = await people.register(message);
  });

  function signIn(password: string) {
    return people.signIn(address, { password });
  }

  it('changes its password, which ends every other session and tells the address', async () => {
    const other = new TestBrowser(world);
    await other.post('/api/session', { address, password: GOOD_PASSWORD });
    const before = person.cookies.get('__Host-session');
    const change = { current: GOOD_PASSWORD, password: NEW_PASSWORD };
    assert.equal((await person.post('/api/account/password', change)).statusCode, 200);
    assert.notEqual(person.cookies.get('__Host-session'), before);
    assert.equal((await person.get('/api/account')).statusCode, 200);
    assert.equal((await other.get('/api/account')).statusCode, 401);
    assert.equal((await signIn(GOOD_PASSWORD)).statusCode, 401);
    assert.equal((await signIn(NEW_PASSWORD)).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /Your password was changed/u);
  });

  it('W14: counts wrong old passwords with those of signing in, and changes nothing by them', async () => {
    const wrong = { current: 'not the one it was', password: NEW_PASSWORD };
    for (let tries = 0; tries < 10; tries++) {
      const answer = await person.post('/api/account/password', wrong);
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'password-wrong']);
    }
    assert.equal((await person.post('/api/account/password', wrong)).statusCode, 429);
    const waits = await signIn(GOOD_PASSWORD);
    assert.equal(waits.statusCode, 429);
    const weak = { current: GOOD_PASSWORD, password: 'short' };
    assert.equal((await person.post('/api/account/password', weak)).json().code, 'password-too-short');
  });

  it('is deleted: nobody gets in, nothing stays that lets somebody in, the address is told', async () => {
    const other = new TestBrowser(world);
    await other.post('/api/session', { address, password: GOOD_PASSWORD });
    const accountId = await accountOf(address);
    assert.equal((await person.post('/api/account/delete', { confirm: true })).statusCode, 200);
    for (const browser of [person, other]) assert.equal((await browser.get('/api/account')).statusCode, 401);
    assert.equal((await signIn(GOOD_PASSWORD)).statusCode, 401);
    for (const table of ['account_addresses', 'account_keys', 'credentials', 'sessions'] as const) {
      const rows = await world.database.query
        .selectFrom(table)
        .select('accountId')
        .where('accountId', '=', accountId)
        .execute();
      assert.deepEqual(rows, [], table);
    }
    assert.match(world.lastMail('account-change', address), /Your account was deleted/u);
    assert.ok((await world.auditEvents()).includes('account-deleted'));
  });

  it('leaves nothing readable to whoever registers the address next', async () => {
    const opened = await world.send([address]);
    await people.open(person, message);
    await person.post('/api/account/delete', { confirm: true });
    const old = message.copies[0]?.token ?? '';
    assert.equal((await new TestBrowser(world).post(`/api/links/${old}/code`)).json().code, 'locked');
    const fresh = await world.send([address]);
    const next = await people.register(fresh);
    const list = await people.listed(next);
    assert.deepEqual(
      list.map(({ id }) => id),
      [fresh.messageId],
    );
    for (const { messageId } of [message, opened]) {
      const answer = await people.open(next, { messageId });
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-available']);
      const chunk = await next.get(`/api/messages/${messageId}/streams/content/chunks/0`);
      assert.equal(chunk.statusCode, 404);
      const wraps = await world.database.query
        .selectFrom('wraps')
        .select('id')
        .where('messageId', '=', messageId)
        .execute();
      assert.deepEqual(wraps, [], 'nobody has its key');
    }
    assert.equal(await people.alarms(), 0);
  });

  it('can not be undone by the author, who sees why it is closed', async () => {
    await person.post('/api/account/delete', { confirm: true });
    const [copy] = message.copies;
    assert.ok(copy);
    const row = await world.database.query
      .selectFrom('recipients')
      .select(['lockedAt', 'lockReason'])
      .where('id', '=', copy.recipientId)
      .executeTakeFirstOrThrow();
    assert.equal(row.lockReason, 'account-deleted');
    const { database, clock } = world;
    const desk = { database, clock, audit: new AuditLog({ database, clock }) } as unknown as Desk;
    const act = { messageId: message.messageId, recipientId: copy.recipientId, staffId: 'staff' };
    assert.notEqual(await unlockCopy(desk, act, row.lockedAt ?? 0), 'done');
  });

  it('is deleted by a fresh sign-in only', async () => {
    world.clock.advance(10 * MINUTE_MS);
    await person.post('/api/session/extend');
    world.clock.advance(10 * MINUTE_MS);
    const refused = await person.post('/api/account/delete', { confirm: true });
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'sign-in-again']);
    assert.equal((await person.post('/api/account/delete', { confirm: false })).statusCode, 400);
  });

  async function accountOf(canonicalAddress: string): Promise<string> {
    const row = await world.database.query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', canonicalAddress)
      .executeTakeFirstOrThrow();
    return row.accountId;
  }
});
