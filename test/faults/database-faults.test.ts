/** R20: the N-th unit of work of a mail's whole life fails, for every N, kept and not kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FailingDatabase, type DatabaseFault } from './failing-database.ts';
import { FULL, inThisForm } from './form.ts';
import { WatchedGateway } from './watched-gateway.ts';

const FAULTS: readonly DatabaseFault[] = ['refused', 'answer-lost', 'full'];
/** Acceptance of two mails, claims, and the records of five deliveries. */
const UNITS = 14;

describe('R20: a unit of work that fails', () => {
  for (const fault of FAULTS) {
    it(`${fault}: nothing is lost, nothing is repeated to a next hop`, { timeout: 300_000 }, async (t) => {
      const failing = new FailingDatabase();
      const gateway = await WatchedGateway.start(t, { openDatabase: failing.open });
      const numbers = inThisForm(
        Array.from({ length: UNITS }, (_, n) => n + 1),
        FULL ? 1 : 4,
      );
      let faults = 0;
      for (const n of numbers) {
        failing.failAt(n, fault);
        const mails = [gateway.newMail({ coded: false }), gateway.newMail({ coded: true })];
        await gateway.sendUntilTaken(mails);
        await gateway.oracle.everythingArrived(mails, 30_000);
        faults += failing.faults;
      }
      assert.ok(faults >= numbers.length / 2, `${faults} faults`);
      failing.failAt(Infinity, fault);
      assert.equal(await gateway.check(60_000), 0);
    });
  }
});
