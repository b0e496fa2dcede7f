import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS, FakeClock, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { openTestDatabase } from '#test/support/test-database.ts';

import { ClockWatch } from './clock-watch.ts';

describe('R18: the clock, where something is destroyed', () => {
  let test: Awaited<ReturnType<typeof openTestDatabase>>;
  let clock: FakeClock;
  let monotonicMs: number;
  let watch: ClockWatch;

  beforeEach(async () => {
    test = await openTestDatabase(silentLog);
    clock = new FakeClock();
    monotonicMs = 0;
    watch = newWatch();
  });
  afterEach(() => test.dispose());

  const newWatch = (): ClockWatch => {
    const { database } = test;
    const audit = new AuditLog({ database, clock });
    return new ClockWatch({ database, audit, clock, log: silentLog, monotonicMs: () => monotonicMs });
  };
  const pass = (ms: number): void => {
    clock.advance(ms);
    monotonicMs += ms;
  };

  it('is believed while both clocks go on together', async () => {
    for (let round = 0; round < 5; round++) {
      assert.equal(await watch.mayDestroy(), true);
      pass(5 * MINUTE_MS);
    }
  });

  for (const [direction, leapMs] of [
    ['ahead', 6 * 365 * DAY_MS],
    ['back', -6 * 365 * DAY_MS],
  ] as const)
    it(`is not believed for a day of running after a leap of years ${direction}`, async () => {
      await watch.mayDestroy();
      clock.advance(leapMs);
      assert.equal(await watch.mayDestroy(), false);
      pass(DAY_MS - MINUTE_MS);
      assert.equal(await watch.mayDestroy(), false);
      pass(2 * MINUTE_MS);
      assert.equal(await watch.mayDestroy(), true);
    });

  it('is believed when it is set right by minutes, as at a change of its server', async () => {
    await watch.mayDestroy();
    clock.advance(HOUR_MS / 2);
    assert.equal(await watch.mayDestroy(), true);
  });

  it('is not believed at a start long after anything was recorded, and is after a short stop', async () => {
    const { database } = test;
    await new AuditLog({ database, clock }).record({ event: 'gateway-stopped' });
    clock.advance(2 * DAY_MS);
    assert.equal(await newWatch().mayDestroy(), true);
    clock.advance(5 * 365 * DAY_MS);
    assert.equal(await newWatch().mayDestroy(), false);
    const leaps = await database.query
      .selectFrom('audit_entries')
      .select('id')
      .where('event', '=', 'clock-leapt')
      .execute();
    assert.ok(leaps.length > 0);
  });
});
