/** The second factor beside a password, recovery codes, remembered devices, and the organisation that wants it. W11. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { REMEMBERED_MS } from '#src/accounts/remembered-devices.ts';
import { codeAt } from '#src/accounts/totp.ts';
import { MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  type PortalWorld,
  type SentCopy,
} from '#test/support/portal-world.ts';
import { codeOfApp, secretOf } from '#test/support/authenticator-app.ts';

let world: PortalWorld;
let strict: PortalWorld;
let people = 0;
let address: string;

before(async () => {
  world = await openPortalWorld();
  strict = await openPortalWorld({ rules: { secondFactor: 'required', rememberDevices: false } });
});
after(async () => {
  await world.dispose();
  await strict.dispose();
});
beforeEach(() => {
  address = `reader${++people}@mail.test`;
});

const newBrowser = (of = world) => new TestBrowser(of, { remoteAddress: `192.0.${people}.7` });
const isSignedIn = async (browser: TestBrowser) => (await browser.get('/api/session')).json().signedIn;
const nextStep = () => world.clock.advance(30 * SECOND_MS);

async function copyFor(of = world): Promise<SentCopy> {
  const [copy] = (await of.send([address])).copies;
  assert.ok(copy);
  return copy;
}

/** Somebody with a password and an app. */
async function withApp() {
  const browser = newBrowser();
  await browser.register(await copyFor());
  const secret = secretOf((await browser.post('/api/account/second-factor/setup')).json());
  const on = await browser.post('/api/account/second-factor', { code: codeOfApp(secret, world.clock) });
  assert.equal(on.statusCode, 201);
  nextStep();
  return { browser, secret, codes: on.json().recoveryCodes as string[] };
}

async function givePassword(browser: TestBrowser) {
  const answer = await browser.post('/api/session', { address, password: GOOD_PASSWORD });
  assert.equal(answer.statusCode, 200);
  return answer.json().next as string;
}

