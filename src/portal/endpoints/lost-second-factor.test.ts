/** A lost second factor, and accounts that were not used for long. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { DORMANT_AFTER_MS } from '#src/accounts/account-rules.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { codeOfApp, secretOf } from '#test/support/authenticator-app.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
} from '#test/support/portal-world.ts';
import { byHand } from '#test/support/written-by-hand.ts';

const NEW_PASSWORD = 'nine calm rivers meet here';

let world: PortalWorld;
let people = 0;
let address: string;
const page = new TestPage();

before(async () => {
  world = await openPortalWorld();
});
after(() => world.dispose());
beforeEach(() => {
  address = `reader${++people}@mail.test`;
});

const newBrowser = () => new TestBrowser(world, { remoteAddress: `192.0.${people}.7` });
const signIn = (browser: TestBrowser, password = GOOD_PASSWORD) =>
  browser.post('/api/session', { address, password });

async function withApp() {
  const message = await world.send([address]);
  const [copy] = message.copies;
  assert.ok(copy);
  const browser = newBrowser();
  await browser.register(copy);
  const path = `/api/messages/${message.messageId}/open`;
  assert.equal((await browser.post(path, { pageKey: page.pageKey })).statusCode, 200);
  const secret = secretOf((await browser.post('/api/account/second-factor/setup')).json());
  await browser.post('/api/account/second-factor', { code: codeOfApp(secret, world.clock) });
  world.clock.advance(30 * SECOND_MS);
  return { browser, secret, path };
}

/** A browser that has typed the code from the mailbox. */
async function provenBrowser(): Promise<{ browser: TestBrowser; needs: Record<string, unknown> }> {
  const browser = newBrowser();
  await browser.post('/api/reset', { address });
  await world.portal.settled();
  const answer = await browser.post('/api/reset/verify', { code: world.lastCode(address) });
  assert.equal(answer.statusCode, 200);
  return { browser, needs: answer.json() };
}

const stopLink = () =>
  /\/stop-reset\/([\w-]{22})/u.exec(world.lastMail('account-change', address))?.[1] ?? '';

