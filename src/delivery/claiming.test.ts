/** R27: what waits for one domain, be it very much, keeps no mail to another one waiting. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, suite, test } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { CodedError } from '#src/base/coded-error.ts';
import { DeliveryQueue, type DeliveryRow } from '#src/queue/delivery-queue.ts';
import { insertDeliveries } from '#src/queue/new-delivery.ts';
import { WaitingDomains } from '#src/queue/waiting-domains.ts';
import { statement } from '#src/storage/database.ts';
import { messageRow } from '#test/storage/rows.ts';
import { eventually } from '#test/support/eventually.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import type { AttemptOutcome } from './attempt.ts';
import { Claiming } from './claiming.ts';
import { Destinations } from './destinations.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
const owner = { name: 'host-a/1/1' };
const NOBODY: AttemptOutcome = {
  kind: 'deferred',
  reply: "can't connect: ETIMEDOUT",
  enhanced: null,
  stage: 'connect',
  uncertain: false,
  tls: null,
  nextHop: 'mx.dead.test:25',
};

suite('claiming', () => {
  let fixture: TestDatabase;
  let clock: FakeClock;
  let claiming: Claiming;
  let destinations: Destinations;
  let waiting: WaitingDomains;

  beforeEach(async () => {
    fixture = await openTestDatabase();
    const { database } = fixture;
    clock = new FakeClock();
    destinations = new Destinations({ clock });
    waiting = new WaitingDomains({ database, clock, owner });
    claiming = new Claiming({
      queue: new DeliveryQueue({ database, clock, owner, jitter: () => 0.5 }),
      waiting,
      destinations,
      destinationOf: ({ route, domain }) => (route === 'outside' ? domain : null),
      isStopped: () => false,
      clock,
    });
    await database.commit([statement(database.query.insertInto('messages').values(messageRow('M')))]);
  });
  afterEach(() => fixture.dispose());

  async function enqueue(count: number, domain: string, route: 'internal' | 'outside' = 'outside') {
    const deliveries = Array.from({ length: count }, (_, i) => ({
      messageId: 'M',
      recipientId: null,
      kind: 'relay' as const,
      reversePath: 'ann@hospital.test',
      recipient: `r${i}@${domain}`,
      domain,
      route,
      range: null,
    }));
    await fixture.database.commit(insertDeliveries(fixture.database.query, keys, clock, deliveries));
    clock.advance(1);
  }

  /** Claims until nothing more comes, as the deliverer does, with its pauses left out. */
  async function claimAll(rounds = 6): Promise<DeliveryRow[]> {
    const claimed: DeliveryRow[] = [];
    for (let i = 0; i < rounds; i++) {
      const { deliveries, waitMs } = await claiming.next();
      claimed.push(...deliveries);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 120)));
    }
    return claimed;
  }

  function count(rows: readonly DeliveryRow[], domain: string): number {
    return rows.filter((row) => row.domain === domain).length;
  }

  async function leased(domain: string): Promise<number> {
    const rows = await fixture.database.query
      .selectFrom('deliveries')
      .select('id')
      .where('domain', '=', domain)
      .where('leaseOwner', 'is not', null)
      .execute();
    return rows.length;
  }

  test('a slow domain gets its places; what can not begin is not kept claimed; others go at once', async () => {
    await enqueue(100, 'slow.test');
    await enqueue(3, 'other.test');
    await enqueue(2, 'hospital.test', 'internal');
    const claimed = await claimAll();
    assert.deepEqual(
      [count(claimed, 'slow.test'), count(claimed, 'other.test'), count(claimed, 'hospital.test')],
      [10, 3, 2],
    );
    assert.equal(await leased('slow.test'), 10);
    const attempts = await fixture.database.query.selectFrom('deliveries').select('attempts').execute();
    assert.ok(attempts.every((row) => row.attempts === 0));
  });

  test('a place that is given back is taken again', async () => {
    await enqueue(30, 'slow.test');
    const [first] = await claimAll(2);
    assert.ok(first);
    claiming.end(first, { ...NOBODY, stage: 'rcpt' });
    assert.equal(count(await claimAll(3), 'slow.test'), 1);
  });

  test('what is due for an unreachable domain is put off little by little, behind everything else', async () => {
    for (let i = 0; i < 5; i++) {
      destinations.enter('dead.test');
      destinations.leave('dead.test', NOBODY);
    }
    await enqueue(500, 'dead.test');
    await enqueue(40, 'a.test');
    const first = await claiming.next();
    assert.equal(count(first.deliveries, 'dead.test'), 0);
    assert.ok(count(first.deliveries, 'a.test') > 0);
    for (const row of first.deliveries) claiming.end(row, { ...NOBODY, stage: 'rcpt' });
    const later = await claimAll(5);
    const putOff = count(later, 'dead.test');
    assert.ok(putOff > 0 && putOff <= 5 * 4, String(putOff));
    assert.notEqual(destinations.failureOf('dead.test'), null);
    clock.advance(MINUTE_MS);
    for (const row of later) claiming.end(row, null);
    assert.equal(count(await claimAll(3), 'dead.test'), 1, 'after the pause one finds out');
  });

  test('of many unreachable domains none waits for the others', async () => {
    const domains = Array.from({ length: 12 }, (_, n) => `dead-${n}.test`);
    for (const domain of domains)
      for (let i = 0; i < 5; i++) {
        destinations.enter(domain);
        destinations.leave(domain, NOBODY);
      }
    for (const domain of domains) await enqueue(3, domain);
    const seen = new Set<string | null>();
    await eventually('each was looked at', async () => {
      // Put off: not due again soon, as after an attempt that failed.
      for (const row of await claimAll(1)) seen.add(row.domain);
      return seen.size === domains.length;
    });
  });

  test('a fault while claiming takes no place', async () => {
    await enqueue(40, 'slow.test');
    const broken = new Claiming({
      queue: new DeliveryQueue({ database: fixture.database, clock, owner }),
      waiting: {
        list: () => waiting.list(),
        claim: (claims) => waiting.claim(claims),
        release: () => Promise.reject(new CodedError('database-unavailable', 'gone')),
      },
      destinations,
      destinationOf: ({ domain }) => domain,
      isStopped: () => false,
      clock,
    });
    await assert.rejects(broken.next());
    assert.equal(destinations.placesAt('slow.test'), 10);
  });

  test('with fifty thousand for a slow domain, looking through the domains stays quick', async () => {
    const { database } = fixture;
    await database.commit([{ sql: MANY, parameters: [50_000, clock.now()] }]);
    await enqueue(1, 'other.test');
    await claimAll(2);
    const startedMs = performance.now();
    const rounds = 20;
    for (let i = 0; i < rounds; i++) await waiting.list();
    const eachMs = (performance.now() - startedMs) / rounds;
    // Walking over all of them takes fifty times as long.
    assert.ok(eachMs < 20, `${eachMs} ms`);
    assert.deepEqual(
      (await waiting.list()).map(({ domain }) => domain),
      ['slow.test'],
      'the other one is claimed already',
    );
  });
});

const MANY = `INSERT INTO deliveries (id, messageId, kind, reversePath, recipient, domain, route, state,
  attempts, nextAttemptAt, expiresAt, createdAt, mac)
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
  SELECT printf('%026d', n), 'M', 'relay', 'ann.lee@hospital.test', 'jane@slow.test',
    'slow.test', 'outside', 'queued', 0, ?2 - 50000 + n, ?2 + 432000000, ?2, zeroblob(32) FROM numbers`;
