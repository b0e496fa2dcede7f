import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, suite, test } from 'node:test';

import { FakeClock, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import { statement } from '#src/storage/database.ts';
import { messageRow } from '#test/storage/rows.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { isOwnDelivery } from './delivery-mac.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { LEASE_MS } from './lease.ts';
import { insertDeliveries, type NewDelivery } from './new-delivery.ts';
import { DELIVERY_LIFETIME_MS, retryDelayMs } from './retry-schedule.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
const FACTS = { reply: '250 ok', enhancedStatus: '2.0.0', tlsFacts: null };

suite('delivery queue', () => {
  let fixture: TestDatabase;
  let clock: FakeClock;
  let queue: DeliveryQueue;

  beforeEach(async () => {
    fixture = await openTestDatabase();
    clock = new FakeClock();
    queue = new DeliveryQueue({
      database: fixture.database,
      clock,
      owner: { name: 'host-a/1/1' },
      jitter: () => 0.5,
    });
    const { database } = fixture;
    await database.commit([statement(database.query.insertInto('messages').values(messageRow('M')))]);
  });
  afterEach(() => fixture.dispose());

  function enqueue(...recipients: string[]): Promise<void> {
    return enqueueOn('outside', ...recipients);
  }

  async function enqueueOn(route: 'internal' | 'outside', ...recipients: string[]): Promise<void> {
    const deliveries = recipients.map((recipient): NewDelivery => ({
      messageId: 'M',
      recipientId: null,
      kind: 'relay',
      reversePath: 'ann@hospital.test',
      recipient,
      domain: 'outside.example',
      route,
      range: null,
    }));
    await fixture.database.commit(insertDeliveries(fixture.database.query, keys, clock, deliveries));
  }

  test('one route is claimed apart from the other, and is due apart from it', async () => {
    await enqueueOn('outside', 'jane@outside.example');
    clock.advance(SECOND_MS);
    await enqueueOn('internal', 'ann@hospital.test');
    assert.equal(await queue.nextDueAt(['internal']), clock.now());
    assert.equal(await queue.nextDueAt(), clock.now() - SECOND_MS);
    const claimed = await queue.claim(10, ['internal']);
    assert.deepEqual(
      claimed.map(({ recipient }) => recipient),
      ['ann@hospital.test'],
    );
    assert.equal(await queue.nextDueAt(['internal']), null);
    assert.equal((await queue.claim(10, ['internal'])).length, 0);
    assert.equal((await queue.claim(10)).length, 1);
  });

  async function spoolWraps(): Promise<number> {
    const rows = await fixture.database.query
      .selectFrom('wraps')
      .selectAll()
      .where('holderKind', '=', 'spool')
      .execute();
    return rows.length;
  }

  async function addSpoolWrap(): Promise<void> {
    const { query } = fixture.database;
    const row = {
      id: 'W',
      messageId: 'M',
      holderKind: 'spool' as const,
      holderId: 'k',
      recipientId: null,
      kid: 'k',
      wrap: Buffer.from('w'),
      replacement: null,
    };
    await fixture.database.commit([statement(query.insertInto('wraps').values(row))]);
  }

  test('a delivery is claimed by one owner until its lease ends', async () => {
    await enqueue('jane@outside.example');
    const other = new DeliveryQueue({ database: fixture.database, clock, owner: { name: 'host-b/1/1' } });
    const [first] = await queue.claim(10);
    assert.equal(first?.recipient, 'jane@outside.example');
    assert.deepEqual(await other.claim(10), []);
    clock.advance(LEASE_MS + 1);
    assert.equal((await other.claim(10)).length, 1);
    assert.ok(first);
    await assert.rejects(
      fixture.database.commit([queue.settle(first, 'handed-over', FACTS)]),
      (error) => errorCode(error) === 'expectation-failed',
    );
  });

  test('those waiting longest are claimed first, not more than asked for', async () => {
    await enqueue('first@outside.example');
    clock.advance(SECOND_MS);
    await enqueue('second@outside.example', 'third@outside.example');
    const claimed = await queue.claim(1);
    assert.deepEqual(
      claimed.map(({ recipient }) => recipient),
      ['first@outside.example'],
    );
    assert.equal((await queue.claim(10)).length, 2);
    assert.equal((await queue.claim(10)).length, 0);
  });

  test('a deferred delivery is due again after the delay of the schedule', async () => {
    await enqueue('jane@outside.example');
    const [delivery] = await queue.claim(1);
    assert.ok(delivery);
    await fixture.database.commit([queue.defer(delivery, { ...FACTS, reply: '450 later' })]);
    assert.deepEqual(await queue.claim(1), []);
    assert.equal(await queue.nextDueAt(), clock.now() + retryDelayMs(1, 0.5));
    clock.advance(retryDelayMs(1, 0.5));
    const [again] = await queue.claim(1);
    assert.equal(again?.attempts, 1);
    assert.equal(again?.lastReply, '450 later');
  });

  test('a settled delivery is never claimed again and can not be settled twice', async () => {
    await enqueue('jane@outside.example');
    const [delivery] = await queue.claim(1);
    assert.ok(delivery);
    await fixture.database.commit([queue.settle(delivery, 'handed-over', FACTS)]);
    await assert.rejects(fixture.database.commit([queue.settle(delivery, 'failed', FACTS)]));
    clock.advance(LEASE_MS * 2);
    assert.deepEqual(await queue.claim(1), []);
  });

  test('a row that was changed in the database is not ours any more', async () => {
    await enqueue('jane@outside.example');
    const [delivery] = await queue.claim(1);
    assert.ok(delivery);
    assert.equal(isOwnDelivery(keys, delivery), true);
    for (const change of [
      { recipient: 'eve@evil.example' },
      { domain: 'evil.example' },
      { route: 'internal' as const },
      { rangeEnd: 9 },
      { kind: 'code' as const },
      { tlsRequirement: 'verified' as const },
    ]) {
      assert.equal(isOwnDelivery(keys, { ...delivery, ...change }), false, JSON.stringify(change));
    }
  });

  test('a lease is renewed while its delivery is under way, and only by who has it', async () => {
    await enqueue('jane@outside.example', 'john@outside.example');
    const [slow, lost] = await queue.claim(2);
    assert.ok(slow !== undefined && lost !== undefined);
    clock.advance(3 * MINUTE_MS);
    const { database } = fixture;
    const toOther = database.query.updateTable('deliveries').set({ leaseOwner: 'host-b/2/2' });
    await database.commit([statement(toOther.where('id', '=', lost.id))]);
    await queue.renew([slow, lost]);
    clock.advance(2 * MINUTE_MS);
    assert.equal(queue.leaseCoversFinalDot(slow), true);
    assert.equal(queue.leaseCoversFinalDot(lost), false);
    clock.advance(LEASE_MS - 3 * MINUTE_MS);
    assert.deepEqual(
      (await queue.claim(2)).map(({ id }) => id),
      [lost.id],
    );
  });

  test('a lease that is given back counts no attempt', async () => {
    await enqueue('jane@outside.example');
    const [delivery] = await queue.claim(1);
    assert.ok(delivery);
    await queue.release(delivery);
    assert.equal((await queue.claim(1))[0]?.attempts, 0);
  });

  test('the spool wrap goes with the last delivery that needs it', async () => {
    await enqueue('a@outside.example', 'b@outside.example');
    await addSpoolWrap();
    const [first, second] = await queue.claim(2);
    assert.ok(first !== undefined && second !== undefined);
    await fixture.database.commit([
      queue.settle(first, 'handed-over', FACTS),
      ...queue.destroySpoolWrapWhenDone('M'),
    ]);
    assert.equal(await spoolWraps(), 1);
    await fixture.database.commit([
      queue.settle(second, 'failed', FACTS),
      ...queue.destroySpoolWrapWhenDone('M'),
    ]);
    assert.equal(await spoolWraps(), 0);
  });

  test('a lease is good for a final dot only while it outlasts the longest wait for the reply', async () => {
    await enqueue('jane@outside.example');
    const [delivery] = await queue.claim(1);
    assert.ok(delivery);
    assert.equal(queue.leaseCoversFinalDot(delivery), true);
    clock.advance(LEASE_MS - 10 * MINUTE_MS);
    assert.equal(queue.leaseCoversFinalDot(delivery), false);
  });
});

test('the schedule tries for five days, soon at first, and spreads what was deferred together', () => {
  let atMs = 0;
  let attempts = 0;
  while (atMs < DELIVERY_LIFETIME_MS) {
    attempts += 1;
    atMs += retryDelayMs(attempts, 0.5);
  }
  assert.ok(attempts > 20 && attempts < 60, `${attempts} attempts`);
  assert.equal(retryDelayMs(1, 0.5), 30 * SECOND_MS);
  assert.ok(retryDelayMs(5, 0) < retryDelayMs(5, 1));
});
