/** A mistyped code: nothing goes out until the author answers or the time is over; every answer counts once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { FakeClock, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const SUBJECT = 'sned secure results';

function answerUrls(text: string): { send: string; stop: string } {
  const urls = [...text.matchAll(/http:\/\/localhost:\d+\/held\/[\w-]+\?choice=(?:send|stop)/gu)].map(
    ([url]) => url,
  );
  const find = (choice: string): string => urls.find((url) => url.endsWith(choice)) ?? '';
  return { send: find('send'), stop: find('stop') };
}

function answer(url: string, choice: 'send' | 'stop'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
    body: `choice=${choice}`,
  });
}

describe('holds', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, { clock });
  });
  after(cleanUp.run);

  const outsideAbout = (address: string) => world.at('outside', ({ to }) => to === address);
  async function hold(address: string, more: readonly string[] = []) {
    const queueId = await world.accept({ recipients: [address, ...more], subject: SUBJECT });
    const [mail] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'held' && text.includes(address),
    );
    assert.ok(mail);
    return { queueId, mail, urls: answerUrls(mail.text) };
  }
  const heldRows = (queueId: string) =>
    world.rows("select address from recipients where messageId = ? and state = 'held'", queueId).length;

  it('asks the author within seconds, lists everybody who waits, and holds up nobody inside', async () => {
    const began = performance.now();
    const many = Array.from({ length: 12 }, (_, i) => `patient${i}@outside.example`);
    const { queueId, mail } = await hold('first@outside.example', [...many, 'eve@hospital.test']);
    assert.ok(performance.now() - began < 5_000);
    assert.equal(mail.to, 'ann.lee@hospital.test');
    assert.equal(mail.reversePath, '');
    for (const address of many) assert.ok(mail.text.includes(address), address);
    const [inside] = await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    assert.ok(inside?.text.includes('Hello Jane'));
    assert.equal(heldRows(queueId), many.length + 1);
    assert.equal(outsideAbout('first@outside.example').length, 0);
  });

  it('W25: fetching the links fifty times, by GET or HEAD, changes nothing', async () => {
    const { queueId, urls } = await hold('scanned@outside.example');
    const fetches = Array.from({ length: 50 }, (_, i) =>
      fetch(i % 2 === 0 ? urls.send : urls.stop, { method: i % 3 === 0 ? 'HEAD' : 'GET' }),
    );
    for (const response of await Promise.all(fetches)) assert.equal(response.status, 200);
    const page = await (await fetch(urls.send)).text();
    assert.ok(page.includes('scanned@outside.example'));
    assert.equal(heldRows(queueId), 1);
    assert.equal(outsideAbout('scanned@outside.example').length, 0);
  });

  it('sends it secured on the author’s answer, and tells the author', async () => {
    const { queueId, urls } = await hold('yes@outside.example');
    assert.equal((await answer(urls.send, 'send')).status, 200);
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'yes@outside.example');
    assert.equal(notice?.kind, 'notice');
    assert.ok(notice?.link);
    assert.ok(!notice?.text.includes('Hello Jane'));
    const [secured] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'secured' && text.includes('yes@outside.example'),
    );
    assert.ok(secured);
    await world.settled();
    const wraps = world.rows('select holderKind from wraps where messageId = ?', queueId);
    assert.deepEqual(
      wraps.map(({ holderKind }) => holderKind),
      ['enrolment'],
      'the spool’s wrap is destroyed',
    );
  });

  it('counts one of many answers at once', async () => {
    const { queueId, urls } = await hold('many@outside.example');
    const results = await Promise.all(
      Array.from({ length: 10 }, async (_, i) =>
        (await answer(urls.send, i % 2 === 0 ? 'send' : 'stop')).text(),
      ),
    );
    const counted = results.filter((page) => !page.includes('Already answered'));
    assert.equal(counted.length, 1);
    await world.settled();
    const sent = counted[0]?.includes('Sent secured') === true ? 1 : 0;
    assert.equal(outsideAbout('many@outside.example').length, sent);
    const ends = world.rows(
      "select event from audit_entries where messageId = ? and event in ('hold-released', 'hold-cancelled')",
      queueId,
    );
    assert.equal(ends.length, 1);
  });

  it('sends nothing, ever, when the author says so', async () => {
    const { queueId, urls } = await hold('no@outside.example');
    assert.equal((await answer(urls.stop, 'stop')).status, 200);
    assert.equal(heldRows(queueId), 0);
    clock.advance(31 * MINUTE_MS);
    // The time of the others is over; this one had its answer.
    await world.waitFor('outside', ({ to }) => to === 'scanned@outside.example');
    await world.settled();
    assert.equal(outsideAbout('no@outside.example').length, 0);
    assert.deepEqual(world.rows('select id from wraps where messageId = ?', queueId), []);
    const late = await (await answer(urls.send, 'send')).text();
    assert.ok(late.includes('Already answered'));
  });

  it('sends it secured when nobody answers for 30 minutes, not a moment before', async () => {
    const { queueId } = await hold('waiting@outside.example');
    clock.advance(30 * MINUTE_MS - SECOND_MS);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(heldRows(queueId), 1);
    clock.advance(2 * SECOND_MS);
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'waiting@outside.example');
    assert.equal(notice?.kind, 'notice');
    await eventually('released', () => heldRows(queueId) === 0);
  });

  it('never holds where nobody of ours could be asked', async () => {
    await world.accept({
      recipients: ['forwarded@outside.example'],
      author: 'stranger@elsewhere.example',
      subject: SUBJECT,
    });
    const [relayed] = await world.waitFor('outside', ({ to }) => to === 'forwarded@outside.example');
    assert.equal(relayed?.kind, 'relay', 'mail with an outside author is forwarded as it is');
    await world.settled();
    assert.equal(
      world.at('inside', ({ text, kind }) => kind === 'held' && text.includes('forwarded@')).length,
      0,
    );
  });
});

describe('holds that are set otherwise', () => {
  it('returns what nobody answers where unanswered = "return"', async (t) => {
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock, toml: { hold: 'unanswered = "return"' } });
    const queueId = await world.accept({ recipients: ['back@outside.example'], subject: SUBJECT });
    await world.waitFor('inside', ({ kind }) => kind === 'held');
    clock.advance(31 * MINUTE_MS);
    const [returned] = await world.waitFor('inside', ({ kind }) => kind === 'returned');
    assert.equal(returned?.to, 'ann.lee@hospital.test');
    assert.ok(returned?.text.includes('back@outside.example'));
    await world.settled();
    assert.deepEqual(world.summary('outside'), []);
    assert.deepEqual(world.rows('select id from wraps where messageId = ?', queueId), []);
  });

  it('secures at once what a machine submits', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: { smtp: 'machines = ["127.0.0.1"]' } });
    await world.accept({ recipients: ['device@outside.example'], subject: SUBJECT });
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'device@outside.example');
    assert.equal(notice?.kind, 'notice');
    await world.settled();
    assert.equal(world.at('inside', ({ kind }) => kind === 'held').length, 0);
  });
});
