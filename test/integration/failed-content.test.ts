/** A mail that we fail at for what it is: deferred once, then sealed whole, then refused; never deferred a third time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { StepName, Steps } from '#src/base/steps.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway } from '#test/support/test-gateway.ts';

/** Throws at a step, so many times. */
class BrokenStep implements Steps {
  readonly #at: StepName;
  left = 0;

  constructor(at: StepName) {
    this.#at = at;
  }

  reach(step: StepName): void {
    if (step !== this.#at || this.left <= 0) return;
    this.left -= 1;
    throw new TypeError('what nobody expected');
  }
}

const inspected = (world: GatewayWithSinks, id: string): boolean[] =>
  world
    .rows("select entry from audit_entries where event = 'message-accepted' and messageId = ?", id)
    .map(({ entry }) => String(entry).includes('"inspected":"true"'));

const MAIL = { from: 'ann.lee@hospital.test', to: 'jane@outside.example', subject: 'send secure results' };

describe('content that fails', () => {
  for (const step of ['content-arriving', 'decided', 'before-commit'] as const) {
    it(`is deferred once and sealed whole at its next try (${step})`, async (t) => {
      const steps = new BrokenStep(step);
      const world = await startGatewayWithSinks(t, { steps });
      const mail = { recipients: ['jane@outside.example', 'eve@hospital.test'], mail: mailOf(MAIL) };
      steps.left = 1;
      const first = await world.submit(mail);
      assert.match(first.final, /^451 4\.3\.0 /u);
      const id = await world.accept(mail);
      assert.deepEqual(inspected(world, id), [step === 'content-arriving']);
      await world.waitFor('outside', ({ kind }) => kind === 'notice');
      const [relayed] = await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
      assert.match(relayed?.text ?? '', /\S/u);
      const other = await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
      assert.deepEqual(inspected(world, other), [true]);
    });
  }

  it('is refused at the second failure, also over a restart, with words for its author', async (t) => {
    const steps = new BrokenStep('decided');
    steps.left = 1;
    const world = await startGatewayWithSinks(t, { steps });
    const mail = mailOf(MAIL);
    const first = await world.submit({ recipients: [MAIL.to], mail });
    assert.match(first.final, /^451 4\.3\.0 /u);
    await world.gateway.stop();

    steps.left = Infinity;
    const again = await startTestGateway({ folder: world.gateway.folder, steps });
    t.after(() => again.stop());
    for (let tries = 0; tries < 2; tries += 1) {
      const { final } = await submit({ port: again.smtpPort, from: MAIL.from, to: [MAIL.to], mail });
      assert.match(final, /^554 5\.6\.0 This mail can not be processed here/u);
    }
    const other = mailOf({ ...MAIL, subject: 'send secure, another one' });
    const { final } = await submit({ port: again.smtpPort, from: MAIL.from, to: [MAIL.to], mail: other });
    assert.match(final, /^451 /u);
    const [refused] = world.rows(
      "select entry from audit_entries where event = 'submission-refused' order by sequence desc",
    );
    assert.match(String(refused?.['entry']), /"why":"content-failed"/u);
    assert.deepEqual(world.rows('select id from messages'), []);
  });
});
