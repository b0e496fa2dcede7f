/** `sendsecure stop --outbound`: nothing more goes outside, at once and over a restart; the inside goes on. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FakeClock, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { readSettings } from '#src/cli/read-settings.ts';
import { runOnGateway } from '#src/cli/run-on-gateway.ts';
import { outboundCommand } from '#src/gateway/commands/outbound.ts';
import { eventually, pause } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { runCommand } from '#test/support/run-command.ts';
import { startTestGateway } from '#test/support/test-gateway.ts';

describe('sendsecure stop --outbound', () => {
  it('queues what is for the outside, serves the inside, lasts over a restart, and says who and why', async (t) => {
    const world = await startGatewayWithSinks(t);
    const stopped = await runCommand(world.gateway, 'stop', '--outbound', '--reason', 'list went astray');
    assert.equal(stopped.exitCode, 0, stopped.stderr);
    assert.match(stopped.stdout, /^Outgoing mail is stopped since .*, by \S+.* \(list went astray\)\./u);

    await world.accept({ recipients: ['jane@outside.example', 'eve@hospital.test'] });
    await world.accept({ recipients: ['joe@outside.example'], subject: 'send secure' });
    await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    await world.waitFor('inside', ({ kind }) => kind === 'secured');
    await pause(2_500);
    assert.deepEqual(world.summary('outside'), []);

    await world.gateway.stop();
    const delivery = `nextHop = "smtp://127.0.0.1:${world.outside.port}"\ninternalNextHop = "smtp://127.0.0.1:${world.inside.port}"`;
    const again = await startTestGateway({ folder: world.gateway.folder, toml: { delivery } });
    t.after(() => again.stop());
    await pause(2_500);
    assert.deepEqual(world.summary('outside'), []);

    const started = await runCommand(again, 'start', '--outbound', '--json');
    const answer = JSON.parse(started.stdout) as { changed: boolean; now: { state: string } };
    assert.deepEqual([answer.changed, answer.now.state], [true, 'running']);
    await world.waitFor('outside', () => true, 2);
    const events = world.rows(
      "select event, entry from audit_entries where event like 'outbound-%' order by sequence",
    );
    assert.deepEqual(
      events.map(({ event }) => event),
      ['outbound-stopped', 'outbound-started'],
    );
    assert.match(String(events[0]?.['entry']), /"why":"list went astray"/u);
  });

  it('what is being sent ends before its final dot', async (t) => {
    const { promise: mayTakeData, resolve: takeData } = Promise.withResolvers<null>();
    let waits = false;
    const world = await startGatewayWithSinks(t, {
      outside: {
        extensions: ['8BITMIME'],
        answer: ({ verb }) => {
          if (verb !== 'DATA') return null;
          waits = true;
          return mayTakeData;
        },
      },
    });
    await world.accept({ recipients: ['jane@outside.example'] });
    await eventually('under way', () => waits);
    const { exitCode } = await runCommand(world.gateway, 'stop', '--outbound');
    assert.equal(exitCode, 0);
    takeData(null);
    await eventually(
      'given up',
      () =>
        world.rows("select id from deliveries where leaseOwner is null and attempts = 1 and state = 'queued'")
          .length === 1,
    );
    assert.deepEqual(world.summary('outside'), []);
  });

  it('a stop can not be lifted in the database of a running gateway: not by another row, not by none', async (t) => {
    const world = await startGatewayWithSinks(t);
    await runCommand(world.gateway, 'stop', '--outbound');
    for (const change of ["update outbound_switch set state = 'running'", 'delete from outbound_switch']) {
      world.change(change);
      await pause(1_500);
      await world.accept({ recipients: ['jane@outside.example'] });
      await pause(1_000);
      assert.deepEqual(world.summary('outside'), [], change);
    }
    assert.ok(world.rows("select id from audit_entries where event = 'tamper-detected'").length >= 1);
    assert.ok(
      world.gateway.log.some(({ message }) => message.startsWith('the switch of outgoing mail was changed')),
    );
    const { exitCode } = await runCommand(world.gateway, 'start', '--outbound');
    assert.equal(exitCode, 0);
    await world.waitFor('outside', () => true, 2);
  });

  it('tells the author once, after four hours, that the mail waits, and not before', async (t) => {
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock });
    const settings = await readSettings(world.gateway.configFile);
    await runOnGateway(settings, outboundCommand, { state: 'stopped', reason: '' });
    await world.accept({ recipients: ['jane@outside.example'] });
    const told = () => world.at('inside', ({ to }) => to === 'ann.lee@hospital.test');
    clock.advance(4 * HOUR_MS - MINUTE_MS);
    // The author is looked for every ten seconds.
    await pause(11_000);
    assert.deepEqual(told(), []);
    clock.advance(2 * MINUTE_MS);
    const [report] = await world.waitFor('inside', ({ to }) => to === 'ann.lee@hospital.test', 1, 60_000);
    assert.ok(report?.bytes.includes('jane@outside.example'));
    clock.advance(4 * HOUR_MS);
    await runOnGateway(settings, outboundCommand, { state: 'running', reason: '' });
    await world.waitFor('outside', ({ to }) => to === 'jane@outside.example');
    assert.equal(told().length, 1);
  });
});
