/** What operators do to the queue and to outgoing mail, on PostgreSQL. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { FakeClock, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { readSettings } from '#src/cli/read-settings.ts';
import { runOnGateway } from '#src/cli/run-on-gateway.ts';
import { runQueue } from '#src/cli/queue-command.ts';
import { outboundCommand } from '#src/gateway/commands/outbound.ts';
import { rowsOf } from '#test/faults/postgres-rows.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { eventually, pause } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

async function queue(world: GatewayWithSinks, ...args: readonly string[]): Promise<string> {
  return (await runQueue([...args, '--config', world.gateway.configFile])).text;
}

async function switchOutbound({ gateway }: GatewayWithSinks, state: 'running' | 'stopped') {
  const settings = await readSettings(gateway.configFile);
  return runOnGateway(settings, outboundCommand, { state, reason: 'list went astray' });
}

describe('operating the queue on PostgreSQL', () => {
  let server: TestPostgres;
  before(async () => {
    server = await startTestPostgres();
  });
  after(() => server.stop());

  it('lists, holds, releases, retries and cancels; of several commands one counts', async (t) => {
    let takes = false;
    const database = await server.createDatabase('commands');
    const rows = rowsOf(database);
    const world = await startGatewayWithSinks(t, {
      toml: { storage: `database = "${database}"` },
      outside: {
        answer: ({ line }) =>
          !takes && line.startsWith('RCPT TO:<later') ? '450 4.2.0 Come back later' : null,
      },
    });
    const recipients = ['later1@outside.example', 'later2@partner.example'];
    const id = await world.accept({ recipients, subject: 'private words' });
    const tried = `select id from deliveries where state = 'queued' and attempts > 0 and "leaseOwner" is null`;
    await eventually('deferred', async () => (await rows(tried)).length === 2);

    assert.match(await queue(world, 'list', '--domain', 'partner.example'), /later2@partner\.example/u);
    const shown = await queue(world, 'show', id);
    assert.match(shown, /450 4\.2\.0 Come back later/u);
    assert.doesNotMatch(shown, /private words/u);
    const held = await Promise.all([1, 2, 3].map(() => queue(world, 'hold', id, '--json')));
    const done = held.map((text) => (JSON.parse(text) as { done: number }).done);
    assert.equal(
      done.reduce((sum, one) => sum + one, 0),
      2,
    );
    assert.match(await queue(world, 'retry', id), /^0 deliveries/u);
    const ready = await fetch(`${world.gateway.consoleUrl}/status`);
    assert.match(await ready.text(), /2 deliveries are held by/u);

    assert.match(
      await queue(world, 'cancel', '--domain', 'partner.example', '--yes'),
      /^1 delivery cancelled/u,
    );
    takes = true;
    assert.match(await queue(world, 'release', id), /^1 delivery released/u);
    await world.waitFor('outside', ({ to }) => to === 'later1@outside.example');
    await world.waitFor('inside', ({ kind }) => kind === 'returned' || kind === 'bounce');
    const events = await rows(
      "select event, count(*)::int as n from audit_entries where event like 'queue-%' group by event order by event",
    );
    assert.deepEqual(
      events.map(({ event, n }) => [event, n]),
      [
        ['queue-cancelled', 1],
        ['queue-held', 2],
        ['queue-released', 1],
      ],
    );
  });

  it('outgoing mail stops and starts; its author is told once after four hours that it waits', async (t) => {
    const database = await server.createDatabase('outbound');
    const rows = rowsOf(database);
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock, toml: { storage: `database = "${database}"` } });
    assert.equal((await switchOutbound(world, 'stopped')).changed, true);
    assert.equal((await switchOutbound(world, 'stopped')).changed, false);
    await world.accept({ recipients: ['jane@outside.example', 'eve@hospital.test'] });
    await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    clock.advance(4 * HOUR_MS + MINUTE_MS);
    const [told] = await world.waitFor('inside', ({ to }) => to === 'ann.lee@hospital.test', 1, 60_000);
    assert.ok(told?.bytes.includes('jane@outside.example'));
    clock.advance(4 * HOUR_MS);
    await pause(1_000);
    assert.deepEqual(world.summary('outside'), []);

    assert.equal((await switchOutbound(world, 'running')).changed, true);
    await world.waitFor('outside', ({ to }) => to === 'jane@outside.example');
    const events = await rows(
      "select event from audit_entries where event like 'outbound-%' or event = 'author-told-of-delay' order by sequence",
    );
    assert.deepEqual(
      events.map(({ event }) => event),
      ['outbound-stopped', 'author-told-of-delay', 'outbound-started'],
    );
  });

  it('a stop that somebody lifts in the database stays a stop', async (t) => {
    const database = await server.createDatabase('tampered');
    const rows = rowsOf(database);
    const world = await startGatewayWithSinks(t, { toml: { storage: `database = "${database}"` } });
    await switchOutbound(world, 'stopped');
    await rows("update outbound_switch set state = 'running'");
    await pause(1_500);
    await world.accept({ recipients: ['jane@outside.example'] });
    await pause(1_000);
    assert.deepEqual(world.summary('outside'), []);
    assert.equal((await switchOutbound(world, 'running')).now.state, 'running');
    await world.waitFor('outside', () => true);
  });
});
