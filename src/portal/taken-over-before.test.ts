/**
 * Accounts prepared by somebody else before their owner comes ("pre-hijacking", W06), and session ids that somebody else
 * chose ("fixation", W08). The attacker read the mailbox once, registered first and left every way back they could think of;
 * then the owner, who alone reads it now, sets a new password by mail.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';
import { SoftwareAuthenticator } from '#test/support/software-authenticator.ts';

const OWNERS_PASSWORD = 'eine ganz andere lange Losung';

let world: PortalWorld;
let people = 0;
let address: string;
let evil: string;
let attacker: TestBrowser;
let first: SentMessage;
const page = new TestPage();

before(async () => {
  world = await openPortalWorld();
});
after(() => world.dispose());
beforeEach(async () => {
  people++;
  address = `owner${people}@mail.test`;
  evil = `evil${people}@evil.test`;
  // Codes of one network are counted over all tests.
  world.clock.advance(61 * MINUTE_MS);
  first = await world.send([address]);
  attacker = newBrowser();
  const [copy] = first.copies;
  assert.ok(copy);
  assert.equal((await attacker.register(copy)).statusCode, 201);
});

function newBrowser(): TestBrowser {
  return new TestBrowser(world, { remoteAddress: `192.0.2.${people}` });
}

/** Proves the mailbox and sets a password; the browser is signed in then. */
async function resetBy(mailbox: string, password = OWNERS_PASSWORD): Promise<TestBrowser> {
  world.clock.advance(1000);
  const browser = newBrowser();
  const already = codesTo(mailbox);
  assert.equal((await browser.post('/api/reset', { address: mailbox })).statusCode, 202);
  await world.portal.settled();
  if (codesTo(mailbox) === already) return browser;
  await browser.post('/api/reset/verify', { code: world.lastCode(mailbox) });
  await browser.post('/api/reset/password', { password });
  world.clock.advance(1000);
  return browser;
}

const codesTo = (mailbox: string) =>
  world.mails.filter((mail) => mail.kind === 'code' && mail.to === mailbox).length;
const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  (await browser.get('/api/session')).json().signedIn;

async function open(browser: TestBrowser, { messageId }: SentMessage) {
  return browser.post(`/api/messages/${messageId}/open`, { pageKey: page.pageKey });
}

async function addAddress(browser: TestBrowser, mailbox: string) {
  await browser.post('/api/account/addresses/code', { address: mailbox });
  return browser.post('/api/account/addresses/verify', { code: world.lastCode(mailbox) });
}

async function addPasskey(browser: TestBrowser): Promise<SoftwareAuthenticator> {
  const authenticator = new SoftwareAuthenticator(PORTAL_ORIGIN);
  const { challenge } = (await browser.post('/api/account/passkeys/options')).json();
  const response = authenticator.register(String(challenge));
  assert.equal((await browser.post('/api/account/passkeys', { response, name: 'x' })).statusCode, 201);
  return authenticator;
}

/** A later message reaches the owner, and nobody but the owner. */
async function assertOwnersAlone(owner: TestBrowser, others: readonly TestBrowser[]): Promise<void> {
  const later = await world.send([address]);
  for (const browser of others) assert.notEqual((await open(browser, later)).statusCode, 200);
  assert.equal((await open(owner, later)).statusCode, 200);
}