describe('the second factor', () => {
  it('R28: is asked for after the password, and nothing opens before', async () => {
    const { secret, codes } = await withApp();
    assert.equal(new Set(codes).size, 10);
    assert.match(world.lastMail('account-change', address), /second step is on/u);
    const browser = newBrowser();
    assert.equal(await givePassword(browser), 'second-factor');
    assert.equal(await isSignedIn(browser), false);
    assert.equal((await browser.get('/api/session/steps')).json().next, 'second-factor');
    const stolen = newBrowser();
    stolen.cookies.set('__Host-session', browser.cookies.get('__Host-signin') ?? '');
    assert.equal((await stolen.get('/api/account')).statusCode, 401, 'W36: half a sign-in is no session');
    const wrong = await browser.post('/api/session/second-factor', { code: '000000' });
    assert.deepEqual([wrong.statusCode, wrong.json().code], [422, 'second-factor-wrong']);
    const code = codeOfApp(secret, world.clock);
    const right = await browser.post('/api/session/second-factor', {
      code: `${code.slice(0, 3)} ${code.slice(3)}`,
    });
    assert.deepEqual([right.statusCode, right.json().next], [200, 'done']);
    assert.equal(await isSignedIn(browser), true);
    assert.equal((await browser.get('/api/session/steps')).json().next, 'none');
  });

  it('W11: takes a step once, the one before and after it too, and none that is older', async () => {
    const { secret } = await withApp();
    const sign = async (code: string) => {
      const browser = newBrowser();
      await givePassword(browser);
      return (await browser.post('/api/session/second-factor', { code })).statusCode;
    };
    const now = world.clock.now();
    const before = codeAt(secret, now - 30_000);
    assert.equal(await sign(codeAt(secret, now + 90_000)), 422, 'too early');
    assert.equal(await sign(codeAt(secret, now + 30_000)), 200);
    assert.equal(await sign(codeAt(secret, now + 30_000)), 422, 'reused');
    assert.equal(await sign(codeAt(secret, now)), 422, 'older than the last');
    assert.equal(await sign(before), 422);
    world.clock.advance(90 * SECOND_MS);
    assert.equal(await sign(codeOfApp(secret, world.clock)), 200);
  });

  it('W11: of fifty that give one code at once, one gets in', async () => {
    const { secret } = await withApp();
    const browsers = Array.from({ length: 8 }, () => newBrowser());
    for (const browser of browsers) await givePassword(browser);
    const code = codeOfApp(secret, world.clock);
    const fifty = Array.from({ length: 7 }, () => browsers).flat();
    const answers = await Promise.all(
      fifty.map((browser) => browser.post('/api/session/second-factor', { code })),
    );
    assert.ok(answers.length >= 50);
    assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
  });

  it('W11: slows guessing, for the account and not for the browser', async () => {
    const { secret } = await withApp();
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      const browser = newBrowser();
      await givePassword(browser);
      statuses.push((await browser.post('/api/session/second-factor', { code: '000000' })).statusCode);
    }
    assert.deepEqual(statuses.slice(-2), [422, 429]);
    const browser = newBrowser();
    await givePassword(browser);
    const right = await browser.post('/api/session/second-factor', { code: codeOfApp(secret, world.clock) });
    assert.equal(right.json().code, 'slow-down');
  });

  it('is turned off again only soon after signing in, and both are told', async () => {
    const { browser } = await withApp();
    for (const _ of [1, 2]) {
      world.clock.advance(8 * MINUTE_MS);
      await browser.post('/api/session/extend');
    }
    assert.equal(
      (await browser.request('DELETE', '/api/account/second-factor')).json().code,
      'sign-in-again',
    );
    const again = await withAppSignedIn();
    assert.equal((await again.request('DELETE', '/api/account/second-factor')).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /second step is off/u);
    assert.equal(await givePassword(newBrowser()), 'done');
  });

  it('is kept where a copy of the database does not tell it', async () => {
    const { secret, codes } = await withApp();
    const rows = JSON.stringify([
      await world.database.query.selectFrom('credentials').selectAll().execute(),
      await world.database.query.selectFrom('recovery_codes').selectAll().execute(),
    ]);
    assert.ok(!rows.includes(secret.toString('base64url')) && !rows.includes(codes[0] ?? 'none'));
    const logged = JSON.stringify(world.logged);
    for (const code of codes) assert.ok(!logged.includes(code));
  });

  async function withAppSignedIn() {
    address = `again.${address}`;
    const { browser } = await withApp();
    return browser;
  }
});

describe('recovery codes', () => {
  it('W11: work once each, as people type them, and the address is told', async () => {
    const { codes } = await withApp();
    const [one = '', two = ''] = codes;
    const browser = newBrowser();
    await givePassword(browser);
    const typed = ` ${one.toLowerCase().replace('-', ' ')} `;
    assert.equal((await browser.post('/api/session/second-factor', { code: typed })).statusCode, 200);
    assert.match(world.lastMail('account-change', address), /recovery code was used/u);
    const left = (await browser.get('/api/account/credentials')).json().secondFactor.recoveryCodesLeft;
    assert.equal(left, 9);
    const again = newBrowser();
    await givePassword(again);
    assert.equal((await again.post('/api/session/second-factor', { code: one })).statusCode, 422);
    const racers = [newBrowser(), newBrowser(), newBrowser()];
    for (const racer of racers) await givePassword(racer);
    const answers = await Promise.all(
      racers.map((racer) => racer.post('/api/session/second-factor', { code: two })),
    );
    assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
  });

  it('are made anew: the old ones end', async () => {
    const { browser, codes } = await withApp();
    const fresh = (await browser.post('/api/account/recovery-codes')).json().recoveryCodes as string[];
    const other = newBrowser();
    await givePassword(other);
    assert.equal((await other.post('/api/session/second-factor', { code: codes[3] })).statusCode, 422);
    assert.equal((await other.post('/api/session/second-factor', { code: fresh[3] })).statusCode, 200);
  });
});

