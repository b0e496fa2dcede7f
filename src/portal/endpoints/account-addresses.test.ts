import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import { findRecipientKeys } from '#src/acceptance/recipient-keys.ts';
import { PortalPeople } from '#test/support/portal-people.ts';
import { openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';

const ADDRESSES = '/api/account/addresses';

describe('several addresses in one account', () => {
  let world: PortalWorld;
  const people = new PortalPeople(() => world);
  let home: string;
  let work: string;
  let person: TestBrowser;

  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());
  beforeEach(async () => {
    people.next();
    home = people.newAddress('home');
    work = people.newAddress('work', 'office.test');
    person = await people.register(home);
    // Codes of one network are counted over all tests.
    world.clock.advance(60 * MINUTE_MS);
    assert.equal((await people.signIn(home, { browser: person })).statusCode, 200);
  });

  async function add(browser: TestBrowser, address: string) {
    const asked = await browser.post(`${ADDRESSES}/code`, { address });
    assert.equal(asked.statusCode, 202);
    return browser.post(`${ADDRESSES}/verify`, { code: world.lastCode(address.trim().toLowerCase()) });
  }

  async function listed(browser: TestBrowser): Promise<string[]> {
    return (await people.listed(browser)).filter(({ state }) => state === 'ready').map(({ id }) => id);
  }

  it('reads in one list what waited for the new address, and what comes to it later', async () => {
    const waiting = await world.send([work]);
    const added = await add(person, ` ${work.toUpperCase()} `);
    assert.deepEqual([added.statusCode, added.json().address], [200, work]);
    const accounts = await findRecipientKeys(world.database, world.keys, [work]);
    assert.equal(accounts.get(work)?.kind, 'account');
    const later = await world.send([work], { accounts });
    const ids = await listed(person);
    assert.deepEqual(ids.slice(0, 2), [later.messageId, waiting.messageId]);
    assert.equal(ids.length, 3);
    for (const sent of [waiting, later]) {
      const opened = (await people.open(person, sent)).json();
      const key = await people.page.openKey('content-key', opened.contentKey, opened);
      assert.deepEqual(key, sent.contentKey);
    }
    assert.equal((await people.signIn(work)).statusCode, 200, 'either address signs in');
    assert.equal(await people.alarms(), 0);
  });

  it('mails the code with what it is for, and tells every address of the change', async () => {
    const before = world.mails.length;
    await add(person, work);
    assert.match(world.lastMail('code', work), /Somebody wants to add this address to their account/u);
    const told = world.mails.slice(before).filter(({ kind }) => kind === 'account-change');
    assert.deepEqual(told.map(({ to }) => to).sort(), [home, work]);
    for (const { to } of told) assert.ok(world.lastMail('account-change', to).includes(work));
  });

  it('gives one answer for an address that another account has, and says so only behind the code', async () => {
    const other = await people.register(work);
    const taken = await person.post(`${ADDRESSES}/code`, { address: work });
    const free = await person.post(`${ADDRESSES}/code`, { address: people.newAddress('free') });
    assert.deepEqual([taken.statusCode, taken.json()], [free.statusCode, free.json()]);
    // The newest code counts, and within a millisecond none is the newest.
    world.clock.advance(1);
    await person.post(`${ADDRESSES}/code`, { address: work });
    const proof = await person.post(`${ADDRESSES}/verify`, { code: world.lastCode(work) });
    assert.deepEqual([proof.statusCode, proof.json().code], [409, 'address-taken']);
    assert.equal((await listed(other)).length, 1, 'the other account is as it was');
    assert.equal((await listed(person)).length, 1);
  });

  it('takes a code only in the account and browser that asked, five times, once', async () => {
    await person.post(`${ADDRESSES}/code`, { address: work });
    const code = world.lastCode(work);
    const elsewhere = new TestBrowser(world);
    await people.signIn(home, { browser: elsewhere });
    assert.equal((await elsewhere.post(`${ADDRESSES}/verify`, { code })).json().code, 'code-expired');
    const stranger = await people.register(people.newAddress('stranger'));
    stranger.cookies.set('__Host-browser', person.cookies.get('__Host-browser') ?? '');
    assert.equal((await stranger.post(`${ADDRESSES}/verify`, { code })).json().code, 'code-expired');
    const wrong = code === '111111' ? '222222' : '111111';
    for (const left of [4, 3, 2, 1]) {
      const answer = await person.post(`${ADDRESSES}/verify`, { code: wrong });
      assert.deepEqual([answer.statusCode, answer.json().triesLeft], [422, left]);
    }
    assert.equal((await person.post(`${ADDRESSES}/verify`, { code: wrong })).statusCode, 410);
    assert.equal((await person.post(`${ADDRESSES}/verify`, { code })).statusCode, 410);
    assert.equal((await add(person, work)).statusCode, 200);
    const again = await person.post(`${ADDRESSES}/verify`, { code: world.lastCode(work) });
    assert.equal(again.json().code, 'code-expired');
  });

  it('refuses what is no address, the own one, and a session that is not fresh', async () => {
    for (const [address, code] of [
      ['nobody', 'address-wrong'],
      [home, 'address-yours'],
    ] as const) {
      assert.equal((await person.post(`${ADDRESSES}/code`, { address })).json().code, code);
    }
    for (let minutes = 0; minutes < 16; minutes += 8) {
      world.clock.advance(8 * MINUTE_MS);
      await person.post('/api/session/extend');
    }
    for (const [path, body] of [
      ['code', { address: work }],
      ['verify', { code: '123456' }],
      ['remove', { address: home }],
    ] as const) {
      const answer = await person.post(`${ADDRESSES}/${path}`, body);
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'sign-in-again'], path);
    }
  });

  it('removes an address: what came to it is closed, for its next owner too', async () => {
    const before = await world.send([work]);
    await add(person, work);
    await people.open(person, before);
    assert.equal((await person.post(`${ADDRESSES}/remove`, { address: work })).statusCode, 200);
    assert.equal((await people.open(person, before)).json().code, 'not-available');
    assert.equal((await listed(person)).length, 1);
    assert.equal((await people.signIn(work)).statusCode, 401);

    const next = await people.register(work);
    const seen = await next.post('/api/messages', { pageKey: people.page.pageKey });
    assert.equal(seen.json().messages.length, 1, 'only what came after');
    assert.ok(!seen.body.includes(before.messageId));
    assert.equal((await people.open(next, before)).json().code, 'not-available');
    assert.equal(await people.alarms(), 0);
    const wraps = await world.database.query
      .selectFrom('wraps')
      .select('id')
      .where('messageId', '=', before.messageId)
      .execute();
    assert.deepEqual(wraps, [], 'nobody has its key');
  });

  it('keeps the last address, and knows no addresses of others', async () => {
    const last = await person.post(`${ADDRESSES}/remove`, { address: home });
    assert.deepEqual([last.statusCode, last.json().code], [409, 'last-address']);
    await add(person, work);
    await people.register(people.newAddress('third'));
    const theirs = await person.post(`${ADDRESSES}/remove`, { address: people.newAddress('third') });
    assert.deepEqual([theirs.statusCode, theirs.json().code], [404, 'address-unknown']);
  });

  it('of two accounts that prove one address at once, one has it', async () => {
    const rival = await people.register(people.newAddress('rival'));
    await person.post(`${ADDRESSES}/code`, { address: work });
    const first = world.lastCode(work);
    await rival.post(`${ADDRESSES}/code`, { address: work });
    const second = world.lastCode(work);
    const answers = await Promise.all([
      person.post(`${ADDRESSES}/verify`, { code: first }),
      rival.post(`${ADDRESSES}/verify`, { code: second }),
    ]);
    assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
    const owners = await world.database.query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', work)
      .execute();
    assert.equal(owners.length, 1);
  });
});