describe('W06: an account that somebody else made first', () => {
  it('sessions, also one that was kept alive, and half a sign-in end', async () => {
    const other = newBrowser();
    await other.post('/api/session', { address, password: GOOD_PASSWORD });
    await other.post('/api/session/extend');
    const owner = await resetBy(address);
    for (const browser of [attacker, other]) {
      assert.equal(await isSignedIn(browser), false);
      assert.equal((await browser.post('/api/session/extend')).statusCode, 401);
    }
    await assertOwnersAlone(owner, [attacker, other]);
  });

  it('what was begun before ends with it: an address, a passkey, a second factor under way', async () => {
    await attacker.post('/api/account/addresses/code', { address: evil });
    const code = world.lastCode(evil);
    const { challenge } = (await attacker.post('/api/account/passkeys/options')).json();
    await attacker.post('/api/account/second-factor/setup');
    const owner = await resetBy(address);
    const response = new SoftwareAuthenticator(PORTAL_ORIGIN).register(String(challenge));
    for (const [path, body] of [
      ['/api/account/addresses/verify', { code }],
      ['/api/account/passkeys', { response, name: 'x' }],
      ['/api/account/second-factor/setup/confirm', { code: '123456' }],
    ] as const)
      assert.ok([401, 404].includes((await attacker.post(path, body)).statusCode), path);
    // Nor can they be finished in a session of the owner that somebody else sits in.
    owner.cookies.set('__Host-browser', attacker.cookies.get('__Host-browser') ?? '');
    owner.cookies.set('__Host-ticket', attacker.cookies.get('__Host-ticket') ?? '');
    await assertOwnersAlone(owner, [attacker]);
  });

  it('a passkey that was left behind does not sign in', async () => {
    const passkey = await addPasskey(attacker);
    const owner = await resetBy(address);
    const back = newBrowser();
    const { challenge } = (await back.post('/api/session/passkey/options')).json();
    const answer = await back.post('/api/session/passkey', { response: passkey.signIn(String(challenge)) });
    assert.deepEqual([answer.statusCode, answer.json().code], [403, 'passkey-suspended']);
    await assertOwnersAlone(owner, [back]);
  });

  it('a second address that was left behind sets no password, whoever asks, until it is proven again', async () => {
    assert.equal((await addAddress(attacker, evil)).statusCode, 200);
    const owner = await resetBy(address);
    const [copyToEvil] = (await world.send([evil])).copies;
    assert.ok(copyToEvil);
    const before = codesTo(evil);
    const back = await resetBy(evil, 'noch eine lange geheime Losung');
    await back.post('/api/reset', { linkToken: copyToEvil.token });
    await world.portal.settled();
    assert.equal(codesTo(evil), before);
    assert.equal(await isSignedIn(back), false);
    assert.equal(await isSignedIn(owner), true, 'and the owner stays signed in');
    await assertOwnersAlone(owner, [back]);

    const shown = (await owner.get('/api/account')).json().addresses as {
      address: string;
      confirmed: boolean;
    }[];
    assert.deepEqual(Object.fromEntries(shown.map((one) => [one.address, one.confirmed])), {
      [address]: true,
      [evil]: false,
    });
    assert.equal((await owner.get('/api/session')).json().address, address);
    // It is the owner's after all: they prove it, and it counts like the first one.
    assert.equal((await addAddress(owner, evil)).statusCode, 200);
    assert.ok((await world.auditEvents()).includes('address-confirmed'));
    assert.equal((await addAddress(owner, evil)).json().code, 'code-expired');
    assert.equal(await isSignedIn(await resetBy(evil)), true);
    const again = (await (await resetBy(evil)).get('/api/account')).json().addresses as {
      confirmed: boolean;
    }[];
    assert.deepEqual(again.map(({ confirmed }) => confirmed).toSorted(), [false, true]);
  });

  it('a reset by the second address that was verified before and finished after gets nowhere', async () => {
    assert.equal((await addAddress(attacker, evil)).statusCode, 200);
    const waiting = newBrowser();
    await waiting.post('/api/reset', { address: evil });
    await world.portal.settled();
    assert.equal((await waiting.post('/api/reset/verify', { code: world.lastCode(evil) })).statusCode, 200);
    const owner = await resetBy(address);
    assert.equal((await waiting.post('/api/reset/password', { password: OWNERS_PASSWORD })).statusCode, 401);
    await assertOwnersAlone(owner, [waiting]);
  });

  it('leave to read that was given away rests until the owner gives it again', async () => {
    const [copy] = (await world.send([evil])).copies;
    assert.ok(copy);
    const reader = newBrowser();
    await reader.register(copy);
    await attacker.post('/api/access/give', { address, reader: evil, until: null });
    const message = await world.send([address]);
    assert.equal((await open(reader, message)).statusCode, 200);
    const owner = await resetBy(address);
    await assertOwnersAlone(owner, [reader]);
    const [leave] = (await owner.get('/api/account')).json().readers as { id: string; state: string }[];
    assert.equal(leave?.state, 'rests');
    assert.deepEqual((await reader.get('/api/account')).json().readsFor, []);
    const body = { id: leave?.id, allow: true };
    assert.equal((await reader.post('/api/access/answer', body)).statusCode, 404);
    assert.equal((await owner.post('/api/access/answer', body)).statusCode, 200);
    assert.equal((await owner.post('/api/access/answer', body)).statusCode, 404, 'once');
    assert.equal((await open(reader, await world.send([address]))).statusCode, 200);
  });

  it('a password that was left behind, and a remembered device, get nobody in', async () => {
    const owner = await resetBy(address);
    const back = newBrowser();
    for (const [name, value] of attacker.cookies) back.cookies.set(name, value);
    const answer = await back.post('/api/session', { address, password: GOOD_PASSWORD });
    assert.equal(answer.statusCode, 401);
    await assertOwnersAlone(owner, [back]);
  });
});

