import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { GOOD_PASSWORD, openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';
import { DAY_MS, MINUTE_MS } from '#src/base/clock.ts';

const NEW_PASSWORD = 'eine ganz andere lange Losung';

describe('a forgotten password', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  it('W07: sets a new one, ends all sessions, tells the address, and works once', async () => {
    const { browser, copy, address } = await registered('Owner@mail.test');
    const other = new TestBrowser(world);
    assert.equal((await other.post('/api/reset', { linkToken: copy.token })).statusCode, 202);
    await world.portal.settled();
    const code = world.lastCode(address);
    assert.equal((await new TestBrowser(world).post('/api/reset/verify', { code })).statusCode, 410);
    assert.equal((await other.post('/api/reset/verify', { code })).statusCode, 200);
    assert.equal(
      (await other.post('/api/reset/password', { password: 'short' })).json().code,
      'password-too-short',
    );
    const answers = await Promise.all(
      [0, 1].map(() => other.post('/api/reset/password', { password: NEW_PASSWORD })),
    );
    assert.deepEqual(answers.map((answer) => answer.statusCode).toSorted(), [200, 401]);
    assert.equal((await browser.get('/api/session')).json().signedIn, false);
    assert.equal((await other.get('/api/session')).json().signedIn, true);
    assert.notEqual((await other.post('/api/reset/verify', { code })).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /Subject:/u);
    const old = await new TestBrowser(world).post('/api/session', { address, password: GOOD_PASSWORD });
    assert.equal(old.statusCode, 401);
    const fresh = await new TestBrowser(world).post('/api/session', { address, password: NEW_PASSWORD });
    assert.equal(fresh.statusCode, 200);
    assert.ok((await world.auditEvents()).includes('password-reset'));
  });

  it('signs in for good, however long each step takes', async () => {
    const clock = {
      now: () => {
        slow?.clock.advance(1);
        return slow?.clock.now() ?? 0;
      },
    };
    let slow: PortalWorld | undefined;
    slow = await openPortalWorld({ clock });
    try {
      const [copy] = (await slow.send(['slow@mail.test'])).copies;
      assert.ok(copy);
      await new TestBrowser(slow).register(copy);
      const browser = new TestBrowser(slow);
      await browser.post('/api/reset', { address: copy.address });
      await slow.portal.settled();
      await browser.post('/api/reset/verify', { code: slow.lastCode(copy.address) });
      const reset = await browser.post('/api/reset/password', { password: NEW_PASSWORD });
      assert.equal(reset.statusCode, 200);
      assert.equal((await browser.get('/api/session')).json().signedIn, true);
    } finally {
      await slow.dispose();
    }
  });

  it('W05: shows the same for an address without an account: asking, five tries, the end', async () => {
    const { address } = await registered('known@mail.test');
    const shown: string[][] = [];
    for (const [asked, ip] of [
      [address, '203.0.113.1'],
      ['unknown@mail.test', '203.0.114.1'],
    ] as const) {
      const browser = new TestBrowser(world, { remoteAddress: ip });
      const answers = [await browser.post('/api/reset', { address: asked })];
      await world.portal.settled();
      for (let i = 0; i < 6; i++) answers.push(await browser.post('/api/reset/verify', { code: '12345' }));
      shown.push(
        answers.map(({ statusCode, body, headers, cookies }) =>
          JSON.stringify([statusCode, body, Object.keys(headers), cookies.map(({ name }) => name)]),
        ),
      );
    }
    assert.deepEqual(shown[0], shown[1]);
    assert.equal(
      world.mails.some((mail) => mail.to === 'unknown@mail.test'),
      false,
    );
  });

  it('W07: mails no one but the owner, whatever stands in Host, address or body', async () => {
    const { address } = await registered('host@mail.test');
    const browser = new TestBrowser(world);
    const before = world.mails.length;
    for (const asked of [
      'host@mail.test,evil@evil.test',
      'evil@evil.test\nhost@mail.test',
      '"x" <host@mail.test>',
    ]) {
      assert.equal((await browser.post('/api/reset', { address: asked })).statusCode, 202);
    }
    for (const body of [{ address: [address, 'evil@evil.test'] }, { address: { $ne: null } }, {}]) {
      assert.equal((await browser.post('/api/reset', body)).statusCode, 400);
    }
    await world.portal.settled();
    assert.equal(world.mails.length, before);
    const poisoned = await world.portal.app.inject({
      method: 'POST',
      url: '/api/reset',
      headers: {
        host: 'secure.hospital.test',
        'x-forwarded-host': 'evil.test',
        origin: 'https://secure.hospital.test',
        'content-type': 'application/json',
      },
      payload: JSON.stringify({ address }),
    });
    assert.equal(poisoned.statusCode, 202);
    await world.portal.settled();
    const mail = world.lastMail('code', address);
    assert.match(mail, /https:\/\/secure\.hospital\.test\//u);
    assert.doesNotMatch(mail, /evil\.test/u);
  });

  it('sends at most five codes an hour and ten a day, without telling', async () => {
    const { address } = await registered('flood@mail.test');
    for (let hour = 0; hour < 3; hour++) {
      for (let i = 0; i < 7; i++) {
        const browser = new TestBrowser(world, { remoteAddress: `203.0.${100 + i}.1` });
        assert.equal((await browser.post('/api/reset', { address })).statusCode, 202);
        await world.portal.settled();
      }
      world.clock.advance(61 * MINUTE_MS);
    }
    const codes = () => world.mails.filter((mail) => mail.kind === 'code' && mail.to === address).length - 1;
    assert.equal(codes(), 10);
    world.clock.advance(DAY_MS);
    await new TestBrowser(world).post('/api/reset', { address });
    await world.portal.settled();
    assert.equal(codes(), 11);
  });

  it('a code for a reset does not register, and one for registration does not reset', async () => {
    const { address, copy } = await registered('mixed@mail.test');
    const browser = new TestBrowser(world);
    await browser.post('/api/reset', { address });
    await world.portal.settled();
    const code = world.lastCode(address);
    assert.equal((await browser.post(`/api/links/${copy.token}/code/verify`, { code })).statusCode, 410);
    assert.equal((await browser.post('/api/reset/verify', { code })).statusCode, 200);
    assert.equal((await browser.get('/api/registration')).json().state, 'none');
    assert.equal(
      (await browser.post('/api/registration/password', { password: NEW_PASSWORD })).statusCode,
      401,
    );
    const [fresh] = (await world.send(['fresh@mail.test'])).copies;
    assert.ok(fresh);
    const registering = new TestBrowser(world);
    await registering.post(`/api/links/${fresh.token}/code`);
    await registering.post(`/api/links/${fresh.token}/code/verify`, {
      code: world.lastCode('fresh@mail.test'),
    });
    assert.equal((await registering.post('/api/reset/password', { password: NEW_PASSWORD })).statusCode, 401);
  });

  async function registered(address: string) {
    const [copy] = (await world.send([address])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    assert.equal((await browser.register(copy)).statusCode, 201);
    return { browser, copy, address };
  }
});
