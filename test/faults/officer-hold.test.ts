/** R01: the process dies while the security officer lets a mail out: it is let out whole, once, or waits as before. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { StepName } from '#src/base/steps.ts';
import { eventually } from '#test/support/eventually.ts';

import { FaultWorld } from './fault-world.ts';

const OFFICER = 'security@hospital.test';
const STEPS: readonly StepName[] = ['hold-before-commit', 'hold-committed'];

describe('kill -9 while the officer’s hold ends', () => {
  let world: FaultWorld;
  before(async () => {
    world = await FaultWorld.open();
    const file = join(world.folder, 'gateway.toml');
    const toml = await readFile(file, 'utf8');
    await writeFile(
      file,
      toml
        .replace('[organization]\n', `[organization]\nsecurityOfficer = "${OFFICER}"\n`)
        .replace('[limits]\n', '[limits]\nauthorRecipientsPerHour = 1\n'),
    );
    await world.start();
  });
  after(() => world.dispose());

  const questionOf = (recipient: string): Promise<string> =>
    eventually('the question', () => {
      const mail = world
        .arrivedAt('inside')
        .find(({ to, text }) => to === OFFICER && text.includes(recipient));
      return /http:\/\/localhost:\d+\/held\/[\w-]+/u.exec(mail?.text ?? '')?.[0] ?? false;
    });
  const letOut = async (url: string): Promise<string> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
      body: 'choice=send',
    });
    return response.text();
  };
  const isHeld = async (queueId: string | null): Promise<boolean> =>
    (await world.rows(`select id from recipients where "messageId" = '${queueId}' and state = 'held'`))
      .length > 0;

  for (const step of STEPS) {
    for (const coded of [true, false]) {
      it(`at ${step}, ${coded ? 'with' : 'without'} the code`, async () => {
        const mail = world.newMail({ coded });
        await world.sendUntilTaken([mail]);
        const outside = mail.recipients.filter((address) => !address.endsWith('@hospital.test'));
        const url = await questionOf(outside[0] ?? '');
        const leftFor = () => world.arrivedAt('outside').filter(({ to }) => outside.includes(to));
        assert.deepEqual(leftFor(), []);
        await world.arm(step, 1);
        await assert.rejects(letOut(url), 'the answer was lost');
        await world.died();
        await world.start();
        if (step === 'hold-before-commit') {
          assert.deepEqual(leftFor(), []);
          assert.ok(await isHeld(mail.queueId), 'it waits as before');
          assert.match(await letOut(url), /On its way/u);
        } else assert.match(await letOut(url), /Already answered/u);
        await world.everythingArrived([mail]);
        assert.equal(new Set(leftFor().map(({ messageId, to }) => `${messageId} ${to}`)).size, 2);
        const released = await world.rows(
          `select id from audit_entries where event = 'hold-released' and "messageId" = '${mail.queueId}'`,
        );
        assert.equal(released.length, 1);
      });
    }
  }

  it('nothing of it is in clear anywhere, and every state stands once in the audit log', async () => {
    await world.closeAndCheck();
  });
});
