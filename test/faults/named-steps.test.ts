/** R01: the process dies by SIGKILL at each named step (in the short form at every second one); nothing is lost. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { StepName } from '#src/base/steps.ts';

import { FaultWorld, SERVING_AGAIN_MS } from './fault-world.ts';
import { inThisForm } from './form.ts';

/** At which passing the process dies: where the coded mail with a large attachment is on its way. */
const STEPS: readonly (readonly [StepName, number])[] = [
  ['recipients-accepted', 3],
  ['content-arriving', 5],
  ['content-received', 3],
  ['content-sealed', 3],
  ['object-durable', 3],
  ['decided', 3],
  ['before-commit', 3],
  ['committed', 3],
  ['before-250', 3],
  ['delivery-claimed', 4],
  ['delivery-connecting', 1],
  ['delivery-content', 5],
  ['delivery-dot-sent', 2],
  ['delivery-acknowledged', 3],
  ['delivery-recorded', 4],
];
/** Only here may a reply of the next hop be lost. */
const BEHIND_THE_DOT = new Set<StepName>(['delivery-dot-sent', 'delivery-acknowledged']);
const BEFORE_250 = new Set<StepName>(['committed', 'before-250']);

describe('kill -9 at each named step', () => {
  let world: FaultWorld;
  before(async () => {
    world = await FaultWorld.open();
    await world.start();
  });
  after(() => world.dispose());

  for (const [step, count] of inThisForm(STEPS, 2)) {
    it(`loses nothing at ${step}`, async () => {
      const round = [
        world.newMail({ coded: false }),
        world.newMail({ coded: true }),
        world.newMail({ coded: true, large: true }),
        world.newMail({ coded: false, large: true }),
      ];
      if (step === 'delivery-connecting') {
        // Open connections are used again; only a new process has none.
        await world.close();
        await world.start();
      }
      await world.arm(step, count);
      for (const mail of round) await world.send(mail);
      await world.died();
      await world.start();
      await world.sendUntilTaken(round);
      await world.everythingArrived(round);
      const unanswered = round.reduce((sum, mail) => sum + mail.unanswered, 0);
      if (step.startsWith('content') || BEFORE_250.has(step))
        assert.ok(unanswered > 0, 'it died where it should');
      // What was in flight beside the step may have lost its reply too; a client that was not answered can't tell.
      const repeats = world.oracle.countRepeats(round);
      if (BEHIND_THE_DOT.has(step)) assert.ok(repeats >= 1, 'the reply was lost');
      assert.ok(repeats <= 10, `${repeats} repeats by one death`);
    });
  }

  it('serves again within ten seconds, tells once, and nothing of it is in clear anywhere', async () => {
    assert.ok(world.slowestStartMs < SERVING_AGAIN_MS, `${world.slowestStartMs} ms`);
    await world.closeAndCheck();
  });
});
