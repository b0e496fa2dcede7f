/**
 * A mail that kills whoever handles it (R22): it is set aside after three deaths and everything else goes on. And a
 * process that something else kills again and again (R26): nothing is lost or set aside, and the queue stays as it is.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { MINUTE_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';

import { FaultWorld } from './fault-world.ts';
import { FULL } from './form.ts';

const KILLS_IN_A_ROW = FULL ? 20 : 3;
/** The first retries come sooner than that. */
const UNTIL_RETRIED_MS = 5 * MINUTE_MS;

describe('processes that die again and again', () => {
  it('R22: sets the mail aside that they die of, tells its author, and sends the others', async (t) => {
    const world = await FaultWorld.open({
      answer: ({ line }) => {
        if (!line.startsWith('RCPT TO:<poison@')) return null;
        world.gateway.kill('group').catch(() => {});
        return { do: 'nothing' };
      },
    });
    t.after(() => world.dispose());
    await world.start();
    const poison = world.newMail({ coded: false, recipients: ['poison@outside.example'] });
    await world.send(poison);
    for (let deaths = 1; deaths <= 3; deaths += 1) {
      await eventually(`death ${deaths}`, () => !world.gateway.alive, 30_000);
      // It may die of the mail before it says that it is ready.
      await world.start().catch(() => {});
    }
    const others = [world.newMail({ coded: false }), world.newMail({ coded: true })];
    await world.sendUntilTaken(others);
    await world.everythingArrived(others);
    const [held] = await world.rows(
      'select state, crashes, "heldReason" from deliveries where recipient = \'poison@outside.example\'',
    );
    assert.deepEqual({ ...held }, { state: 'held', crashes: 3, heldReason: 'crashes' });
    await eventually(
      'the author is told that it waits',
      () => world.arrivedAt('inside').some(({ bytes }) => bytes.includes('poison@outside.example')),
      30_000,
    );
    await world.close();
    const events = await world.rows("select event from audit_entries where event = 'delivery-set-aside'");
    assert.equal(events.length, 1);
  });

  it(`R26: ${KILLS_IN_A_ROW} kills right after the start lose nothing, set nothing aside and reset no queue`, async (t) => {
    let takes = false;
    const world = await FaultWorld.open({
      answer: ({ verb }) => (verb === 'RCPT' && !takes ? '450 4.2.0 Later' : null),
    });
    t.after(() => world.dispose());
    await world.start();
    const mails = [world.newMail({ coded: false }), world.newMail({ coded: true })];
    await world.sendUntilTaken(mails);
    const queue = () =>
      world.rows(
        'select id, attempts, "nextAttemptAt", "expiresAt", "createdAt" from deliveries order by id',
      );
    const deferred = async () => (await queue()).every(({ attempts }) => Number(attempts) > 0);
    await eventually('deferred', deferred);
    const before = await queue();
    for (let kills = 0; kills < KILLS_IN_A_ROW; kills += 1) {
      await world.kill();
      await world.start();
    }
    for (const [i, row] of (await queue()).entries()) {
      const was = before[i] ?? {};
      assert.deepEqual(
        [row['id'], row['expiresAt'], row['createdAt']],
        [was['id'], was['expiresAt'], was['createdAt']],
      );
      assert.ok(Number(row['attempts']) >= Number(was['attempts']));
    }
    takes = true;
    const states = await world.rows("select id from deliveries where state <> 'queued'");
    assert.deepEqual(states, [], 'all wait, none is set aside');
    await world.gateway.moveClock(UNTIL_RETRIED_MS);
    await world.everythingArrived(mails, 90_000);
  });
});
