/** A mail over a limit of its author waits for the security officer: nothing leaves unless the officer lets it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { runQueue } from '#src/cli/queue-command.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const OFFICER = 'security@hospital.test';

function answer(url: string, choice: 'send' | 'stop'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
    body: `choice=${choice}`,
  });
}

describe('limits of authors', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      clock,
      toml: {
        organization: `securityOfficer = "${OFFICER}"`,
        limits: 'authorRecipientsPerHour = 2',
        hold: 'officerHours = 24',
      },
    });
  });
  after(cleanUp.run);

  let mails = 0;
  /** Three outside recipients from an author of its own, so that tests don't count together. */
  async function overLimit(subject: string) {
    mails += 1;
    const author = `author${mails}@hospital.test`;
    const outside = ['a', 'b', 'c'].map((name) => `${name}${mails}@outside.example`);
    const inside = `colleague${mails}@hospital.test`;
    const queueId = await world.accept({
      author,
      reversePath: author,
      recipients: [...outside, inside],
      subject,
    });
    const [question] = await world.waitFor(
      'inside',
      ({ to, text }) => to === OFFICER && text.includes(author),
    );
    const url = /http:\/\/localhost:\d+\/held\/[\w-]+/u.exec(question?.text ?? '')?.[0] ?? '';
    return { author, outside, inside, queueId, url, question };
  }
  const recipients = (queueId: string) =>
    world
      .rows('select state from recipients where messageId = ? and internal = 0', queueId)
      .map(({ state }) => String(state));
  const leftFor = (outside: readonly string[]) => world.at('outside', ({ to }) => outside.includes(to));
  const spoolWraps = (queueId: string) =>
    world.rows("select id from wraps where messageId = ? and holderKind = 'spool'", queueId).length;

  it('holds everybody outside, nobody inside, and tells officer and author', async () => {
    const { author, outside, inside, queueId, question } = await overLimit('lunch');
    await world.waitFor('inside', ({ to }) => to === inside);
    const [word] = await world.waitFor(
      'inside',
      ({ to, subject }) => to === author && /Waiting/u.test(subject),
    );
    assert.match(word?.text ?? '', /more people outside in one hour/u);
    for (const address of outside) assert.ok(question?.text.includes(address));
    assert.doesNotMatch(`${question?.subject} ${question?.text}`, /lunch|Hello Jane/u);
    assert.deepEqual(recipients(queueId), ['held', 'held', 'held']);
    assert.deepEqual(leftFor(outside), []);
    // The author's mail has no key to the question.
    assert.doesNotMatch(word?.text ?? '', /\/held\//u);
  });

  it('released: each recipient gets it as it was decided', async () => {
    const plain = await overLimit('lunch again');
    assert.equal((await fetch(plain.url)).status, 200);
    assert.deepEqual(leftFor(plain.outside), []);
    assert.match(await (await answer(plain.url, 'send')).text(), /On its way/u);
    const relayed = await world.waitFor('outside', ({ to }) => plain.outside.includes(to), 3);
    assert.ok(relayed.every(({ kind }) => kind === 'relay'));
    assert.match(await (await answer(plain.url, 'stop')).text(), /Already answered/u);
    await eventually('the spool wrap is destroyed', () => spoolWraps(plain.queueId) === 0);

    const coded = await overLimit('send secure results');
    assert.deepEqual(leftFor(coded.outside), []);
    await answer(coded.url, 'send');
    const notices = await world.waitFor('outside', ({ to }) => coded.outside.includes(to), 3);
    assert.ok(notices.every(({ kind }) => kind === 'notice'));
    await world.waitFor('inside', ({ kind, to }) => kind === 'secured' && to === coded.author);
    await eventually('the spool wrap is destroyed', () => spoolWraps(coded.queueId) === 0);
    assert.doesNotMatch(JSON.stringify(leftFor(coded.outside).map(({ text }) => text)), /Hello Jane/u);
  });

  it('a mistyped code is not asked about twice: released, it is secured', async () => {
    const { outside, url } = await overLimit('sned secure results');
    await answer(url, 'send');
    const notices = await world.waitFor('outside', ({ to }) => outside.includes(to), 3);
    assert.ok(notices.every(({ kind }) => kind === 'notice'));
  });

  it('two answers at once count once', async () => {
    const { outside, queueId, url } = await overLimit('lunch');
    const pages = await Promise.all([answer(url, 'send'), answer(url, 'stop'), answer(url, 'send')]);
    const texts = await Promise.all(pages.map((page) => page.text()));
    assert.equal(texts.filter((text) => text.includes('Already answered')).length, 2);
    await world.settled();
    const states = new Set(recipients(queueId));
    assert.equal(states.size, 1);
    assert.equal(leftFor(outside).length, states.has('cancelled') ? 0 : 3);
  });

  it('stopped: nothing leaves, and the author gets it back in plain words', async () => {
    const { author, outside, queueId, url } = await overLimit('lunch');
    await answer(url, 'stop');
    const [bounce] = await world.waitFor('inside', ({ kind, to }) => kind === 'returned' && to === author);
    assert.match(bounce?.text ?? '', /security officer did not let it out/u);
    assert.deepEqual(recipients(queueId), ['cancelled', 'cancelled', 'cancelled']);
    assert.equal(spoolWraps(queueId), 0);
    assert.deepEqual(leftFor(outside), []);
  });

  it('nobody answers: returned, never sent', async () => {
    const { author, outside, queueId } = await overLimit('lunch');
    clock.advance(25 * HOUR_MS);
    await world.waitFor('inside', ({ kind, to }) => kind === 'returned' && to === author, 1, 15_000);
    assert.deepEqual(recipients(queueId), ['cancelled', 'cancelled', 'cancelled']);
    assert.deepEqual(leftFor(outside), []);
    const states = world.rows(
      "select state from deliveries where messageId = ? and kind = 'relay' and route = 'outside'",
      queueId,
    );
    assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(['cancelled']));
  });

  it('a change in the database lets nothing out in clear', async () => {
    const { outside, queueId, url } = await overLimit('send secure results');
    world.change(
      `update recipients set protection = 'opportunistic-tls', rule = 'ordinary' where messageId = '${queueId}'`,
    );
    await answer(url, 'send');
    await world.settled();
    assert.ok(leftFor(outside).every(({ kind }) => kind === 'notice'));
  });

  it('an operator lets nobody out of it and stops nobody: both are told whose answer it is', async () => {
    const { outside, queueId, url } = await overLimit('lunch');
    const queue = (...args: string[]) => runQueue([...args, '--config', world.gateway.configFile]);
    const one = String(
      world.rows("select id from deliveries where messageId = ? and state = 'held'", queueId)[0]?.['id'],
    );
    for (const args of [
      ['release', queueId],
      ['release', one],
      ['release', '--all'],
      ['cancel', queueId],
      ['cancel', '--recipient', outside[0] ?? '', '--yes'],
    ]) {
      const { text } = await queue(...args);
      assert.match(text, /^0 deliveries (released|cancelled)\./u, args.join(' '));
      assert.match(text, /left alone: .*only the security officer/u, args.join(' '));
    }
    assert.match((await queue('show', queueId)).text, /security officer was asked .*until/u);
    assert.equal(world.rows("select id from audit_entries where event like 'queue-%'").length, 0);
    assert.deepEqual(recipients(queueId), ['held', 'held', 'held']);
    await answer(url, 'send');
    await world.waitFor('outside', ({ to }) => outside.includes(to), 3);

    const coded = await overLimit('send secure results');
    await assert.rejects(queue('release', coded.queueId), /only the security officer/u);
    assert.deepEqual(leftFor(coded.outside), []);
  });

  describe('who can only write to the database lets nothing out', () => {
    const tampered = () => world.rows("select id from audit_entries where event = 'tamper-detected'").length;

    it('a delivery that is put back into the queue ends, with an alarm', async () => {
      const { outside, queueId, url } = await overLimit('lunch');
      const before = tampered();
      world.change(
        `update deliveries set state = 'queued', heldAt = null, heldReason = null where messageId = '${queueId}'`,
      );
      await eventually('alarms', () => tampered() === before + 3);
      assert.equal((await answer(url, 'send')).ok, false);
      await world.settled();
      assert.deepEqual(leftFor(outside), []);
    });

    it('nor by another reason of the hold, which the clock would end as secured', async () => {
      const { author, outside, queueId } = await overLimit('send secure results');
      const before = tampered();
      world.change(`update messages set holdFor = 'author', holdUntil = 1 where id = '${queueId}'`);
      await eventually('an alarm', () => tampered() > before, 15_000);
      assert.deepEqual(leftFor(outside), []);
      assert.equal(world.at('inside', ({ kind, to }) => kind === 'secured' && to === author).length, 0);
    });

    it('nor by the token of a question that is the attacker’s own', async () => {
      const own = await overLimit('lunch');
      const other = await overLimit('lunch');
      const [row] = world.rows('select hex(holdTokenHash) as hash from messages where id = ?', own.queueId);
      world.change(`update messages set holdTokenHash = null where id = '${own.queueId}';
        update messages set holdTokenHash = x'${String(row?.['hash'])}' where id = '${other.queueId}'`);
      assert.match(await (await answer(own.url, 'send')).text(), /Already answered/u);
      await world.settled();
      assert.deepEqual(leftFor(other.outside), []);
    });
  });
});
