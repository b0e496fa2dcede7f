/** Somebody writes another recipient into the database while a message waits: they get nothing when the wait ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const EVE = 'eve@evil.example';

describe('a recipient changed in the database', () => {
  it('of a held message: nobody is sent anything, and the log says so', async (t) => {
    for (const [name, set] of [
      ['both forms of the address', `address = '${EVE}', canonicalAddress = '${EVE}'`],
      ['the address that SMTP gets', `address = '${EVE}'`],
    ] as const) {
      const clock = new FakeClock();
      const world = await startGatewayWithSinks(t, { clock });
      const queueId = await world.accept({
        recipients: ['jane@outside.example'],
        subject: 'sned secure results',
      });
      await world.settled();
      world.change(`update recipients set ${set} where messageId = '${queueId}'`);
      clock.advance(31 * MINUTE_MS);
      await eventually(name, () => world.gateway.log.some(({ fields }) => fields?.code === 'row-forged'));
      assert.deepEqual(world.at('outside'), [], name);
      assert.deepEqual(world.rows("select id from wraps where holderKind <> 'spool'"), [], name);
    }
  });

  it('of a message that waits in the queue, made to look held: the same', async (t) => {
    const world = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '450 4.2.1 Later' : null) },
    });
    const queueId = await world.accept({ recipients: ['jane@outside.example'], subject: 'lunch?' });
    await eventually('deferred', () => world.rows('select id from deliveries where attempts > 0').length > 0);
    world.change(
      `update recipients set state = 'held', address = '${EVE}', canonicalAddress = '${EVE}' where messageId = '${queueId}'`,
    );
    world.change(`update messages set holdUntil = 1 where id = '${queueId}'`);
    await eventually('refused', () => world.gateway.log.some(({ fields }) => fields?.code === 'row-forged'));
    assert.deepEqual(world.rows("select id from wraps where holderKind <> 'spool'"), []);
  });
});