describe('a reset of an account with a second factor', () => {
  it('W07: does not get around it', async () => {
    const { path } = await withApp();
    const { browser, needs } = await provenBrowser();
    assert.equal(needs['secondFactor'], true);
    for (const body of [{ password: NEW_PASSWORD }, { password: NEW_PASSWORD, secondFactor: '000000' }]) {
      const answer = await browser.post('/api/reset/password', body);
      assert.equal(answer.statusCode, 422);
    }
    assert.equal((await signIn(newBrowser(), NEW_PASSWORD)).statusCode, 401);
    assert.equal((await browser.post(path, { pageKey: page.pageKey })).statusCode, 401);
  });

  it('with it is more than mail alone: what was opened stays open, sessions and devices end', async () => {
    const { secret, path, browser: old } = await withApp();
    const { browser } = await provenBrowser();
    const secondFactor = codeOfApp(secret, world.clock);
    const done = await browser.post('/api/reset/password', { password: NEW_PASSWORD, secondFactor });
    assert.deepEqual([done.statusCode, done.json().next], [200, 'done']);
    assert.equal((await browser.post(path, { pageKey: page.pageKey })).statusCode, 200);
    assert.equal((await old.get('/api/session')).json().signedIn, false);
    assert.equal((await signIn(newBrowser(), NEW_PASSWORD)).json().next, 'second-factor');
  });

  it('without it waits 24 hours, tells every address, and then is a reset by mail alone', async () => {
    const { path } = await withApp();
    const { browser } = await provenBrowser();
    const lost = await browser.post('/api/reset/lost');
    assert.equal(Date.parse(lost.json().effectiveAt), world.clock.now() + DAY_MS);
    assert.match(world.lastMail('account-change', address), /lost the second step/u);
    assert.equal((await browser.post('/api/reset/lost')).json().effectiveAt, lost.json().effectiveAt);
    assert.equal(
      (await browser.post('/api/reset/password', { password: NEW_PASSWORD })).json().code,
      'second-factor-needed',
    );
    world.clock.advance(DAY_MS - MINUTE_MS);
    const early = (await provenBrowser()).browser;
    assert.equal((await early.post('/api/reset/password', { password: NEW_PASSWORD })).statusCode, 422);
    world.clock.advance(MINUTE_MS);
    const done = await early.post('/api/reset/password', { password: NEW_PASSWORD });
    assert.deepEqual([done.statusCode, done.json().next], [200, 'done']);
    assert.equal((await early.post(path, { pageKey: page.pageKey })).json().code, 'needs-release');
    assert.equal((await signIn(newBrowser(), NEW_PASSWORD)).json().next, 'done', 'the second factor is gone');
    const events = await world.auditEvents();
    assert.ok(events.includes('reset-waits') && events.includes('password-reset'));
  });

  it('is stopped by the link in the mail: following it changes nothing, its button does, once', async () => {
    await withApp();
    const { browser } = await provenBrowser();
    await browser.post('/api/reset/lost');
    const token = stopLink();
    const reader = newBrowser();
    for (let i = 0; i < 3; i++) assert.equal((await reader.get(`/api/reset/stop/${token}`)).statusCode, 200);
    const twice = await Promise.all([1, 2].map(() => reader.post(`/api/reset/stop/${token}`)));
    assert.deepEqual(twice.map(({ statusCode }) => statusCode).toSorted(), [200, 404]);
    assert.match(world.lastMail('account-change', address), /reset was stopped/u);
    world.clock.advance(DAY_MS);
    const later = (await provenBrowser()).browser;
    assert.equal((await later.post('/api/reset/password', { password: NEW_PASSWORD })).statusCode, 422);
    for (const wrong of ['A'.repeat(22), 'x', token])
      assert.equal((await reader.get(`/api/reset/stop/${wrong}`)).statusCode, 404);
  });

  it('ends where the second factor is used, and a week after it could have been finished', async () => {
    const { secret } = await withApp();
    await (await provenBrowser()).browser.post('/api/reset/lost');
    const owner = newBrowser();
    await signIn(owner);
    world.clock.advance(HOUR_MS);
    await signIn(owner);
    await owner.post('/api/session/second-factor', { code: codeOfApp(secret, world.clock) });
    world.clock.advance(DAY_MS);
    assert.equal((await provenBrowser()).needs['lostEffectiveAt'], null);
    await (await provenBrowser()).browser.post('/api/reset/lost');
    world.clock.advance(8 * DAY_MS);
    assert.equal((await provenBrowser()).needs['lostEffectiveAt'], null);
  });

  it('a row planted or moved up in the database resets nothing', async () => {
    await withApp();
    await (await provenBrowser()).browser.post('/api/reset/lost');
    const { browser } = await provenBrowser();
    const sql = 'update "pending_resets" set "effectiveAt" = ?';
    await world.database.commit([byHand(world.database, sql, 1)]);
    const answer = await browser.post('/api/reset/password', { password: NEW_PASSWORD });
    assert.equal(answer.statusCode, 404);
    assert.ok(world.logged.some(({ fields }) => fields.code === 'tamper-detected'));
    await world.database.commit([{ sql: 'delete from "pending_resets"', parameters: [] }]);
  });
});

describe('an account that nobody used for a year', () => {
  async function dormant() {
    const [copy] = (await world.send([address])).copies;
    assert.ok(copy);
    await newBrowser().register(copy);
    world.clock.advance(DORMANT_AFTER_MS);
    const browser = newBrowser();
    const answer = await signIn(browser);
    return { browser, next: answer.json().next as string };
  }

  it('proves the mailbox again, then is as before', async () => {
    const { browser, next } = await dormant();
    assert.equal(next, 'mailbox');
    assert.equal((await browser.get('/api/session')).json().signedIn, false);
    const sent = await browser.post('/api/session/mailbox');
    assert.deepEqual([sent.statusCode, sent.json().maskedAddress[0]], [202, 'r']);
    const wrong = await browser.post('/api/session/mailbox/verify', { code: '000000' });
    assert.equal(wrong.statusCode, 422);
    const code = world.lastCode(address);
    const done = await browser.post('/api/session/mailbox/verify', { code });
    assert.deepEqual([done.statusCode, done.json().next], [200, 'done']);
    assert.equal((await browser.get('/api/session')).json().signedIn, true);
    assert.equal((await signIn(newBrowser())).json().next, 'done');
  });

  it('takes no code of another browser or purpose', async () => {
    const { browser } = await dormant();
    await browser.post('/api/session/mailbox');
    const code = world.lastCode(address);
    const thief = newBrowser();
    assert.equal((await signIn(thief)).json().next, 'mailbox');
    assert.equal((await thief.post('/api/session/mailbox/verify', { code })).statusCode, 410);
    assert.equal((await browser.post('/api/reset/verify', { code })).statusCode, 410);
  });
});
