import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';
import { byHand } from '#test/support/written-by-hand.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { hashSessionToken } from '#src/accounts/sessions.ts';

const WRONG = 'not the password at all';

describe('sessions', () => {
  let world: PortalWorld;
  let message: SentMessage;
  let token: string;
  before(async () => {
    world = await openPortalWorld();
    message = await world.send(['Reader@mail.test']);
    const [copy] = message.copies;
    assert.ok(copy);
    token = copy.token;
    await new TestBrowser(world).register(copy);
  });
  after(() => world.dispose());

  it('signs in by link or by address in any case, and names the message of the link', async () => {
    const byLink = await new TestBrowser(world).post('/api/session', {
      password: GOOD_PASSWORD,
      linkToken: token,
    });
    assert.deepEqual([byLink.statusCode, byLink.json().messageId], [200, message.messageId]);
    for (const address of ['reader@mail.test', 'READER@MAIL.TEST', ' Reader@Mail.Test ']) {
      const byAddress = await new TestBrowser(world).post('/api/session', {
        password: GOOD_PASSWORD,
        address,
      });
      assert.deepEqual([byAddress.statusCode, byAddress.json()], [200, { next: 'done', messageId: null }]);
    }
  });

  it('takes the password in either Unicode form', async () => {
    const [copy] = (await world.send(['nfc@mail.test'])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy, 'Zoë läuft über die Brücke'.normalize('NFD'));
    const address = 'nfc@mail.test';
    const answer = await new TestBrowser(world).post('/api/session', {
      password: 'Zoë läuft über die Brücke'.normalize('NFC'),
      address,
    });
    assert.equal(answer.statusCode, 200);
  });

  it('W08: gives a new id at each sign-in, in a host cookie that scripts can not read', async () => {
    const browser = new TestBrowser(world);
    browser.cookies.set('__Host-session', 'A'.repeat(43));
    const first = await browser.post('/api/session', { password: GOOD_PASSWORD, linkToken: token });
    const one = browser.cookies.get('__Host-session');
    assert.notEqual(one, 'A'.repeat(43));
    const header = String(first.headers['set-cookie']);
    assert.match(header, /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/u);
    await browser.post('/api/session', { password: GOOD_PASSWORD, linkToken: token });
    const two = browser.cookies.get('__Host-session');
    assert.notEqual(two, one);
    browser.cookies.set('__Host-session', one ?? '');
    assert.equal((await browser.get('/api/session')).json().signedIn, false, 'the session before ended');
    const stored = JSON.stringify(await world.database.query.selectFrom('sessions').selectAll().execute());
    assert.ok(two !== undefined && !stored.includes(two));
  });

  it('uses plain cookie names on http://localhost, where browsers may not keep Secure ones', async () => {
    const local = await openPortalWorld({}, 'http://localhost:8080');
    try {
      const browser = new TestBrowser(local, { origin: 'http://localhost:8080' });
      const [copy] = (await local.send(['a@mail.test'])).copies;
      assert.ok(copy);
      const registered = await browser.register(copy);
      assert.equal(registered.statusCode, 201);
      assert.ok(browser.cookies.has('session'));
      assert.doesNotMatch(String(registered.headers['set-cookie']), /Secure/u);
      assert.equal((await browser.get('/api/session')).headers['strict-transport-security'], undefined);
    } finally {
      await local.dispose();
    }
  });

  it('W08: ends after 15 idle minutes and 12 hours; asking does not extend, doing does', async () => {
    const browser = await signedIn();
    const session = async () => (await browser.get('/api/session')).json();
    const begin = await session();
    assert.equal(Date.parse(begin.idleExpiresAt), world.clock.now() + 15 * MINUTE_MS);
    assert.equal(Date.parse(begin.absoluteExpiresAt), world.clock.now() + 12 * HOUR_MS);
    world.clock.advance(14 * MINUTE_MS);
    assert.equal((await session()).idleExpiresAt, begin.idleExpiresAt);
    assert.equal((await browser.post('/api/session/extend')).statusCode, 200);
    world.clock.advance(14 * MINUTE_MS);
    assert.equal((await session()).signedIn, true);
    world.clock.advance(MINUTE_MS);
    assert.deepEqual(await session(), { signedIn: false });
    assert.equal((await browser.post('/api/session/extend')).statusCode, 401);

    const long = await signedIn();
    for (let i = 0; i < 50; i++) {
      world.clock.advance(14 * MINUTE_MS);
      await long.post('/api/session/extend');
    }
    assert.equal((await long.get('/api/session')).json().signedIn, true);
    world.clock.advance(21 * MINUTE_MS - SECOND_MS);
    assert.deepEqual((await long.get('/api/session')).json(), { signedIn: false });
  });

  it('W08: signing out ends the session on the server', async () => {
    const browser = await signedIn();
    const cookie = browser.cookies.get('__Host-session') ?? '';
    assert.equal((await browser.request('DELETE', '/api/session')).statusCode, 200);
    assert.equal(browser.cookies.has('__Host-session'), false);
    browser.cookies.set('__Host-session', cookie);
    assert.deepEqual((await browser.get('/api/session')).json(), { signedIn: false });
    const row = await world.database.query
      .selectFrom('sessions')
      .select('kind')
      .where('tokenHash', '=', hashSessionToken(cookie))
      .executeTakeFirst();
    assert.equal(row, undefined);
  });

  it('W04: ten wrong passwords make the next ones wait longer and longer; others are not locked out', async () => {
    const [copy] = (await world.send(['slow@mail.test'])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    const browser = new TestBrowser(world, { remoteAddress: '203.0.113.9' });
    const attempt = (password: string) =>
      browser.post('/api/session', { password, address: 'slow@mail.test' });
    for (let i = 0; i < 10; i++) assert.equal((await attempt(WRONG)).statusCode, 401);
    const slow = await attempt(GOOD_PASSWORD);
    assert.deepEqual(
      [slow.statusCode, slow.json().code, slow.json().retryAfterSeconds],
      [429, 'slow-down', 30],
    );
    world.clock.advance(30 * SECOND_MS);
    assert.equal((await attempt(WRONG)).statusCode, 401);
    assert.equal((await attempt(WRONG)).json().retryAfterSeconds, 60);
    const other = await browser.post('/api/session', { password: GOOD_PASSWORD, linkToken: token });
    assert.equal(other.statusCode, 200);
    world.clock.advance(MINUTE_MS);
    assert.equal((await attempt(GOOD_PASSWORD)).statusCode, 200);
    for (let i = 0; i < 10; i++) assert.equal((await attempt(WRONG)).statusCode, 401);
  });

  it('W04: a hundred wrong ones lock the account until its owner resets it by mail', async () => {
    const address = 'locked@mail.test';
    const [copy] = (await world.send([address])).copies;
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    // Ninety-nine cost hours of hashing and waiting; the counter is what the lock looks at.
    await countUpTo(address, 99);
    const browser = new TestBrowser(world);
    world.clock.advance(HOUR_MS);
    assert.equal((await browser.post('/api/session', { password: WRONG, address })).statusCode, 401);
    world.clock.advance(24 * HOUR_MS);
    const locked = await browser.post('/api/session', { password: GOOD_PASSWORD, address });
    assert.deepEqual([locked.statusCode, locked.json().code], [429, 'reset-needed']);
    await browser.post('/api/reset', { address });
    await world.portal.settled();
    await browser.post('/api/reset/verify', { code: world.lastCode(address) });
    assert.equal(
      (await browser.post('/api/reset/password', { password: 'another long pass phrase' })).statusCode,
      200,
    );
    const again = await new TestBrowser(world).post('/api/session', {
      password: 'another long pass phrase',
      address,
    });
    assert.equal(again.statusCode, 200);
  });

  it('W04: counts fifty guesses at once one by one', async () => {
    const address = 'burst@mail.test';
    const browsers = Array.from(
      { length: 30 },
      (_, i) => new TestBrowser(world, { remoteAddress: `203.0.${i}.1` }),
    );
    const answers = await Promise.all(
      browsers.map((browser) => browser.post('/api/session', { password: WRONG, address })),
    );
    assert.equal(answers.filter((answer) => answer.statusCode === 401).length, 10);
    assert.equal(answers.filter((answer) => answer.statusCode === 429).length, 20);
  });

  it('W05: unknown address, unknown link, malformed address and wrong password give one answer', async () => {
    const answers = await Promise.all(
      [
        { address: 'reader@mail.test' },
        { address: 'nobody@mail.test' },
        { address: 'a@mail.test,b@mail.test' },
        { address: 'a@mail.test\r\nBcc: b@mail.test' },
        { address: '' },
        { linkToken: token },
        { linkToken: 'A'.repeat(22) },
        { linkToken: '../../etc/passwd' },
      ].map((target, i) =>
        new TestBrowser(world, { remoteAddress: `203.0.113.${100 + i}` }).post('/api/session', {
          ...target,
          password: WRONG,
        }),
      ),
    );
    const seen = new Set(
      answers.map(({ statusCode, body, headers }) => JSON.stringify([statusCode, body, shape(headers)])),
    );
    assert.equal(seen.size, 1, [...seen].join('\n'));
    assert.equal(answers[0]?.statusCode, 401);
  });

  it('W07: refuses arrays and additional fields in place of text', async () => {
    const browser = new TestBrowser(world);
    for (const body of [
      { address: ['reader@mail.test'], password: GOOD_PASSWORD },
      { address: 'reader@mail.test', password: [GOOD_PASSWORD] },
      { address: 'reader@mail.test', password: GOOD_PASSWORD, accountId: 'x' },
      { address: 'reader@mail.test', linkToken: token, password: GOOD_PASSWORD },
      { password: GOOD_PASSWORD },
      [],
      null,
    ]) {
      assert.equal((await browser.post('/api/session', body)).statusCode, body === null ? 400 : 400);
    }
  });

  async function signedIn(): Promise<TestBrowser> {
    const browser = new TestBrowser(world);
    await browser.post('/api/session', { password: GOOD_PASSWORD, linkToken: token });
    return browser;
  }

  /** Sets the counter of wrong passwords, by way of one failed try. */
  async function countUpTo(address: string, count: number): Promise<void> {
    const before = await world.database.query.selectFrom('throttles').selectAll().execute();
    await new TestBrowser(world).post('/api/session', { password: WRONG, address });
    const after = await world.database.query.selectFrom('throttles').selectAll().execute();
    const known = before.map(({ key }) => Buffer.from(key).toString('hex'));
    const added = after.filter(({ key }) => !known.includes(Buffer.from(key).toString('hex')));
    const sql = 'update "throttles" set "count" = ? where "key" = ?';
    for (const { key } of added) await world.database.commit([byHand(world.database, sql, count, key)]);
  }
});

/** Headers without what differs by nature. */
function shape(headers: Record<string, unknown>): unknown {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return rest;
}
