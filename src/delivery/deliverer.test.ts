import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { LEASE_MS } from '#src/queue/lease.ts';
import type { DeliveryQueue, DeliveryRow } from '#src/queue/delivery-queue.ts';
import { eventually } from '#test/support/eventually.ts';

import type { AttemptOutcome } from './attempt.ts';
import { Deliverer } from './deliverer.ts';

function claimingOf(claim: () => DeliveryRow[]) {
  return { next: () => Promise.resolve({ deliveries: claim(), waitMs: 2_000 }), end: () => false };
}

test('the leases of what is under way are renewed', async () => {
  const clock = new FakeClock();
  const row = { id: 'D', route: 'outside', leaseUntil: clock.now() + LEASE_MS } as DeliveryRow;
  const renewed: string[] = [];
  let claims = 0;
  const transmission = Promise.withResolvers<AttemptOutcome>();
  const deliverer = new Deliverer({
    claiming: claimingOf(() => (claims++ < 1 ? [row] : [])),
    queue: {
      renew: (underWay: Iterable<DeliveryRow>) =>
        Promise.resolve(void renewed.push(...[...underWay].map(({ id }) => id))),
    } as unknown as DeliveryQueue,
    attempt: () => transmission.promise,
    record: () => Promise.resolve(),
    clock,
    log: silentLog,
  });
  deliverer.start();
  await eventually('claimed', () => claims > 0);
  deliverer.nudge();
  await eventually('renewed', () => renewed.length > 0);
  assert.deepEqual([...new Set(renewed)], ['D']);
  transmission.resolve({ kind: 'hindered', code: 'test' });
  await deliverer.stop(1_000);
});

test('a delivery whose lease ended while it is under way is not begun a second time', async () => {
  const clock = new FakeClock();
  const row = { id: 'D', route: 'outside', leaseUntil: clock.now() + LEASE_MS } as DeliveryRow;
  let claims = 0;
  let attempts = 0;
  const recorded: AttemptOutcome[] = [];
  const givenBackBut: (readonly string[])[] = [];
  const transmission = Promise.withResolvers<AttemptOutcome>();
  const deliverer = new Deliverer({
    claiming: claimingOf(() => (claims++ < 2 ? [row] : [])),
    queue: {
      renew: () => Promise.resolve(),
      leaseEndsAt: () => clock.now() + LEASE_MS,
      releaseAllBut: (ids: readonly string[]) => Promise.resolve(void givenBackBut.push(ids)),
    } as unknown as DeliveryQueue,
    attempt: () => {
      attempts += 1;
      return transmission.promise;
    },
    record: (_, outcome) => Promise.resolve(void recorded.push(outcome)),
    clock,
    log: silentLog,
  });
  deliverer.start();
  await eventually('claimed', () => claims > 0);
  clock.advance(LEASE_MS + MINUTE_MS);
  deliverer.nudge();
  await eventually('claimed again', () => claims > 1);
  transmission.resolve({ kind: 'hindered', code: 'test' });
  await eventually('recorded', () => recorded.length > 0);
  deliverer.nudge();
  await eventually('the second lease is given back', () => givenBackBut.length > 0);
  assert.deepEqual(givenBackBut[0], []);
  await deliverer.stop(1_000);
  assert.equal(attempts, 1);
  assert.equal(recorded.length, 1);
});
