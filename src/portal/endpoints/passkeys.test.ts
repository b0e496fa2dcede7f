/** Passkeys of recipients through the routes, with an authenticator in memory; the browser's own are in test/e2e. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { TICKET_MS } from '#src/accounts/tickets.ts';
import { MINUTE_MS } from '#src/base/clock.ts';
import {
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentCopy,
} from '#test/support/portal-world.ts';
import { SoftwareAuthenticator } from '#test/support/software-authenticator.ts';

let world: PortalWorld;
let people = 0;
let address: string;
let copy: SentCopy;
const page = new TestPage();

before(async () => {
  world = await openPortalWorld();
});
after(() => world.dispose());
beforeEach(async () => {
  address = `reader${++people}@mail.test`;
  const [sent] = (await world.send([address])).copies;
  assert.ok(sent);
  copy = sent;
});

const newBrowser = () => new TestBrowser(world, { remoteAddress: `192.0.${people}.7` });

async function challengeOf(browser: TestBrowser, path: string): Promise<string> {
  const asked = await browser.post(path);
  return String(asked.json().challenge);
}

async function prove(browser: TestBrowser): Promise<void> {
  await browser.post(`/api/links/${copy.token}/code`);
  await browser.post(`/api/links/${copy.token}/code/verify`, { code: world.lastCode(address) });
}

async function register(browser = newBrowser(), authenticator = new SoftwareAuthenticator(PORTAL_ORIGIN)) {
  await prove(browser);
  const challenge = await challengeOf(browser, '/api/registration/passkey/options');
  const answer = await browser.post('/api/registration/passkey', {
    response: authenticator.register(challenge),
    locale: 'en',
  });
  return { browser, authenticator, answer };
}

async function signIn(browser: TestBrowser, authenticator: SoftwareAuthenticator, more = {}) {
  const challenge = await challengeOf(browser, '/api/session/passkey/options');
  return browser.post('/api/session/passkey', { response: authenticator.signIn(challenge), ...more });
}

async function add(browser: TestBrowser, name = 'Phone') {
  world.clock.advance(1);
  const authenticator = new SoftwareAuthenticator(PORTAL_ORIGIN);
  const challenge = await challengeOf(browser, '/api/account/passkeys/options');
  const answer = await browser.post('/api/account/passkeys', {
    response: authenticator.register(challenge),
    name,
  });
  return { authenticator, answer };
}

const isSignedIn = async (browser: TestBrowser) => (await browser.get('/api/session')).json().signedIn;
const passkeysOf = async (browser: TestBrowser) =>
  (await browser.get('/api/account/credentials')).json().passkeys as {
    id: string;
    name: string;
    suspended: boolean;
  }[];

describe('registering with a passkey', () => {
  it('R28: makes the account, opens the message, and tells the address', async () => {
    const { browser, answer } = await register();
    assert.deepEqual([answer.statusCode, answer.json().next], [201, 'done']);
    const opened = await browser.post(`/api/messages/${answer.json().messageId}/open`, {
      pageKey: page.pageKey,
    });
    assert.equal(opened.statusCode, 200);
    assert.match(world.lastMail('account-change', address), /passkey/u);
    const events = await world.auditEvents();
    assert.ok(events.includes('passkey-added') && events.includes('account-registered'));
  });

  it('wants the proven mailbox, this browser, user verification and our own site', async () => {
    assert.equal((await newBrowser().post('/api/registration/passkey/options')).statusCode, 401);
    const careless = new SoftwareAuthenticator(PORTAL_ORIGIN);
    careless.verifiesUser = false;
    const browser = newBrowser();
    assert.equal((await register(browser, careless)).answer.json().code, 'passkey-not-made');
    const phished = new SoftwareAuthenticator('https://secure.hospital-test.evil.test');
    const again = await challengeOf(browser, '/api/registration/passkey/options');
    const answer = await browser.post('/api/registration/passkey', { response: phished.register(again) });
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'passkey-not-made']);
    assert.equal(await isSignedIn(browser), false);
  });

  it('W06: takes over no account, and of two answers at once one counts', async () => {
    const { browser, authenticator } = await register();
    const thief = newBrowser();
    const code = await thief.post(`/api/links/${copy.token}/code`);
    assert.equal(code.json().code, 'already-registered');
    assert.equal(await isSignedIn(browser), true);
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 200);
    address = `twice.${address}`;
    const [sent] = (await world.send([address])).copies;
    assert.ok(sent);
    copy = sent;
    const racer = newBrowser();
    await prove(racer);
    const challenge = await challengeOf(racer, '/api/registration/passkey/options');
    const response = new SoftwareAuthenticator(PORTAL_ORIGIN).register(challenge);
    const answers = await Promise.all(
      [1, 2].map(() => racer.post('/api/registration/passkey', { response })),
    );
    assert.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1);
  });
});

describe('signing in with a passkey', () => {
  it('W08: makes a new session, ends the old one, and names the message of the link', async () => {
    const { browser, authenticator } = await register();
    const first = browser.cookies.get('__Host-session');
    const answer = await signIn(browser, authenticator, { linkToken: copy.token });
    assert.deepEqual([answer.statusCode, answer.json().next], [200, 'done']);
    assert.equal(typeof answer.json().messageId, 'string');
    assert.notEqual(browser.cookies.get('__Host-session'), first);
    const old = newBrowser();
    old.cookies.set('__Host-session', first ?? '');
    assert.equal(await isSignedIn(old), false);
  });

  it('takes no answer twice, late, of another browser, or without a challenge of ours', async () => {
    const { authenticator } = await register();
    const browser = newBrowser();
    const challenge = await challengeOf(browser, '/api/session/passkey/options');
    const ticket = browser.cookies.get('__Host-ticket') ?? '';
    const response = authenticator.signIn(challenge);
    const thief = newBrowser();
    await challengeOf(thief, '/api/session/passkey/options');
    assert.equal((await thief.post('/api/session/passkey', { response })).statusCode, 401);
    const twice = await Promise.all([1, 2].map(() => browser.post('/api/session/passkey', { response })));
    assert.deepEqual(twice.map(({ statusCode }) => statusCode).toSorted(), [200, 401]);
    browser.cookies.set('__Host-ticket', ticket);
    assert.equal((await browser.post('/api/session/passkey', { response })).statusCode, 401, 'replayed');
    const late = newBrowser();
    const lateAnswer = authenticator.signIn(await challengeOf(late, '/api/session/passkey/options'));
    world.clock.advance(TICKET_MS);
    assert.equal((await late.post('/api/session/passkey', { response: lateAnswer })).statusCode, 401);
  });

  it('takes no signature for the passkey of somebody else, and no authenticator that was copied', async () => {
    const { authenticator: victim } = await register();
    address = `thief.${address}`;
    const [sent] = (await world.send([address])).copies;
    assert.ok(sent);
    copy = sent;
    const { authenticator: thief } = await register();
    const browser = newBrowser();
    const challenge = await challengeOf(browser, '/api/session/passkey/options');
    const forged = await browser.post('/api/session/passkey', {
      response: thief.signIn(challenge, victim.id),
    });
    assert.deepEqual([forged.statusCode, forged.json().code], [401, 'passkey-failed']);
    victim.counter = 10;
    assert.equal((await signIn(browser, victim)).statusCode, 200);
    victim.counter = 5;
    assert.equal((await signIn(newBrowser(), victim)).statusCode, 401);
  });

  it('W05: answers for a removed passkey as for one that never was', async () => {
    const { browser, authenticator } = await register();
    await add(browser);
    const [first] = await passkeysOf(browser);
    assert.ok(first);
    await browser.request('DELETE', `/api/account/passkeys/${first.id}`);
    const removed = await signIn(newBrowser(), authenticator);
    const never = await signIn(newBrowser(), new SoftwareAuthenticator(PORTAL_ORIGIN));
    const look = (answer: typeof removed) => [answer.statusCode, answer.body];
    assert.deepEqual(look(removed), look(never));
  });
});

describe('passkeys of the account page', () => {
  it('R28: are several, named, removed, and each change is told and recorded', async () => {
    const { browser } = await register();
    const { authenticator, answer } = await add(browser, 'Ph\u0007one');
    assert.equal(answer.statusCode, 201);
    assert.match(world.lastMail('account-change', address), /A passkey was added/u);
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 200);
    const [one, two] = await passkeysOf(browser);
    assert.deepEqual([one?.name, two?.name], ['', 'Phone']);
    await browser.post(`/api/account/passkeys/${one?.id ?? ''}/name`, { name: 'Laptop' });
    assert.equal((await passkeysOf(browser))[0]?.name, 'Laptop');
    const removed = await browser.request('DELETE', `/api/account/passkeys/${two?.id ?? ''}`);
    assert.equal(removed.statusCode, 200);
    assert.match(world.lastMail('account-change', address), /A passkey was removed/u);
    const last = await browser.request('DELETE', `/api/account/passkeys/${one?.id ?? ''}`);
    assert.deepEqual([last.statusCode, last.json().code], [409, 'last-credential']);
  });

  it('W10: belong to their account', async () => {
    const { browser } = await register();
    const [mine] = await passkeysOf(browser);
    address = `other.${address}`;
    const [sent] = (await world.send([address])).copies;
    assert.ok(sent);
    copy = sent;
    const { browser: other } = await register();
    for (const answer of [
      await other.request('DELETE', `/api/account/passkeys/${mine?.id ?? ''}`),
      await other.post(`/api/account/passkeys/${mine?.id ?? ''}/name`, { name: 'Mine' }),
    ])
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'not-available']);
    const challenge = await challengeOf(browser, '/api/account/passkeys/options');
    other.cookies.set('__Host-ticket', browser.cookies.get('__Host-ticket') ?? '');
    const response = new SoftwareAuthenticator(PORTAL_ORIGIN).register(challenge);
    assert.equal((await other.post('/api/account/passkeys', { response })).statusCode, 422);
  });

  it('W08: are changed only soon after signing in', async () => {
    const { browser, authenticator } = await register();
    for (let minutes = 0; minutes < 16; minutes += 8) {
      world.clock.advance(8 * MINUTE_MS);
      await browser.post('/api/session/extend');
    }
    const refused = await browser.post('/api/account/passkeys/options');
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'sign-in-again']);
    await signIn(browser, authenticator);
    assert.equal((await browser.post('/api/account/passkeys/options')).statusCode, 200);
  });

  it('may stand alone: the password is removed, and set again', async () => {
    const browser = newBrowser();
    await browser.register(copy);
    const refused = await browser.request('DELETE', '/api/account/password');
    assert.equal(refused.json().code, 'last-credential');
    const { authenticator } = await add(browser);
    assert.equal((await browser.request('DELETE', '/api/account/password')).statusCode, 200);
    const password = 'nine calm rivers meet here';
    assert.equal((await newBrowser().post('/api/session', { address, password })).statusCode, 401);
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 200);
    assert.equal((await browser.post('/api/account/password/first', { password })).statusCode, 201);
    assert.equal((await browser.post('/api/account/password/first', { password })).statusCode, 409);
    assert.equal((await newBrowser().post('/api/session', { address, password })).statusCode, 200);
  });
});

describe('a reset by mail alone', () => {
  const NEW_PASSWORD = 'nine calm rivers meet here';

  async function reset(browser: TestBrowser): Promise<void> {
    await browser.post('/api/reset', { address });
    await world.portal.settled();
    await browser.post('/api/reset/verify', { code: world.lastCode(address) });
    const answer = await browser.post('/api/reset/password', { password: NEW_PASSWORD });
    assert.deepEqual([answer.statusCode, answer.json().next], [200, 'done']);
  }

  it('W07: lets a passkey of before rest until it is used in the account, which opens what was opened', async () => {
    const { browser, authenticator, answer } = await register();
    const path = `/api/messages/${answer.json().messageId}/open`;
    await browser.post(path, { pageKey: page.pageKey });
    world.clock.advance(MINUTE_MS);
    const owner = newBrowser();
    await reset(owner);
    assert.match(world.lastMail('account-change', address), /password was reset/u);
    const rests = await signIn(newBrowser(), authenticator);
    assert.deepEqual([rests.statusCode, rests.json().code], [403, 'passkey-suspended']);
    assert.equal((await owner.post(path, { pageKey: page.pageKey })).json().code, 'needs-release');
    assert.deepEqual(
      (await passkeysOf(owner)).map(({ suspended }) => suspended),
      [true],
    );
    const fresh = (await add(owner)).authenticator;
    const confirm = async (by: SoftwareAuthenticator) => {
      const challenge = await challengeOf(owner, '/api/account/passkeys/confirm/options');
      return owner.post('/api/account/passkeys/confirm', { response: by.signIn(challenge) });
    };
    assert.equal((await confirm(fresh)).statusCode, 422, 'a passkey made since proves nothing of before');
    assert.equal((await owner.post(path, { pageKey: page.pageKey })).statusCode, 403);
    assert.equal((await confirm(authenticator)).statusCode, 200);
    assert.equal((await owner.post(path, { pageKey: page.pageKey })).statusCode, 200);
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /works again/u);
  });

  it('W06: a passkey that somebody planted before stays out when the owner confirms their own', async () => {
    const { browser, authenticator } = await register();
    const { authenticator: planted } = await add(browser);
    world.clock.advance(MINUTE_MS);
    const owner = newBrowser();
    await reset(owner);
    const challenge = await challengeOf(owner, '/api/account/passkeys/confirm/options');
    await owner.post('/api/account/passkeys/confirm', { response: authenticator.signIn(challenge) });
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 200);
    assert.equal((await signIn(newBrowser(), planted)).json().code, 'passkey-suspended');
  });

  it('sets a password where there was none, and ends a passkey that was being added', async () => {
    const { browser } = await register();
    const challenge = await challengeOf(browser, '/api/account/passkeys/options');
    const response = new SoftwareAuthenticator(PORTAL_ORIGIN).register(challenge);
    world.clock.advance(MINUTE_MS);
    await reset(newBrowser());
    assert.equal((await browser.post('/api/account/passkeys', { response })).statusCode, 401);
    const answer = await newBrowser().post('/api/session', { address, password: NEW_PASSWORD });
    assert.equal(answer.statusCode, 200);
  });
});