describe('W08: a session id that somebody else chose', () => {
  const COOKIES = ['session', 'registration', 'browser', 'signin', 'ticket', 'device'] as const;

  it('never becomes a session: each step that lets somebody in makes its own', async () => {
    const [copy] = (await world.send([`fixed${people}@mail.test`])).copies;
    assert.ok(copy);
    const planted = new Map(COOKIES.map((name) => [`__Host-${name}`, name.padEnd(43, 'A')]));
    const victim = newBrowser();
    const thief = newBrowser();
    for (const [name, value] of planted) {
      victim.cookies.set(name, value);
      thief.cookies.set(name, value);
    }
    assert.equal((await victim.register(copy)).statusCode, 201);
    assert.notEqual(victim.cookies.get('__Host-session'), planted.get('__Host-session'));
    assert.equal(await isSignedIn(thief), false);
    await victim.request('DELETE', '/api/session');
    for (const [name, value] of planted) victim.cookies.set(name, value);
    const signedIn = await victim.post('/api/session', { address: copy.address, password: GOOD_PASSWORD });
    assert.equal(signedIn.statusCode, 200);
    assert.notEqual(victim.cookies.get('__Host-session'), planted.get('__Host-session'));
    assert.equal(await isSignedIn(thief), false);
  });

  it('a code that the victim typed is of no use in a browser with the same planted cookie', async () => {
    const [copy] = (await world.send([`shared${people}@mail.test`])).copies;
    assert.ok(copy);
    const victim = newBrowser();
    await victim.post(`/api/links/${copy.token}/code`);
    const thief = newBrowser();
    thief.cookies.set('__Host-browser', victim.cookies.get('__Host-browser') ?? '');
    const code = world.lastCode(copy.address);
    assert.equal((await victim.post(`/api/links/${copy.token}/code/verify`, { code })).statusCode, 200);
    assert.equal((await thief.post(`/api/links/${copy.token}/code/verify`, { code })).statusCode, 410);
    const take = await thief.post('/api/registration/password', { password: GOOD_PASSWORD, locale: 'en' });
    assert.equal(take.statusCode, 401);
  });

  it('is read from its own cookie alone: not from address, header, body or a name that a sub-domain can set', async () => {
    const token = attacker.cookies.get('__Host-session') ?? '';
    const ask = async (url: string, headers: Record<string, string>) => {
      const host = new URL(PORTAL_ORIGIN).host;
      const answer = await world.portal.app.inject({ url, headers: { host, ...headers } });
      return answer.json().signedIn as boolean;
    };
    assert.equal(await ask('/api/session', { cookie: `__Host-session=${token}` }), true);
    for (const [url, headers] of [
      [`/api/session?session=${token}&__Host-session=${token}`, {}],
      [`/api/session;jsessionid=${token}`, {}],
      ['/api/session', { cookie: `session=${token}` }],
      ['/api/session', { cookie: `__Secure-session=${token}` }],
      ['/api/session', { cookie: `__host-session=${token}` }],
      ['/api/session', { cookie: `__Host-registration=${token}; __Host-signin=${token}` }],
      ['/api/session', { authorization: `Bearer ${token}`, 'x-session': token }],
    ] as const)
      assert.notEqual(await ask(url, headers), true, `${url} ${JSON.stringify(headers)}`);
  });

  it('a step up makes a new id: the half sign-in is no session, and ends', async () => {
    const registration = newBrowser();
    const [copy] = (await world.send([`steps${people}@mail.test`])).copies;
    assert.ok(copy);
    await registration.post(`/api/links/${copy.token}/code`);
    await registration.post(`/api/links/${copy.token}/code/verify`, { code: world.lastCode(copy.address) });
    const half = registration.cookies.get('__Host-registration') ?? '';
    const thief = newBrowser();
    thief.cookies.set('__Host-session', half);
    thief.cookies.set('__Host-registration', half);
    await registration.post('/api/registration/password', { password: GOOD_PASSWORD, locale: 'en' });
    assert.notEqual(registration.cookies.get('__Host-session'), half);
    assert.equal(await isSignedIn(thief), false);
    const again = await thief.post('/api/registration/password', { password: OWNERS_PASSWORD, locale: 'en' });
    assert.equal(again.statusCode, 401);
  });
});
