import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';
import { FakeClock, HOUR_MS, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';

import { networkOf, Throttle } from './throttle.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};

describe('throttles', () => {
  const clock = new FakeClock();
  let test: TestDatabase;
  let throttle: Throttle;
  before(async () => {
    test = await openTestDatabase();
    throttle = new Throttle({ database: test.database, keys, clock });
  });
  after(() => test.dispose());

  it('let ten wrong passwords through, then one after 30 s, a minute, two, …, at most half an hour', async () => {
    for (let i = 0; i < 10; i++)
      assert.deepEqual(await throttle.countGuess('password', 'a'), { allowed: true });
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const answer = await throttle.countGuess('password', 'a');
      assert.ok(!answer.allowed && !answer.locked);
      waits.push(answer.retryAfterSeconds);
      clock.advance(answer.retryAfterSeconds * SECOND_MS);
      assert.deepEqual(await throttle.countGuess('password', 'a'), { allowed: true });
    }
    assert.deepEqual(waits, [30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]);
    assert.deepEqual(await throttle.countGuess('password', 'b'), { allowed: true });
  });

  it('lock at a hundred until forgotten', async () => {
    for (let i = 0; i < 100; i++) {
      assert.deepEqual(await throttle.countGuess('password', 'c'), { allowed: true });
      clock.advance(HOUR_MS);
    }
    const locked = await throttle.countGuess('password', 'c');
    assert.ok(!locked.allowed && locked.locked);
    clock.advance(1_000 * HOUR_MS);
    assert.equal((await throttle.countGuess('password', 'c')).allowed, false);
    await test.database.commit([throttle.forget('password', 'c')]);
    assert.deepEqual(await throttle.countGuess('password', 'c'), { allowed: true });
  });

  it('count in windows, also in parallel', async () => {
    const count = () => throttle.countInWindow('network-checks', '192.0.2.0/24', 7, HOUR_MS);
    const answers = await Promise.all(Array.from({ length: 20 }, () => count()));
    assert.equal(answers.filter((answer) => answer.allowed).length, 7);
    clock.advance(HOUR_MS - MINUTE_MS);
    const late = await count();
    assert.ok(!late.allowed);
    assert.equal(late.retryAfterSeconds, 60);
    clock.advance(MINUTE_MS);
    assert.deepEqual(await count(), { allowed: true, left: 6 });
  });

  it('count only in windows that were opened', async () => {
    const use = () => throttle.countInOpenWindow('decoy', 'x', 2, MINUTE_MS);
    assert.equal(await use(), null);
    await throttle.openWindow('decoy', 'x');
    assert.deepEqual([await use(), await use(), await use()], [1, 0, null]);
    await throttle.openWindow('decoy', 'x');
    clock.advance(MINUTE_MS);
    assert.equal(await use(), null);
  });

  it('keep no address in clear', async () => {
    await throttle.countGuess('password', 'jane.doe@mail.test');
    const rows = await test.database.query.selectFrom('throttles').selectAll().execute();
    for (const { key } of rows) assert.equal(key.length, 32);
    assert.doesNotMatch(JSON.stringify(rows), /jane/u);
  });
});

describe('the network of an address', () => {
  it('is its /24, or its /64', () => {
    const cases: [string, string][] = [
      ['192.0.2.7', '192.0.2.0/24'],
      ['::ffff:192.0.2.9', '192.0.2.0/24'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
      ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
      ['::1', '0:0:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ];
    for (const [address, network] of cases) assert.equal(networkOf(address), network);
  });
});
