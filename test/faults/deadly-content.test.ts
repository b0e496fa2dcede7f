/** A mail that kills the process that takes it in (R22): after two deaths it is sealed whole, without being looked into. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FaultWorld } from './fault-world.ts';

describe('a mail that kills whoever takes it in', () => {
  it('is sealed whole after two deaths, arrives, and harms no other mail', async (t) => {
    const world = await FaultWorld.open();
    t.after(() => world.dispose());
    const deadly = world.newMail({ coded: false, recipients: ['jane@outside.example'] });
    const coded = world.newMail({ coded: true });
    for (const mails of [[deadly, coded], [deadly]]) {
      for (const mail of mails) {
        await world.start();
        await world.arm('decided', 1);
        assert.equal(await world.send(mail), '');
        await world.died();
      }
    }
    await world.start();
    await world.sendUntilTaken([deadly, coded]);
    await world.everythingArrived([deadly, coded]);
    const rows = await world.rows("select entry from audit_entries where event = 'message-accepted'");
    const inspected = rows.map(({ entry }) => {
      const { message, facts } = JSON.parse(String(entry)) as {
        message: string;
        facts: { inspected: string };
      };
      return [message, facts.inspected];
    });
    assert.deepEqual(Object.fromEntries(inspected), {
      [String(deadly.queueId)]: 'false',
      [String(coded.queueId)]: 'true',
    });
    await world.closeAndCheck();
  });
});
