import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { HOUR_MS } from '#src/base/clock.ts';
import { PortalPeople } from '#test/support/portal-people.ts';
import { openPortalWorld, type PortalWorld, type TestBrowser } from '#test/support/portal-world.ts';

interface ShownAccount {
  readonly addresses: { address: string }[];
  readonly preferences: { language: string; timeZone: string | null; largerText: boolean };
  readonly previousSignIn: { at: string; browser: string } | null;
  readonly sessions: { browser: string; since: string; lastUsed: string; current: boolean }[];
}

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1';

describe('the account of a reader', () => {
  let world: PortalWorld;
  const people = new PortalPeople(() => world);

  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  async function register(): Promise<{ browser: TestBrowser; address: string }> {
    people.next();
    const address = people.newAddress('person');
    return { browser: await people.register(address, people.browser(FIREFOX)), address };
  }

  async function signIn(address: string, userAgent: string): Promise<TestBrowser> {
    const browser = people.browser(userAgent);
    assert.equal((await people.signIn(address, { browser })).statusCode, 200);
    return browser;
  }

  async function account(browser: TestBrowser): Promise<ShownAccount> {
    return (await browser.get('/api/account')).json() as ShownAccount;
  }

  it('lists sessions by browser, since when and when last used, the own one marked', async () => {
    const { browser, address } = await register();
    world.clock.advance(60_000);
    const phone = await signIn(address, SAFARI);
    const { sessions } = await account(phone);
    assert.deepEqual(
      sessions.map((session) => [session.browser, session.current]),
      [
        ['Safari, iOS', true],
        ['Firefox, Windows', false],
      ],
    );
    assert.equal(Date.parse(sessions[0]?.since ?? '') - Date.parse(sessions[1]?.since ?? ''), 60_000);
    world.clock.advance(HOUR_MS);
    assert.equal((await browser.get('/api/account')).statusCode, 401, 'ended by idling');
    const fresh = await signIn(address, SAFARI);
    assert.equal((await account(fresh)).sessions.length, 1, 'sessions that ended are not listed');
  });

  it('tells of the sign-in before this one, also with the session', async () => {
    const { browser, address } = await register();
    assert.equal((await account(browser)).previousSignIn, null);
    const registeredAt = new Date(world.clock.now()).toISOString();
    world.clock.advance(60_000);
    const phone = await signIn(address, SAFARI);
    const expected = { at: registeredAt, browser: 'Firefox, Windows' };
    assert.deepEqual((await account(phone)).previousSignIn, expected);
    assert.deepEqual((await phone.get('/api/session')).json().previousSignIn, expected);
  });

  it('signs out everywhere, once and for all browsers', async () => {
    const { browser, address } = await register();
    const phone = await signIn(address, SAFARI);
    assert.equal((await phone.post('/api/account/sign-out-everywhere')).statusCode, 200);
    for (const one of [browser, phone]) {
      assert.equal((await one.get('/api/account')).statusCode, 401);
      assert.deepEqual((await one.get('/api/session')).json(), { signedIn: false });
    }
    assert.equal((await world.auditEvents()).at(-1), 'signed-out-everywhere');
  });

  it('keeps language, time zone and larger text, each by itself', async () => {
    const { browser, address } = await register();
    const first = { language: 'en', timeZone: null, largerText: false };
    assert.deepEqual((await account(browser)).preferences, first);
    const kept = await browser.post('/api/account/preferences', { language: 'es' });
    assert.deepEqual(kept.json(), { ...first, language: 'es' });
    await browser.post('/api/account/preferences', { timeZone: 'America/Chicago', largerText: true });
    const phone = await signIn(address, SAFARI);
    const expected = { language: 'es', timeZone: 'America/Chicago', largerText: true };
    assert.deepEqual((await account(phone)).preferences, expected);
    assert.deepEqual((await phone.get('/api/session')).json().preferences, expected);
    await phone.post('/api/account/preferences', { timeZone: null });
    assert.equal((await account(phone)).preferences.timeZone, null);
    const events = await world.auditEvents();
    assert.equal(events.filter((event) => event === 'account-preferences-changed').length, 3);
  });

  it('refuses a time zone that is none, and a language that it does not have', async () => {
    const { browser } = await register();
    const wrong = await browser.post('/api/account/preferences', { timeZone: 'Mars/Olympus' });
    assert.deepEqual([wrong.statusCode, wrong.json().code], [422, 'time-zone-unknown']);
    assert.equal((await browser.post('/api/account/preferences', { language: 'xx' })).statusCode, 400);
    assert.equal((await account(browser)).preferences.timeZone, null);
  });
});
