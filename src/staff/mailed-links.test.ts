/** Signing in by a mailed link, as a browser does it: what it takes, and what everybody else gets. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import { statement } from '#src/storage/database.ts';
import { openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

import { MAILED_LINK_MS } from './staff-links.ts';
import { staffMac } from './staff-macs.ts';
import { STAFF_ABSOLUTE_MS, STAFF_IDLE_MFA_MS, STAFF_IDLE_MS } from './staff-sessions.ts';

const SESSION = '__Host-staff-session';
let world: StaffWorld;
let browser: StaffBrowser;
let people = 0;
let address: string;
before(async () => {
  world = await openStaffWorld();
});
after(() => world.dispose());
beforeEach(() => {
  people++;
  address = `ann${people}@hospital.test`;
  world.links.length = 0;
  browser = new StaffBrowser(world, { remoteAddress: `192.0.${people}.7` });
});

async function mailedLink(to = address, into = browser): Promise<string> {
  const sent = await into.post('/sign-in/link', { address: to });
  assert.equal(sent.statusCode, 200);
  const link = world.links.at(-1);
  assert.ok(link, 'a link was mailed');
  return `/sign-in/link/${link.token}`;
}

async function signIn(to = address, into = browser): Promise<void> {
  const answer = await into.post(await mailedLink(to, into));
  assert.equal(answer.statusCode, 303);
}

describe('signing in by a mailed link', () => {
  it('R53: gives a new person a session with the rights of a sender', async () => {
    const link = await mailedLink();
    assert.match((await browser.get(link)).body, new RegExp(`Sign in\\?[\\s\\S]*${address}`, 'u'));
    assert.equal((await browser.get('/account')).statusCode, 303, 'looking at the link signs nobody in');
    const answer = await browser.post(link, { to: '/account' });
    assert.equal(answer.headers.location, '/account');
    const cookie = String(answer.headers['set-cookie']);
    assert.match(cookie, /__Host-staff-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax/u);
    const page = await browser.get('/account');
    assert.ok(page.body.includes(address));
    const viewer = await world.staff.viewerOf(browser.sessionToken);
    assert.deepEqual([...(viewer?.roles ?? [])], ['sender']);
    const events = (await world.audit()).slice(-4).map(({ event }) => event);
    assert.deepEqual(events, [
      'staff-link-sent',
      'staff-registered',
      'staff-address-added',
      'staff-signed-in',
    ]);
  });

  it('R62: gives an officer the rights of a sender too', async () => {
    await world.addPerson(address, ['administrator']);
    await signIn();
    const viewer = await world.staff.viewerOf(browser.sessionToken);
    assert.deepEqual([...(viewer?.roles ?? [])], ['sender']);
    assert.deepEqual(viewer?.dormantRoles, ['administrator']);
    assert.match((await browser.get('/')).body, /administrator[\s\S]*second factor/u);
  });

  it('finds the same person again, by any writing of the address', async () => {
    await signIn();
    const first = await world.staff.viewerOf(browser.sessionToken);
    const later = new StaffBrowser(world);
    await signIn(`  ${address.replace('ann', 'ANN').replace('test', 'TEST')} `, later);
    const second = await world.staff.viewerOf(later.sessionToken);
    assert.ok(first && second);
    assert.equal(second.staffId, first.staffId);
  });

  it('works once, and of two uses at once one counts', async () => {
    const link = await mailedLink();
    const answers = await Promise.all([browser.post(link), browser.post(link), browser.post(link)]);
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [303, 403, 403]);
    assert.equal((await browser.post(link)).statusCode, 403);
    assert.equal((await browser.get(link)).statusCode, 410);
  });

  it('of two links of a new person used at once, one makes the person', async () => {
    const other = new StaffBrowser(world);
    const [mine, theirs] = [await mailedLink(), await mailedLink(address, other)];
    const answers = await Promise.all([browser.post(mine), other.post(theirs)]);
    assert.ok(answers.some(({ statusCode }) => statusCode === 303));
    const owners = await world.database.query
      .selectFrom('staff_addresses')
      .select('staffId')
      .where('canonicalAddress', '=', address)
      .execute();
    assert.equal(owners.length, 1);
  });

  it('ends after 15 minutes', async () => {
    const link = await mailedLink();
    world.clock.advance(MAILED_LINK_MS - 1);
    assert.equal((await browser.get(link)).statusCode, 200);
    world.clock.advance(1);
    assert.equal((await browser.post(link)).statusCode, 403);
  });

  it('works only in the browser that asked', async () => {
    const link = await mailedLink();
    const other = new StaffBrowser(world);
    assert.match((await other.get(link)).body, /only in the browser that asked/u);
    assert.equal((await other.post(link)).statusCode, 403);
    await mailedLink('bob@hospital.test', other);
    assert.equal((await other.post(link)).statusCode, 403, 'nor in one that asked for another link');
    assert.equal(other.sessionToken, undefined);
    assert.equal((await browser.post(link)).statusCode, 303, 'and was not used up by the others');
  });

  it('is not what a link for another purpose is', async () => {
    await signIn();
    await browser.post('/account/addresses', { address: 'second@hospital.test' });
    const token = world.links.at(-1)?.token ?? '';
    assert.equal((await browser.post(`/sign-in/link/${token}`)).statusCode, 403);
    const link = await mailedLink('third@hospital.test');
    const asAddress = `/account/addresses/${link.split('/').at(-1)}`;
    assert.equal((await browser.post(asAddress, { kind: 'own' })).statusCode, 410);
  });

  it('W05: gives one answer to every address, and mail to the own domains only', async () => {
    await world.addPerson(address);
    const asked = [address, 'nobody@hospital.test', 'x@evil.test', 'no address', `${'a'.repeat(250)}@x`, ''];
    const answers = await Promise.all(
      asked.map((typed) => browser.post('/sign-in/link', { address: typed })),
    );
    const seen = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      headers: { ...headers, 'set-cookie': '', date: '', 'x-request-id': '' },
    }));
    for (const one of seen.slice(0, 4)) assert.deepEqual(one, seen[0]);
    assert.deepEqual(
      world.links.map(({ to }) => to).toSorted(),
      [address, 'nobody@hospital.test'].toSorted(),
    );
  });

  it('mails at most five an hour to one address, and says the same', async () => {
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await browser.post('/sign-in/link', { address }));
    assert.equal(world.links.length, 5);
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
    world.clock.advance(60 * MINUTE_MS);
    await browser.post('/sign-in/link', { address });
    assert.equal(world.links.length, 6);
  });

  it('W08: makes a new session id, and ends the one that was there', async () => {
    const planted = 'A'.repeat(43);
    browser.cookies.set(SESSION, planted);
    await signIn();
    assert.notEqual(browser.sessionToken, planted);
    const first = browser.sessionToken;
    await signIn();
    assert.notEqual(browser.sessionToken, first);
    assert.equal(await world.staff.viewerOf(first), null);
  });

  it('W09: takes no form of another site', async () => {
    const link = await mailedLink();
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      assert.equal((await browser.post(link, {}, headers)).statusCode, 403);
      assert.equal((await browser.post('/sign-in/link', { address }, headers)).statusCode, 403);
    }
    const bare = await browser.request({
      method: 'POST',
      url: link,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    });
    assert.equal(bare.statusCode, 403);
    assert.equal((await browser.post(link)).statusCode, 303);
  });

  it('leads back to a page of ours and to no other', async () => {
    for (const to of [
      'https://evil.test',
      '//evil.test',
      '/\\evil.test',
      '/sign-in',
      'javascript:alert(1)',
    ]) {
      const answer = await browser.post(await mailedLink(`to${people++}@hospital.test`), { to });
      assert.equal(answer.headers.location, '/', to);
    }
  });

  it('lets in nobody who is locked', async () => {
    const id = await world.addPerson(address);
    const row = await world.database.query
      .selectFrom('staff')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const locked = { ...row, state: 'locked' as const };
    const update = world.database.query
      .updateTable('staff')
      .set({ state: 'locked', mac: staffMac(world.keys, locked) })
      .where('id', '=', id);
    const link = await mailedLink();
    await world.database.commit([statement(update)]);
    const answer = await browser.post(link);
    assert.equal(answer.statusCode, 403);
    assert.match(answer.body, /can not sign in now/u);
  });

  it('W04: stops asking for proofs after many failures of one network, and records no more of them', async () => {
    const guess = () => browser.post(`/sign-in/link/${'x'.repeat(43)}`);
    for (let i = 0; i < 100; i++) assert.equal((await guess()).statusCode, 403);
    const failures = async () =>
      (await world.audit()).filter(({ event }) => event === 'staff-sign-in-failed').length;
    const before = await failures();
    assert.equal((await guess()).statusCode, 429);
    assert.equal((await browser.post(await mailedLink())).statusCode, 429);
    assert.equal(await failures(), before);
  });
});

describe('a session of the staff', () => {
  it('ends after 30 minutes without a request, 15 with a second factor, and after 12 hours', async () => {
    const id = await world.addPerson(address, ['help-desk']);
    for (const [mfa, idle] of [
      [false, STAFF_IDLE_MS],
      [true, STAFF_IDLE_MFA_MS],
    ] as const) {
      const one = await world.signedIn(id, { mfa });
      world.clock.advance(idle - 1);
      assert.equal((await one.get('/account')).statusCode, 200);
      world.clock.advance(idle - 1);
      assert.equal((await one.get('/account')).statusCode, 200, 'a request begins the time anew');
      world.clock.advance(idle);
      assert.equal((await one.get('/account')).statusCode, 303);
    }
    const long = await world.signedIn(id, { mfa: false });
    for (let passed = 0; passed < STAFF_ABSOLUTE_MS - STAFF_IDLE_MS; passed += STAFF_IDLE_MS / 2) {
      world.clock.advance(STAFF_IDLE_MS / 2);
      assert.equal((await long.get('/account')).statusCode, 200);
    }
    world.clock.advance(STAFF_IDLE_MS / 2);
    await long.get('/account');
    world.clock.advance(STAFF_IDLE_MS / 2);
    assert.equal((await long.get('/account')).statusCode, 303);
  });

  it('is ended by signing out, from another browser, and everywhere at once', async () => {
    const id = await world.addPerson(address);
    const [one, two, three] = [await world.signedIn(id), await world.signedIn(id), await world.signedIn(id)];
    assert.equal((await one.post('/sign-out')).statusCode, 303);
    assert.equal((await one.get('/account')).statusCode, 303);
    const page = (await two.get('/account')).body;
    const others = [...page.matchAll(/name="session" value="(\w+)"/gu)].map(([, session]) => session ?? '');
    assert.equal(others.length, 1);
    await two.post('/account/sessions/end', { session: others[0] ?? '' });
    assert.equal((await three.get('/account')).statusCode, 303);
    const four = await world.signedIn(id);
    await two.post('/account/sessions/end-all');
    assert.equal((await four.get('/account')).statusCode, 303);
    assert.equal((await two.get('/account')).statusCode, 303);
    const events = (await world.audit()).slice(-3).map(({ event }) => event);
    assert.deepEqual(events, ['staff-signed-out', 'staff-signed-out', 'staff-sessions-ended']);
  });

  it('of another person can not be ended', async () => {
    const mine = await world.signedIn(await world.addPerson(address));
    const theirId = await world.addPerson(`other.${address}`);
    const theirs = await world.signedIn(theirId);
    const [session] = await world.staff.sessions.listOf(theirId);
    await mine.post('/account/sessions/end', { session: session?.id ?? '' });
    assert.equal((await theirs.get('/account')).statusCode, 200);
  });
});

describe('the addresses of a person', () => {
  const add = async (to: string, kind: string, into = browser) => {
    await into.post('/account/addresses', { address: to });
    const link = world.links.at(-1);
    assert.ok(link?.purpose === 'add-address');
    const path = `/account/addresses/${link.token}`;
    assert.match((await into.get(path)).body, /Add this address\?/u);
    return into.post(path, { kind });
  };

  it('are any number: own, renamed, shared with others', async () => {
    await signIn();
    assert.equal((await add(`old.${address}`, 'own')).statusCode, 303);
    assert.equal((await add('desk@hospital.test', 'shared')).statusCode, 303);
    const colleague = new StaffBrowser(world);
    await signIn(`colleague.${address}`, colleague);
    assert.equal((await add('desk@hospital.test', 'shared', colleague)).statusCode, 303);
    const viewer = await world.staff.viewerOf(browser.sessionToken);
    assert.deepEqual(
      viewer?.addresses.map(({ canonicalAddress, kind }) => [canonicalAddress, kind]),
      [
        [address, 'own'],
        [`old.${address}`, 'own'],
        ['desk@hospital.test', 'shared'],
      ],
    );
    await browser.post('/account/addresses/remove', { address: 'desk@hospital.test' });
    assert.equal((await world.staff.viewerOf(browser.sessionToken))?.addresses.length, 2);
    assert.equal((await world.staff.viewerOf(colleague.sessionToken))?.addresses.length, 2);
  });

  it('are taken from nobody, and a shared one signs nobody in', async () => {
    await world.addPerson(address);
    await signIn(`new.${address}`);
    assert.equal((await add(address, 'own')).statusCode, 409);
    assert.equal((await add(`front.${address}`, 'shared')).statusCode, 303);
    const other = new StaffBrowser(world);
    const answer = await other.post(await mailedLink(`front.${address}`, other));
    assert.equal(answer.statusCode, 403);
    assert.match(answer.body, /your own address/u);
  });

  it('are added only by the person and in the browser that asked', async () => {
    await signIn();
    await browser.post('/account/addresses', { address: `mine.${address}` });
    const path = `/account/addresses/${world.links.at(-1)?.token}`;
    const thief = new StaffBrowser(world);
    await signIn(`thief.${address}`, thief);
    assert.equal((await thief.post(path, { kind: 'own' })).statusCode, 410);
    const elsewhere = await world.signedIn((await world.staff.viewerOf(browser.sessionToken))?.staffId ?? '');
    assert.equal((await elsewhere.post(path, { kind: 'own' })).statusCode, 409);
    assert.equal((await browser.post(path, { kind: 'own' })).statusCode, 303);
  });

  it('of other domains are not asked', async () => {
    await signIn();
    world.links.length = 0;
    await browser.post('/account/addresses', { address: 'ann@private.test' });
    assert.deepEqual(world.links, []);
  });
});

describe('the staff listener over plain http', () => {
  it('has no sign-in but on this machine', async () => {
    for (const [consoleUrl, status] of [
      ['http://10.0.0.5:8081', 404],
      ['http://localhost:8081', 200],
    ] as const) {
      const plain = await openStaffWorld({ console: { consoleUrl } });
      const there = new StaffBrowser(plain, { origin: consoleUrl });
      assert.equal((await there.get('/sign-in')).statusCode, status);
      assert.equal((await there.get('/')).body.includes('needs an https address'), status === 404);
      await plain.dispose();
    }
  });
});