describe('a remembered device', () => {
  async function remembering() {
    const person = await withApp();
    const browser = newBrowser();
    await givePassword(browser);
    const code = codeOfApp(person.secret, world.clock);
    await browser.post('/api/session/second-factor', { code, remember: true });
    nextStep();
    return { ...person, browser };
  }

  it('R28: spares the second factor for 30 days, never the password, and is told', async () => {
    const { browser } = await remembering();
    assert.match(world.lastMail('account-change', address), /device is remembered/u);
    await browser.request('DELETE', '/api/session');
    const wrong = await browser.post('/api/session', { address, password: 'wrong but long enough' });
    assert.equal(wrong.statusCode, 401);
    assert.equal(await givePassword(browser), 'done');
    assert.equal(await givePassword(newBrowser()), 'second-factor', 'another browser');
    world.clock.advance(REMEMBERED_MS);
    assert.equal(await givePassword(browser), 'second-factor');
  });

  it('is listed and forgotten, one or all, and by a new password', async () => {
    const { browser } = await remembering();
    const devices = (await browser.get('/api/account/credentials')).json().devices as {
      id: string;
      current: boolean;
    }[];
    assert.deepEqual(
      devices.map(({ current }) => current),
      [true],
    );
    await browser.request('DELETE', `/api/account/devices/${devices[0]?.id ?? ''}`);
    assert.equal(await givePassword(browser), 'second-factor');
    const { browser: second } = await (async () => {
      address = `second.${address}`;
      return remembering();
    })();
    const password = 'nine calm rivers meet here';
    await second.post('/api/account/password', { current: GOOD_PASSWORD, password });
    await second.post('/api/account/password', { current: password, password: GOOD_PASSWORD });
    assert.equal(await givePassword(second), 'second-factor');
  });

  it('is no device of somebody else', async () => {
    const { browser } = await remembering();
    const cookie = browser.cookies.get('__Host-device') ?? '';
    address = `other.${address}`;
    await withApp();
    const other = newBrowser();
    other.cookies.set('__Host-device', cookie);
    assert.equal(await givePassword(other), 'second-factor');
  });
});

describe('an organisation that wants a second factor', () => {
  it('R28: takes eight characters, and nobody reads before the app is set up', async () => {
    const browser = newBrowser(strict);
    const registered = await browser.register(await copyFor(strict), 'tvqkwzmb');
    assert.deepEqual([registered.statusCode, registered.json().next], [201, 'second-factor-setup']);
    assert.equal(await isSignedIn(browser), false);
    const secret = secretOf((await browser.post('/api/session/second-factor/setup')).json());
    const confirmed = await browser.post('/api/session/second-factor/setup/confirm', {
      code: codeOfApp(secret, strict.clock),
    });
    assert.deepEqual([confirmed.json().next, confirmed.json().recoveryCodes.length], ['done', 10]);
    assert.equal(await isSignedIn(browser), true);
    const off = await browser.request('DELETE', '/api/account/second-factor');
    assert.equal(off.json().code, 'second-factor-required');
    strict.clock.advance(30 * SECOND_MS);
    const later = newBrowser(strict);
    const first = await later.post('/api/session', { address, password: 'tvqkwzmb' });
    assert.equal(first.json().next, 'second-factor');
    const code = codeOfApp(secret, strict.clock);
    const done = await later.post('/api/session/second-factor', { code, remember: true });
    assert.equal(done.json().next, 'done');
    assert.equal(later.cookies.get('__Host-device'), undefined, 'devices are not remembered here');
  });

  it('a short password that was left alone half-way lets nobody in', async () => {
    await newBrowser(strict).register(await copyFor(strict), 'tvqkwzmb');
    const answer = await newBrowser(strict).post('/api/session', { address, password: 'tvqkwzmb' });
    assert.deepEqual([answer.statusCode, answer.json().code], [429, 'reset-needed']);
  });

  it('a long one goes on to the set-up', async () => {
    await newBrowser(strict).register(await copyFor(strict));
    const answer = await newBrowser(strict).post('/api/session', { address, password: GOOD_PASSWORD });
    assert.equal(answer.json().next, 'second-factor-setup');
  });
});
