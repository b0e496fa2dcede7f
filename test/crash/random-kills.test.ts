/**
 * R02: killed at random moments under load, again and again. `CRASH_KILLS` in the environment makes it longer; the
 * counts are printed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { eventually, pause } from '#test/support/eventually.ts';
import { readRows } from '#test/support/gateway-with-sinks.ts';

import { checkAudit, CrashWorld, SERVING_AGAIN_MS, type SubmittedMail } from './crash-world.ts';

const KILLS = Number(process.env['CRASH_KILLS'] ?? 12);
const CLIENTS = 4;
const LONGEST_LIFE_MS = 900;

describe(`kill -9 at ${KILLS} random moments under load`, () => {
  let world: CrashWorld;
  before(async () => {
    world = await CrashWorld.open();
  });
  after(() => world.dispose());

  it(
    'loses nothing, repeats only what lost its reply, leaks nothing',
    { timeout: 60_000 + KILLS * 10_000 },
    async (t) => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        await world.start();
        const clients = Array.from({ length: CLIENTS }, (_, i) => sendWhileAlive(world, i));
        await pause(50 + Math.random() * LONGEST_LIFE_MS);
        await world.kill();
        await Promise.all(clients);
      }
      await world.start();
      await world.sendUntilTaken();
      await world.everythingArrived(world.submitted, 60_000);
      await eventually(
        'the queue is empty',
        () => readRows(world.folder, "select id from deliveries where state = 'queued'").length === 0,
      );
      await world.close();
      const handedOver = readRows(
        world.folder,
        "select id from deliveries where state = 'handed-over'",
      ).length;
      const taken = world.outside.mails.length + world.inside.mails.length;
      const repeated = world.countRepeats();
      const leaked = await world.leaks();
      t.diagnostic(
        `${world.submitted.length} acknowledged, ${world.deaths} kills, 0 lost, ${repeated} repeated for ` +
          `${taken - handedOver} lost replies, ${leaked.length} leaked, slowest start ${Math.round(world.slowestStartMs)} ms`,
      );
      assert.equal(
        repeated,
        taken - handedOver,
        'a repeat for each mail that was taken and not recorded, no other',
      );
      assert.ok(world.slowestStartMs < SERVING_AGAIN_MS);
      assert.deepEqual(leaked, []);
      await checkAudit((sql) => Promise.resolve(readRows(world.folder, sql)));
    },
  );
});

/** New mails, and those that were not answered before. */
async function sendWhileAlive(world: CrashWorld, client: number): Promise<void> {
  const mine: SubmittedMail[] = world.submitted.filter(
    ({ queueId }, i) => queueId === null && i % CLIENTS === client,
  );
  for (let n = 0; world.alive; n += 1) {
    const mail = mine.pop() ?? world.newMail({ coded: n % 2 === 0, large: n % 5 === 4 });
    await world.send(mail);
  }
}
