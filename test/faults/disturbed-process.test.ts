/** R18, R24, R26, R32: a process in a restart storm, with clocks that jump, in other time zones, badly configured. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { pause } from '#test/support/eventually.ts';

import { FaultWorld, SERVING_AGAIN_MS } from './fault-world.ts';
import { FULL, inThisForm } from './form.ts';

const STORM = FULL ? 20 : 3;
const ZONES = [
  'Pacific/Kiritimati',
  'America/New_York',
  'Asia/Kathmandu',
  'Europe/London',
  'Pacific/Pago_Pago',
];
const AFTER_2038_MS = Date.UTC(2039, 0, 1) - Date.now();
/** Ahead of the machine's clock, in this order: to and fro. */
const JUMPS: readonly (readonly [string, number])[] = [
  ['an hour ahead', HOUR_MS],
  ['an hour behind', -HOUR_MS],
  ['a summer time ahead and back', 0],
  ['half a year ahead', 180 * DAY_MS],
  ['back again', 0],
  ['behind 2038', AFTER_2038_MS],
];
/** RFC 5322 section 3.3. */
const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d ([+-]\d{4})$/u;

describe('a process that is disturbed', { timeout: 240_000 }, () => {
  let world: FaultWorld;
  before(async () => {
    world = await FaultWorld.open();
  });
  after(() => world.dispose());

  it(`R26: ${STORM} deaths while it starts leave nothing in the way of the next start`, async () => {
    await world.start();
    await world.sendUntilTaken([world.newMail({ coded: true }), world.newMail({ coded: false })]);
    for (let n = 0; n < STORM; n += 1) {
      await world.kill('group');
      const starting = world.start().catch(() => {});
      await pause((n * 997) % 700);
      await world.gateway.kill('group');
      world.oracle.deaths += 1;
      await starting;
    }
    const began = performance.now();
    await world.start();
    assert.ok(performance.now() - began < SERVING_AGAIN_MS);
    await world.everythingArrived();
  });

  it('R24: keeps its configuration where the new one is wrong', async () => {
    const file = join(world.folder, 'gateway.toml');
    const right = readFileSync(file, 'utf8');
    for (const wrong of [`${right}\n[smtp]\n`, `${right}\nnonsense = 1\n`, 'publicUrl = 3', '\0\0\0']) {
      writeFileSync(file, wrong);
      assert.equal(await world.gateway.say('reload'), 'refused');
      await world.sendUntilTaken([world.newMail({ coded: true })]);
    }
    writeFileSync(file, right);
    assert.equal(await world.gateway.say('reload'), 'reload');
    await world.everythingArrived();
  });

  it('R18: goes on taking and delivering mail while the clock jumps to and fro', async () => {
    for (const [name, aheadMs] of JUMPS) {
      await world.gateway.moveClock(aheadMs);
      const mails = [world.newMail({ coded: true }), world.newMail({ coded: false, refused: true })];
      await world.sendUntilTaken(mails);
      await world.everythingArrived(mails).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`);
      });
    }
    await world.queueIsEmpty();
    await world.close();
    world.gateway.aheadMs = 0;
  });

  it('R32: dates its mails rightly in every time zone', async () => {
    for (const TZ of inThisForm(ZONES, 4)) {
      await world.start({ env: { TZ } });
      const mail = world.newMail({ coded: true });
      await world.sendUntilTaken([mail]);
      await world.everythingArrived([mail]);
      const notice = world.arrivedAt('outside').find(({ refersTo }) => refersTo.includes(mail.messageId));
      const date = notice?.field('Date') ?? '';
      assert.match(date, DATE, TZ);
      assert.ok(Math.abs(Date.parse(date) - Date.now()) < 2 * MINUTE_MS, `${TZ}: ${date}`);
      await world.kill();
    }
    await world.start();
    await world.closeAndCheck();
  });
});
