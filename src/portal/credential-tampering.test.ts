/** A writer to the database who has no keys: a planted or moved way to sign in opens nothing and raises the alarm. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { codeOfApp, secretOf } from '#test/support/authenticator-app.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  PORTAL_ORIGIN,
  TestBrowser,
  type PortalWorld,
} from '#test/support/portal-world.ts';
import { SoftwareAuthenticator } from '#test/support/software-authenticator.ts';
import { byHand } from '#test/support/written-by-hand.ts';

interface Person {
  readonly address: string;
  readonly accountId: string;
  readonly browser: TestBrowser;
  readonly authenticator: SoftwareAuthenticator;
  readonly secret: Buffer;
  readonly codes: readonly string[];
}

let world: PortalWorld;
let people = 0;
let victim: Person;
let thief: Person;

before(async () => {
  world = await openPortalWorld();
});
after(() => world.dispose());
beforeEach(async () => {
  victim = await person('victim');
  thief = await person('thief');
  world.logged.length = 0;
});

/** Somebody with a password, an app, recovery codes, a passkey and a remembered device. */
async function person(name: string): Promise<Person> {
  const address = `${name}${++people}@mail.test`;
  const [copy] = (await world.send([address])).copies;
  assert.ok(copy);
  const browser = new TestBrowser(world, { remoteAddress: `192.0.${people}.1` });
  await browser.register(copy);
  const secret = secretOf((await browser.post('/api/account/second-factor/setup')).json());
  const on = await browser.post('/api/account/second-factor', { code: codeOfApp(secret, world.clock) });
  world.clock.advance(30 * SECOND_MS);
  const authenticator = new SoftwareAuthenticator(PORTAL_ORIGIN);
  const asked = await browser.post('/api/account/passkeys/options');
  await browser.post('/api/account/passkeys', { response: authenticator.register(asked.json().challenge) });
  await browser.post('/api/session', { address, password: GOOD_PASSWORD });
  const code = codeOfApp(secret, world.clock);
  await browser.post('/api/session/second-factor', { code, remember: true });
  world.clock.advance(30 * SECOND_MS);
  const { accountId } = await world.database.query
    .selectFrom('account_addresses')
    .select('accountId')
    .where('canonicalAddress', '=', address)
    .executeTakeFirstOrThrow();
  return { address, accountId, browser, authenticator, secret, codes: on.json().recoveryCodes };
}

async function write(sql: string, ...parameters: (string | number | null)[]): Promise<void> {
  await world.database.commit([byHand(world.database, sql, ...parameters)]);
}

async function signInWithPasskey({ authenticator }: Person) {
  const browser = new TestBrowser(world, { remoteAddress: '203.0.113.1' });
  const { challenge } = (await browser.post('/api/session/passkey/options')).json();
  return browser.post('/api/session/passkey', { response: authenticator.signIn(String(challenge)) });
}

function assertAlarm(what: string): void {
  assert.ok(
    world.logged.some(({ level, fields }) => level === 'error' && fields.step === what),
    JSON.stringify(world.logged),
  );
}

describe('ways to sign in that somebody wrote into the database', () => {
  it("the thief's passkey turned to the victim's account", async () => {
    const sql = `update "credentials" set "accountId" = ? where "accountId" = ? and "kind" = 'passkey'`;
    await write(sql, victim.accountId, thief.accountId);
    assert.equal((await signInWithPasskey(thief)).statusCode, 401);
    assertAlarm('credentials');
  });

  it("the thief's app in the place of the victim's", async () => {
    await write(`delete from "credentials" where "accountId" = ? and "kind" = 'totp'`, victim.accountId);
    const sql = `update "credentials" set "accountId" = ?, "lookup" = ? where "accountId" = ? and "kind" = 'totp'`;
    await write(sql, victim.accountId, `totp ${victim.accountId}`, thief.accountId);
    const browser = new TestBrowser(world);
    const answer = await browser.post('/api/session', { address: victim.address, password: GOOD_PASSWORD });
    assert.deepEqual([answer.statusCode, answer.json().code], [401, 'sign-in-failed']);
    assertAlarm('credentials');
  });

  it('a step of the app set back, to use its code again', async () => {
    await write(
      `update "credentials" set "counter" = 0 where "kind" = 'totp' and "accountId" = ?`,
      victim.accountId,
    );
    const browser = new TestBrowser(world);
    const answer = await browser.post('/api/session', { address: victim.address, password: GOOD_PASSWORD });
    assert.equal(answer.statusCode, 401);
    assertAlarm('credentials');
  });

  it("the thief's recovery codes turned to the victim's account", async () => {
    await write(
      'update "recovery_codes" set "accountId" = ? where "accountId" = ?',
      victim.accountId,
      thief.accountId,
    );
    const browser = new TestBrowser(world);
    await browser.post('/api/session', { address: victim.address, password: GOOD_PASSWORD });
    const answer = await browser.post('/api/session/second-factor', { code: thief.codes[0] });
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'second-factor-wrong']);
  });

  it("the thief's remembered device turned to the victim's account, or made to live longer", async () => {
    await write(
      'update "remembered_devices" set "accountId" = ? where "accountId" = ?',
      victim.accountId,
      thief.accountId,
    );
    const { browser } = thief;
    const answer = await browser.post('/api/session', { address: victim.address, password: GOOD_PASSWORD });
    assert.equal(answer.json().next, 'second-factor');
    assertAlarm('remembered_devices');
  });

  it('a resting passkey brought back, in its own row or in that of the account', async () => {
    world.clock.advance(MINUTE_MS);
    await victim.browser.post('/api/reset', { address: victim.address });
    await world.portal.settled();
    await victim.browser.post('/api/reset/verify', { code: world.lastCode(victim.address) });
    await victim.browser.post('/api/reset/lost');
    world.clock.advance(24 * 60 * MINUTE_MS);
    await victim.browser.post('/api/reset', { address: victim.address });
    await world.portal.settled();
    await victim.browser.post('/api/reset/verify', { code: world.lastCode(victim.address) });
    const done = await victim.browser.post('/api/reset/password', { password: 'nine calm rivers meet here' });
    assert.equal(done.statusCode, 200);
    assert.equal((await signInWithPasskey(victim)).json().code, 'passkey-suspended');
    await write('update "accounts" set "suspendedBefore" = null where "id" = ?', victim.accountId);
    assert.equal((await signInWithPasskey(victim)).statusCode, 401);
    assertAlarm('accounts');
    const later = world.clock.now();
    await write(
      `update "credentials" set "trustedAt" = ? where "accountId" = ? and "kind" = 'passkey'`,
      later,
      victim.accountId,
    );
    assert.equal((await signInWithPasskey(victim)).statusCode, 401);
    assertAlarm('credentials');
  });
});
