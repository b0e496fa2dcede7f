/** Passkeys and invitations through the routes, with an authenticator in memory; browsers' own are in test/e2e. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { TICKET_MS } from '#src/accounts/tickets.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { SoftwareAuthenticator } from '#test/support/software-authenticator.ts';
import { CONSOLE_ORIGIN, openStaffWorld, StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

import { invite } from './invites.ts';
import type { HigherRole } from './roles.ts';
import { digestOfLink, INVITE_MS, newLinkToken } from './staff-links.ts';

let world: StaffWorld;
let people = 0;
let address: string;
before(async () => {
  world = await openStaffWorld();
});
after(() => world.dispose());
beforeEach(() => {
  address = `officer${++people}@hospital.test`;
});

const newBrowser = () => new StaffBrowser(world, { remoteAddress: `192.0.${people}.7` });

async function invited(to = address, role: HigherRole = 'administrator'): Promise<string> {
  const token = newLinkToken(systemRandom);
  const mailbox = parseMailAddress(to);
  assert.ok(mailbox);
  const invitation = { address: mailbox, role, digest: digestOfLink(token), by: 'host: test' };
  await world.database.commit([...invite(world.staff.context, invitation)]);
  return `/invite/${token}`;
}

async function accept(
  link: string,
  browser: StaffBrowser,
  authenticator = new SoftwareAuthenticator(CONSOLE_ORIGIN),
) {
  const asked = await browser.json(`${link}/options`, {});
  const { challenge } = asked.json() as { challenge: string };
  const answer = await browser.json(link, { response: authenticator.register(challenge) });
  return { authenticator, answer };
}

async function challengeOf(browser: StaffBrowser, path = '/sign-in/passkey/options'): Promise<string> {
  return ((await browser.json(path, {})).json() as { challenge: string }).challenge;
}

async function signIn(browser: StaffBrowser, authenticator: SoftwareAuthenticator) {
  const response = authenticator.signIn(await challengeOf(browser));
  return browser.json('/sign-in/passkey', { response, to: '/account' });
}

const rolesIn = async (browser: StaffBrowser) => [
  ...((await world.staff.viewerOf(browser.sessionToken))?.roles ?? []),
];

describe('an invitation', () => {
  it('R62: makes the first administrator, with a passkey that signs in again', async () => {
    const link = await invited();
    const browser = newBrowser();
    const page = await browser.get(link);
    assert.match(page.body, new RegExp(`administrator[\\s\\S]*${address}`, 'u'));
    const { authenticator, answer } = await accept(link, browser);
    assert.deepEqual([answer.statusCode, answer.json()], [200, { to: '/account' }]);
    assert.deepEqual(await rolesIn(browser), ['sender', 'administrator']);
    const events = (await world.audit()).map(({ event }) => event);
    assert.deepEqual(events.slice(-6), [
      'staff-invited',
      'staff-registered',
      'staff-address-added',
      'staff-role-granted',
      'staff-credential-added',
      'staff-signed-in',
    ]);
    const later = newBrowser();
    assert.deepEqual((await signIn(later, authenticator)).json(), { to: '/account' });
    assert.deepEqual(await rolesIn(later), ['sender', 'administrator']);
  });

  it('joins who has the address already, and keeps their other roles', async () => {
    const id = await world.addPerson(address, ['help-desk']);
    const browser = newBrowser();
    await accept(await invited(), browser);
    const viewer = await world.staff.viewerOf(browser.sessionToken);
    assert.equal(viewer?.staffId, id);
    assert.deepEqual([...viewer.roles].toSorted(), ['administrator', 'help-desk', 'sender']);
    assert.equal(
      (await accept(await invited(), browser)).answer.statusCode,
      200,
      'also where the role is there',
    );
  });

  it('works once, also when two use it at once', async () => {
    const link = await invited();
    const [one, two] = [newBrowser(), newBrowser()];
    const answers = await Promise.all([accept(link, one), accept(link, two)]);
    assert.deepEqual(answers.map(({ answer }) => answer.statusCode).toSorted(), [200, 403]);
    assert.equal((await one.get(link)).statusCode, 410);
    assert.equal((await one.json(`${link}/options`, {})).statusCode, 410);
  });

  it('ends after 24 hours', async () => {
    const link = await invited();
    world.clock.advance(INVITE_MS);
    assert.equal((await newBrowser().get(link)).statusCode, 410);
  });

  it('is not taken with the passkey that another invitation asked for', async () => {
    const [mine, theirs] = [await invited(), await invited(`other.${address}`)];
    const browser = newBrowser();
    const challenge = await challengeOf(browser, `${mine}/options`);
    const response = new SoftwareAuthenticator(CONSOLE_ORIGIN).register(challenge);
    const cookies = new Map(browser.cookies);
    assert.equal((await browser.json(theirs, { response })).statusCode, 403);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    assert.equal((await browser.json(mine, { response })).statusCode, 200);
  });

  it('wants user verification and our own origin', async () => {
    const link = await invited();
    const browser = newBrowser();
    const careless = new SoftwareAuthenticator(CONSOLE_ORIGIN);
    careless.verifiesUser = false;
    assert.equal((await accept(link, browser, careless)).answer.statusCode, 403);
    const phished = new SoftwareAuthenticator('https://staff.hospital-test.evil.test');
    assert.equal((await accept(link, browser, phished)).answer.statusCode, 403);
    assert.equal((await accept(link, browser)).answer.statusCode, 200);
  });
});

describe('signing in with a passkey', () => {
  const officer = async () => {
    const browser = newBrowser();
    const { authenticator } = await accept(await invited(), browser);
    return { browser, authenticator };
  };

  it('W08: makes a new session and ends the old one', async () => {
    const { browser, authenticator } = await officer();
    const first = browser.sessionToken;
    await signIn(browser, authenticator);
    assert.notEqual(browser.sessionToken, first);
    assert.equal(await world.staff.viewerOf(first), null);
  });

  it('takes no answer twice, late, of another browser, or without a challenge of ours', async () => {
    const { authenticator } = await officer();
    const browser = newBrowser();
    const challenge = await challengeOf(browser);
    const cookies = new Map(browser.cookies);
    const response = authenticator.signIn(challenge);
    const thief = newBrowser();
    await challengeOf(thief);
    assert.equal((await thief.json('/sign-in/passkey', { response })).statusCode, 403, 'another browser');
    const twice = await Promise.all([1, 2].map(() => browser.json('/sign-in/passkey', { response })));
    assert.deepEqual(twice.map(({ statusCode }) => statusCode).toSorted(), [200, 403]);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    assert.equal((await browser.json('/sign-in/passkey', { response })).statusCode, 403, 'replayed');
    const late = newBrowser();
    const lateAnswer = authenticator.signIn(await challengeOf(late));
    world.clock.advance(TICKET_MS);
    assert.equal((await late.json('/sign-in/passkey', { response: lateAnswer })).statusCode, 403, 'late');
    const own = authenticator.signIn(systemRandom(32).toString('base64url'));
    await challengeOf(late);
    assert.equal((await late.json('/sign-in/passkey', { response: own })).statusCode, 403, 'own challenge');
  });

  it('takes no signature for the passkey of another account, no unverified user, no counter that goes back', async () => {
    const { authenticator: victim } = await officer();
    address = `thief.${address}`;
    const { authenticator: thief } = await officer();
    const browser = newBrowser();
    const forged = thief.signIn(await challengeOf(browser), victim.id);
    assert.equal((await browser.json('/sign-in/passkey', { response: forged })).statusCode, 403);
    victim.verifiesUser = false;
    assert.equal((await signIn(browser, victim)).statusCode, 403);
    victim.verifiesUser = true;
    victim.counter = 10;
    assert.equal((await signIn(browser, victim)).statusCode, 200);
    victim.counter = 5;
    assert.equal((await signIn(newBrowser(), victim)).statusCode, 403, 'a copy of the authenticator');
  });

  it('gives a removed passkey nothing', async () => {
    const { browser, authenticator } = await officer();
    const passkey = /name="passkey" value="(\w+)"/u.exec((await browser.get('/account')).body)?.[1] ?? '';
    await browser.post('/account/passkeys/remove', { passkey });
    assert.equal((await signIn(newBrowser(), authenticator)).statusCode, 403);
  });
});

describe('a passkey of the account page', () => {
  const register = async (browser: StaffBrowser) => {
    const authenticator = new SoftwareAuthenticator(CONSOLE_ORIGIN);
    const challenge = await challengeOf(browser, '/account/passkeys/options');
    const body = { response: authenticator.register(challenge), label: 'Phone' };
    return { authenticator, answer: await browser.json('/account/passkeys', body) };
  };

  it('R62: gives higher roles only where it was registered with a second factor', async () => {
    const id = await world.addPerson(address, ['security-officer']);
    const weak = await register(await world.signedIn(id, { method: 'mailed-link', mfa: false }));
    const strong = await register(await world.signedIn(id, { method: 'oidc', mfa: true }));
    const [one, two] = [newBrowser(), newBrowser()];
    assert.equal((await signIn(one, weak.authenticator)).statusCode, 200);
    assert.deepEqual(await rolesIn(one), ['sender']);
    await signIn(two, strong.authenticator);
    assert.deepEqual(await rolesIn(two), ['sender', 'security-officer']);
    assert.match((await two.get('/account')).body, /Phone[\s\S]*rights of a sender/u);
  });

  it('belongs to who asked for it, is added once, and ten are enough', async () => {
    const mine = await world.signedIn(await world.addPerson(address));
    const theirs = await world.signedIn(await world.addPerson(`other.${address}`));
    const challenge = await challengeOf(mine, '/account/passkeys/options');
    const response = new SoftwareAuthenticator(CONSOLE_ORIGIN).register(challenge);
    for (const [name, value] of mine.cookies) if (name.endsWith('ticket')) theirs.cookies.set(name, value);
    assert.equal((await theirs.json('/account/passkeys', { response })).statusCode, 403);
    const twice = await Promise.all([1, 2].map(() => mine.json('/account/passkeys', { response })));
    assert.deepEqual(twice.map(({ statusCode }) => statusCode).toSorted(), [200, 403]);
    for (let i = 1; i < 10; i++) assert.equal((await register(mine)).answer.statusCode, 200);
    assert.equal((await register(mine)).answer.json().code, 'passkey-too-many');
  });
});
