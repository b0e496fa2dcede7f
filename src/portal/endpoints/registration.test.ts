import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { GOOD_PASSWORD, openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';
import { HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';

const NOTHING = { state: 'none', joining: false };

describe('registration', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  it('goes from the link by code and password to the message, and survives the page being closed', async () => {
    const { copies, messageId } = await world.send(['Jane.Doe@mail.test']);
    const [copy] = copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    assert.deepEqual((await browser.get('/api/registration')).json(), NOTHING);
    const link = (await browser.get(`/api/links/${copy.token}`)).json();
    assert.equal(link.registered, false);
    assert.equal(link.signedIn, false);
    assert.equal(link.messageId, null);
    assert.equal(link.state, 'ready');
    assert.equal(link.maskedAddress, 'J•••@mail.test');

    const sent = await browser.post(`/api/links/${copy.token}/code`);
    assert.equal(sent.statusCode, 202);
    assert.equal(sent.json().expiresInSeconds, 600);
    const code = world.lastCode('Jane.Doe@mail.test');
    assert.match(code, /^\d{6}$/u);
    assert.doesNotMatch(sent.body, new RegExp(code, 'u'));
    assert.deepEqual((await browser.get('/api/registration')).json(), {
      state: 'code-sent',
      joining: false,
      maskedAddress: 'j•••@mail.test',
    });

    const verified = await browser.post(`/api/links/${copy.token}/code/verify`, {
      code: ` ${code.slice(0, 3)} ${code.slice(3)}`,
    });
    assert.equal(verified.statusCode, 200);
    assert.equal(verified.json().next, 'choose-password');
    assert.equal((await browser.get('/api/registration')).json().state, 'choose-password');

    for (const [password, reason] of [
      ['short', 'password-too-short'],
      ['x'.repeat(129), 'password-too-long'],
      ['jane.doe@mail.test', 'password-common'],
    ]) {
      const refused = await browser.post('/api/registration/password', { password, locale: 'en' });
      assert.equal(refused.statusCode, 422);
      assert.equal(refused.json().code, reason);
    }
    const done = await browser.post('/api/registration/password', { password: GOOD_PASSWORD, locale: 'es' });
    assert.equal(done.statusCode, 201);
    assert.equal(done.json().messageId, messageId);
    assert.equal((await browser.get('/api/session')).json().address, 'Jane.Doe@mail.test');
    assert.deepEqual((await browser.get('/api/registration')).json(), NOTHING);
    const after = (await browser.get(`/api/links/${copy.token}`)).json();
    assert.deepEqual([after.registered, after.signedIn, after.messageId], [true, true, messageId]);
    assert.match(world.lastMail('account-change', 'Jane.Doe@mail.test'), /Subject:/u);
  });

  it('binds the code to the browser, to five tries and to ten minutes', async () => {
    const [copy] = (await world.send(['tries@mail.test'])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    await browser.post(`/api/links/${copy.token}/code`);
    const code = world.lastCode('tries@mail.test');
    const wrong = code === '000000' ? '000001' : '000000';
    const verify = `/api/links/${copy.token}/code/verify`;
    const other = await new TestBrowser(world).post(verify, { code });
    assert.equal(other.statusCode, 410);
    for (const triesLeft of [4, 3, 2, 1]) {
      const response = await browser.post(verify, { code: wrong });
      assert.deepEqual(
        [response.statusCode, response.json().code, response.json().triesLeft],
        [422, 'code-wrong', triesLeft],
      );
    }
    assert.equal((await browser.post(verify, { code: wrong })).statusCode, 410);
    assert.equal((await browser.post(verify, { code })).json().code, 'code-expired');

    world.clock.advance(MINUTE_MS);
    await browser.post(`/api/links/${copy.token}/code`);
    const second = world.lastCode('tries@mail.test');
    world.clock.advance(10 * MINUTE_MS);
    assert.equal((await browser.post(verify, { code: second })).statusCode, 410);

    await browser.post(`/api/links/${copy.token}/code`);
    const third = world.lastCode('tries@mail.test');
    assert.equal((await browser.post(verify, { code: third })).statusCode, 200);
    assert.equal((await browser.post(verify, { code: third })).statusCode, 410);
  });

  it('tells that a code comes from an older mail, whose try counts; the newest one is good', async () => {
    const [copy] = (await world.send(['late@mail.test'])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    const verify = `/api/links/${copy.token}/code/verify`;
    await browser.post(`/api/links/${copy.token}/code`);
    const first = world.lastCode('late@mail.test');
    world.clock.advance(MINUTE_MS);
    await browser.post(`/api/links/${copy.token}/code`);
    const second = world.lastCode('late@mail.test');
    world.clock.advance(5 * MINUTE_MS);
    const older = await browser.post(verify, { code: first });
    assert.deepEqual([older.statusCode, older.json().code, older.json().triesLeft], [422, 'code-older', 4]);
    const elsewhere = new TestBrowser(world);
    await elsewhere.post(`/api/links/${copy.token}/code`);
    const stranger = await elsewhere.post(verify, { code: second });
    assert.equal(stranger.json().code, 'code-wrong', 'codes of another browser are not told apart');
    assert.equal((await browser.post(verify, { code: second })).statusCode, 200);
  });

  it('where it stands is said for the link that is followed', async () => {
    const address = 'two-notices@mail.test';
    const [one, two] = (await Promise.all([world.send([address]), world.send([address])])).map(
      ({ copies: [copy] }) => copy,
    );
    const [other] = (await world.send(['somebody-else@mail.test'])).copies;
    assert.ok(one && two && other);
    const browser = new TestBrowser(world);
    const stateAt = async ({ token }: { token: string }): Promise<string> =>
      (await browser.get(`/api/registration?link=${token}`)).json().state;
    await browser.post(`/api/links/${one.token}/code`);
    assert.deepEqual([await stateAt(one), await stateAt(two)], ['code-sent', 'none']);
    const code = world.lastCode(address);
    assert.equal((await browser.post(`/api/links/${one.token}/code/verify`, { code })).statusCode, 200);
    assert.deepEqual(
      [await stateAt(one), await stateAt(two), await stateAt(other)],
      ['choose-password', 'choose-password', 'none'],
    );
  });

  it('counts parallel guesses as tries', async () => {
    const [copy] = (await world.send(['parallel@mail.test'])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    await browser.post(`/api/links/${copy.token}/code`);
    const code = world.lastCode('parallel@mail.test');
    const guesses = Array.from({ length: 20 }, (_, i) =>
      String((Number(code) + 1 + i) % 1_000_000).padStart(6, '0'),
    );
    const answers = await Promise.all(
      guesses.map((guess) => browser.post(`/api/links/${copy.token}/code/verify`, { code: guess })),
    );
    assert.ok(answers.filter((answer) => answer.statusCode === 422).length <= 4);
    assert.equal((await browser.post(`/api/links/${copy.token}/code/verify`, { code })).statusCode, 410);
  });

  it('sends at most five codes an hour and ten a day to an address, also in parallel', async () => {
    const [copy] = (await world.send(['often@mail.test'])).copies;
    assert.ok(copy);
    const browsers = Array.from(
      { length: 8 },
      (_, i) => new TestBrowser(world, { remoteAddress: `203.0.113.${i}` }),
    );
    const answers = await Promise.all(
      browsers.map((browser) => browser.post(`/api/links/${copy.token}/code`)),
    );
    assert.equal(answers.filter((answer) => answer.statusCode === 202).length, 5);
    const refused = answers.find((answer) => answer.statusCode === 429);
    assert.equal(refused?.json().code, 'too-many-codes');
    world.clock.advance(HOUR_MS + 1);
    const [browser] = browsers;
    assert.ok(browser);
    for (let i = 0; i < 5; i++)
      assert.equal((await browser.post(`/api/links/${copy.token}/code`)).statusCode, 202);
    world.clock.advance(2 * HOUR_MS);
    const daily = await browser.post(`/api/links/${copy.token}/code`);
    assert.equal(daily.statusCode, 429);
    assert.ok(daily.json().retryAfterSeconds > 20 * 3600);
    const sent = world.mails.filter((mail) => mail.kind === 'code' && mail.to === 'often@mail.test');
    assert.ok(sent.length >= 10);
    const rows = await world.database.query
      .selectFrom('address_codes')
      .select('id')
      .where('canonicalAddress', '=', 'often@mail.test')
      .execute();
    assert.equal(rows.length, 10);
  });

  it('W06: of two registrations of one address one wins, and a registered address is not taken over', async () => {
    const { copies } = await world.send(['twice@mail.test']);
    const { copies: variants } = await world.send(['TWICE@MAIL.test']);
    const [first] = copies;
    const [second] = variants;
    assert.ok(first && second);
    const a = new TestBrowser(world);
    const b = new TestBrowser(world);
    for (const [browser, copy] of [
      [a, first],
      [b, second],
    ] as const) {
      await browser.post(`/api/links/${copy.token}/code`);
      const verified = await browser.post(`/api/links/${copy.token}/code/verify`, {
        code: world.lastCode(copy.address),
      });
      assert.equal(verified.statusCode, 200);
    }
    const answers = await Promise.all(
      [a, b].map((browser) =>
        browser.post('/api/registration/password', { password: GOOD_PASSWORD, locale: 'en' }),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.statusCode).toSorted(), [201, 409]);
    const accounts = await world.database.query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', 'twice@mail.test')
      .execute();
    assert.equal(accounts.length, 1);
    const again = await new TestBrowser(world).post(`/api/links/${second.token}/code`);
    assert.deepEqual([again.statusCode, again.json().code], [409, 'already-registered']);
  });

  it('moves every waiting message to the account and removes the enrolment wraps', async () => {
    const messages = [
      await world.send(['waiting@mail.test']),
      await world.send(['waiting@mail.test', 'b@mail.test']),
    ];
    const [copy] = messages[0]?.copies ?? [];
    assert.ok(copy);
    await new TestBrowser(world).register(copy);
    const wraps = await world.database.query
      .selectFrom('wraps')
      .select(['holderKind', 'replacement', 'messageId'])
      .where(
        'recipientId',
        'in',
        messages.map((message) => message.copies[0]?.recipientId ?? ''),
      )
      .execute();
    assert.deepEqual(
      wraps.map((wrap) => wrap.holderKind),
      ['account', 'account'],
    );
    assert.ok(wraps.every((wrap) => wrap.replacement !== null));
  });

  it('offers a passphrase that its own rules take', async () => {
    const browser = new TestBrowser(world);
    const offers = new Set<string>();
    for (let i = 0; i < 5; i++) offers.add((await browser.get('/api/passphrase')).json().passphrase);
    assert.equal(offers.size, 5);
    for (const offer of offers) assert.match(offer, /^[a-z]{4,}(?:-[a-z]{4,}){3}$/u);
  });
});
