import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  AUTHOR,
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
} from '#test/support/portal-world.ts';

describe('not for me', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  it('locks that copy only, tells the author once, and may be said again', async () => {
    const message = await world.send(['wrong@mail.test', 'right@mail.test']);
    const [wrong, right] = message.copies;
    assert.ok(wrong && right);
    const url = `/api/links/${wrong.token}/not-for-me`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => new TestBrowser(world).post(url, { confirm: true })),
    );
    for (const answer of answers)
      assert.deepEqual([answer.statusCode, answer.json()], [200, { state: 'locked' }]);
    const sent = await world.database.query
      .selectFrom('deliveries')
      .select('recipient')
      .where('kind', '=', 'not-for-me')
      .execute();
    assert.deepEqual(sent, [{ recipient: AUTHOR }]);
    assert.equal((await world.auditEvents()).filter((event) => event === 'recipient-locked').length, 1);
    const browser = new TestBrowser(world);
    assert.equal((await browser.get(`/api/links/${wrong.token}`)).json().state, 'locked');
    const code = await browser.post(`/api/links/${wrong.token}/code`);
    assert.deepEqual([code.statusCode, code.json().code], [410, 'locked']);
    assert.equal((await browser.get(`/api/links/${right.token}`)).json().state, 'ready');
  });

  it('must be confirmed and posted', async () => {
    const [copy] = (await world.send(['scanned@mail.test'])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    const url = `/api/links/${copy.token}/not-for-me`;
    for (const body of [{}, { confirm: false }, { confirm: 'true' }]) {
      assert.equal((await browser.post(url, body)).statusCode, 400);
    }
    assert.equal((await browser.get(url)).statusCode, 404);
    assert.equal((await browser.request('HEAD', url)).statusCode, 404);
    assert.equal((await browser.get(`/api/links/${copy.token}`)).json().state, 'ready');
  });

  it("needs the reader's session once the message was opened", async () => {
    const message = await world.send(['opened@mail.test']);
    const [copy] = message.copies;
    assert.ok(copy);
    const reader = new TestBrowser(world);
    await reader.register(copy);
    await reader.post(`/api/messages/${message.messageId}/open`, { pageKey: new TestPage().pageKey });
    const url = `/api/links/${copy.token}/not-for-me`;
    assert.equal((await new TestBrowser(world).post(url, { confirm: true })).statusCode, 401);
    assert.equal((await reader.get(`/api/links/${copy.token}`)).json().state, 'ready');
    assert.equal((await reader.post(url, { confirm: true })).statusCode, 200);
    assert.equal((await reader.get(`/api/links/${copy.token}`)).json().state, 'locked');
  });
});
