/** The undo window: notices wait, their author takes the message back, and then nothing of it has left; else it goes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { FakeClock, SECOND_MS } from '#src/base/clock.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

describe('the undo window', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, { clock, toml: { notice: 'undoWindow = 120' } });
  });
  after(cleanUp.run);

  const outsideAbout = (address: string) => world.at('outside', ({ to }) => to === address);
  async function send(...recipients: string[]): Promise<{ queueId: string; url: string }> {
    const queueId = await world.accept({ recipients, subject: 'send secure: results' });
    const [mail] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'secured' && text.includes(recipients[0] ?? ''),
    );
    const url = /http:\/\/localhost:\d+\/undo\/[\w-]+/u.exec(mail?.text ?? '')?.[0] ?? '';
    return { queueId, url };
  }
  const undo = (url: string): Promise<string> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
    }).then((answer) => answer.text());
  const events = (queueId: string) =>
    world
      .rows("select event from audit_entries where messageId = ? and event = 'sending-undone'", queueId)
      .map(({ event }) => event);

  it('lets nothing out while it is open, and nothing ever where its author undid it, once', async () => {
    const { queueId, url } = await send('back@outside.example', 'two@outside.example');
    const looked = await Promise.all([fetch(url), fetch(url, { method: 'HEAD' }), fetch(url)]);
    assert.deepEqual(
      looked.map(({ status }) => status),
      [200, 200, 200],
    );
    const page = await (await fetch(url)).text();
    for (const address of ['back@outside.example', 'two@outside.example']) assert.ok(page.includes(address));
    assert.deepEqual(events(queueId), [], 'looking changes nothing');
    const answers = await Promise.all([undo(url), undo(url), undo(url)]);
    assert.equal(answers.filter((page) => page.includes('Taken back')).length, 1);
    clock.advance(121 * SECOND_MS);
    await world.settled();
    assert.deepEqual([outsideAbout('back@outside.example'), outsideAbout('two@outside.example')], [[], []]);
    assert.deepEqual(world.rows('select id from wraps where messageId = ?', queueId), []);
    assert.deepEqual(
      world.rows('select state from recipients where messageId = ?', queueId).map(({ state }) => state),
      ['cancelled', 'cancelled'],
    );
    assert.deepEqual(events(queueId), ['sending-undone']);
  });

  it('goes out by itself when the window is over, and then it is too late', async () => {
    const { queueId, url } = await send('gone@outside.example');
    clock.advance(119 * SECOND_MS);
    assert.equal(outsideAbout('gone@outside.example').length, 0);
    clock.advance(2 * SECOND_MS);
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'gone@outside.example');
    assert.equal(notice?.kind, 'notice');
    assert.match(await undo(url), /can’t be taken back any more/u);
    assert.deepEqual(events(queueId), []);
    assert.equal(world.rows('select id from wraps where messageId = ?', queueId).length, 1);
  });

  it('takes no token that was not mailed', async () => {
    const { queueId, url } = await send('token@outside.example');
    for (const forged of [
      `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`,
      url.replace(queueId, '0'.repeat(26)),
    ])
      assert.match(await undo(forged), /can’t be taken back any more/u);
    assert.deepEqual(events(queueId), []);
  });
});
