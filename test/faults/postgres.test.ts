/** The same on PostgreSQL, in short; and PostgreSQL itself killed (R03): 451 instead of 250, nothing lost, back by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { StepName } from '#src/base/steps.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { eventually } from '#test/support/eventually.ts';

import { FaultWorld, SERVING_AGAIN_MS } from './fault-world.ts';
import { rowsOf } from './postgres-rows.ts';

const STEPS: readonly (readonly [StepName, number])[] = [
  ['before-commit', 2],
  ['committed', 2],
  ['delivery-acknowledged', 2],
];

describe('kill -9 with PostgreSQL', () => {
  let postgres: TestPostgres;
  let world: FaultWorld;
  before(async () => {
    postgres = await startTestPostgres();
    const database = await postgres.createDatabase('faults');
    world = await FaultWorld.open({ database, rows: rowsOf(database) });
    await world.start();
  });
  after(async () => {
    await world.dispose();
    await postgres.stop();
  });

  for (const [step, count] of STEPS) {
    it(`loses nothing at ${step}`, async () => {
      const round = [world.newMail({ coded: false }), world.newMail({ coded: true, large: true })];
      await world.arm(step, count);
      for (const mail of round) await world.send(mail);
      await world.died();
      await world.start();
      await world.sendUntilTaken(round);
      await world.everythingArrived(round);
      assert.ok(world.oracle.countRepeats(round) <= 6);
    });
  }

  it('R03: answers 451 while PostgreSQL is gone, and goes on within ten seconds after it is back', async () => {
    const before250 = world.newMail({ coded: true });
    await world.send(before250);
    assert.notEqual(before250.queueId, null);
    await postgres.kill9();
    const refused = [world.newMail({ coded: true, large: true }), world.newMail({ coded: false })];
    for (const mail of refused) await world.send(mail);
    assert.deepEqual(
      refused.map(({ queueId, unanswered }) => [queueId, unanswered]),
      [
        [null, 0],
        [null, 0],
      ],
      'answered, and not by 250',
    );
    assert.ok(world.gateway.alive, 'the gateway lives on');
    await postgres.restart();
    const began = performance.now();
    await world.sendUntilTaken(refused);
    assert.ok(performance.now() - began < SERVING_AGAIN_MS);
    await world.everythingArrived([before250, ...refused]);
  });

  it('R03: keeps every promise when PostgreSQL dies under load', async () => {
    const round = Array.from({ length: 30 }, (_, i) => world.newMail({ coded: i % 2 === 0 }));
    const sending = Promise.all(round.map((mail) => world.send(mail)));
    await eventually('some are taken', () => round.filter(({ queueId }) => queueId !== null).length >= 5);
    await postgres.kill9();
    await sending;
    await postgres.restart();
    // Where COMMIT was sent and its answer lost, 451 may stand for a mail that was taken: the client sends it again.
    for (const mail of round) if (mail.queueId === null) mail.unanswered += 1;
    await world.sendUntilTaken(round);
    await world.everythingArrived(round);
    assert.equal(
      world.oracle.countRepeats(round),
      0,
      'what the next hop took is recorded when the database is back',
    );
  });

  it('destroys the spool’s wrap of everything that is done, also where deliveries end together', async () => {
    const recipients = Array.from({ length: 40 }, (_, i) => `p${i}@outside.example`);
    await world.sendUntilTaken([world.newMail({ coded: false, recipients })]);
    await world.queueIsEmpty();
    assert.deepEqual(await world.rows(`select "messageId" from wraps where "holderKind" = 'spool'`), []);
  });

  it('has every state once in the audit log, and nothing in clear', async () => {
    await world.closeAndCheck();
    const everything = JSON.stringify([
      await world.rows('select * from messages'),
      await world.rows('select * from recipients'),
    ]);
    assert.ok(!everything.includes(world.oracle.canary));
  });
});
