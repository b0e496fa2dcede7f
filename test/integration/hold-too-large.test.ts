/** A held message that became too large for the portal while it waited: its author gets it back, it waits no longer. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { loadSettings } from '#src/config/load.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

test('what can’t be secured any more when its hold ends goes back to its author', async (t) => {
  const clock = new FakeClock();
  const world = await startGatewayWithSinks(t, { clock, toml: { limits: 'secureMessageMB = 25' } });
  const { configFile, folder, gateway } = world.gateway;
  const queueId = await world.accept({
    recipients: ['jane@outside.example'],
    subject: 'sned secure results',
    text: `${'x'.repeat(70)}\r\n`.repeat(30_000),
  });
  await world.waitFor('inside', ({ kind }) => kind === 'held');
  const smaller = (await readFile(configFile, 'utf8')).replace('secureMessageMB = 25', 'secureMessageMB = 1');
  await gateway.reload(loadSettings(smaller, folder));
  clock.advance(31 * MINUTE_MS);
  const [mail] = await world.waitFor('inside', ({ kind }) => kind === 'returned', 1, 20_000);
  assert.ok(mail?.bytes.includes('jane@outside.example'));
  assert.deepEqual(world.at('outside'), []);
  assert.deepEqual(
    world.rows('select state from recipients where messageId = ?', queueId).map(({ state }) => state),
    ['cancelled'],
  );
  assert.equal(world.rows("select id from wraps where holderKind = 'spool'").length, 0);
});
