/** `sendsecure queue` as operators type it, beside a running gateway and without one. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { runQueue } from '#src/cli/queue-command.ts';
import { CommandFailed } from '#src/cli/exit-codes.ts';
import { runCommand } from '#test/support/run-command.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

interface Listed {
  readonly deliveries: readonly { readonly id: string; readonly to: string; readonly state: string }[];
  readonly next: string | null;
}

/** A next hop that says "later" to some, until it is told to take them. */
async function worldWithWaiting(t: TestContext, ...recipients: string[]) {
  let takes = false;
  const answer = ({ line }: { readonly line: string }): string | null =>
    !takes && line.startsWith('RCPT TO:<later') ? '450 4.2.0 Come back later' : null;
  const world = await startGatewayWithSinks(t, { outside: { answer } });
  const queueId = await world.accept({ recipients, subject: 'private words' });
  await deferred(world, recipients.length);
  return { world, queueId, take: () => (takes = true) };
}

const deferred = (world: GatewayWithSinks, count: number) =>
  eventually(
    'deferred',
    () =>
      world.rows("select id from deliveries where state = 'queued' and attempts > 0 and leaseOwner is null")
        .length >= count,
  );

const events = (world: GatewayWithSinks, event: string) =>
  world.rows('select entry from audit_entries where event = ?', event).map(({ entry }) => String(entry));

/** In this process: the gateway is asked over its socket all the same. */
async function queue(gateway: { readonly configFile: string }, ...args: readonly string[]) {
  try {
    const { text, exitCode } = await runQueue([...args, '--config', gateway.configFile]);
    return { stdout: text, exitCode };
  } catch (error) {
    if (error instanceof CommandFailed) return { stdout: error.message, exitCode: error.exitCode };
    throw error;
  }
}

describe('sendsecure queue', () => {
  it('lists what waits, in pages, by recipient, domain, author and state; shows a message, never its subject', async (t) => {
    const { world, queueId } = await worldWithWaiting(t, 'later1@outside.example', 'later2@partner.example');
    const command = (...args: string[]) => queue(world.gateway, ...args);
    const list = async (...args: string[]) =>
      JSON.parse((await command('list', '--json', ...args)).stdout) as Listed;

    assert.deepEqual((await list()).deliveries.map(({ to }) => to).toSorted(), [
      'later1@outside.example',
      'later2@partner.example',
    ]);
    assert.equal((await list('--domain', 'Partner.Example')).deliveries.length, 1);
    assert.equal((await list('--recipient', 'later1@outside.example')).deliveries.length, 1);
    assert.equal((await list('--author', 'ann.lee@hospital.test')).deliveries.length, 2);
    assert.equal((await list('--author', 'bob@hospital.test')).deliveries.length, 0);
    assert.equal((await list('--state', 'failed')).deliveries.length, 0);
    const first = await list('--limit', '1');
    assert.equal(first.deliveries.length, 1);
    const second = await list('--limit', '1', '--after', first.next ?? '');
    assert.notEqual(second.deliveries[0]?.id, first.deliveries[0]?.id);
    assert.equal(second.next, null);

    const { stdout, exitCode } = await command('show', queueId);
    assert.equal(exitCode, 0);
    assert.match(stdout, /450 4\.2\.0 Come back later/u);
    assert.match(stdout, /queued: \d attempts?, next attempt in \d+ \w+, given up in 5 days/u);
    assert.doesNotMatch(stdout, /private words/u);
    assert.equal((await command('show', '0'.repeat(26))).exitCode, 66);
  });

  it('a hold keeps a delivery from being tried and its end away; release sends it at once', async (t) => {
    const { world, queueId, take } = await worldWithWaiting(t, 'later1@outside.example');
    const command = (...args: string[]) => queue(world.gateway, ...args);
    assert.match((await command('hold', queueId, '--reason', 'wrong list')).stdout, /^1 delivery held\./u);
    assert.match((await command('hold', queueId)).stdout, /1 delivery left alone: nothing to do/u);
    assert.match((await command('retry', queueId)).stdout, /^0 deliveries/u);
    assert.match((await command('list', '--state', 'held')).stdout, /held .*: by an operator/u);
    const [held] = events(world, 'queue-held');
    assert.match(held ?? '', /"why":"wrong list"/u);
    assert.match(held ?? '', /"by":"\w+/u);

    const expiresAt = () => Number(world.rows('select expiresAt from deliveries')[0]?.['expiresAt']);
    const before = expiresAt();
    take();
    assert.match((await command('release', queueId)).stdout, /^1 delivery released\./u);
    await world.waitFor('outside', ({ to }) => to === 'later1@outside.example');
    assert.ok(expiresAt() > before, 'the clock stood still');
    assert.equal(events(world, 'queue-released').length, 1);
  });

  it('cancel ends what waits, tells the author, and leaves other recipients alone', async (t) => {
    const { world, queueId } = await worldWithWaiting(t, 'later1@outside.example', 'later2@partner.example');
    const command = (...args: string[]) => queue(world.gateway, ...args);
    assert.equal((await command('cancel', '--domain', 'outside.example')).exitCode, 64, 'needs --yes');
    const { stdout } = await command('cancel', '--domain', 'outside.example', '--yes');
    assert.match(stdout, /^1 delivery cancelled\.\nMails to authors that say so: 1\./u);
    const [told] = await world.waitFor('inside', ({ kind }) => kind === 'returned' || kind === 'bounce');
    assert.ok(told?.bytes.includes('later1@outside.example'));
    assert.ok(!told?.bytes.includes('private words'));
    assert.deepEqual(
      world.rows('select address, state from recipients order by address').map(({ state }) => state),
      ['cancelled', 'queued'],
    );
    assert.match((await command('cancel', queueId)).stdout, /^1 delivery cancelled\./u);
    await eventually(
      'the key is destroyed with the last one',
      () => world.rows('select id from wraps where messageId = ?', queueId).length === 0,
    );
    assert.equal(events(world, 'queue-cancelled').length, 2);
    assert.equal((await command('cancel', queueId)).exitCode, 0);
  });

  it('what to look for must be an address or a domain, so that an empty variable means nobody and not everybody', async (t) => {
    const world = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '450 4.2.0 Come back later' : null) },
    });
    await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure x' });
    await world.accept({ recipients: ['ute@xn--mnchen-3ya.example'] });
    await deferred(world, 2);
    for (const wrong of [
      ['--author', ''],
      ['--recipient', ''],
      ['--domain', ''],
      ['--author', 'ann.lee'],
      ['--domain', 'a b'],
    ]) {
      const { exitCode, stdout } = await queue(world.gateway, 'cancel', ...wrong, '--yes');
      assert.equal(exitCode, 64, `${wrong.join(' ')}: ${stdout}`);
    }
    assert.equal(world.rows("select id from deliveries where state = 'cancelled'").length, 0);
    const held = await queue(world.gateway, 'hold', '--domain', 'MÜNCHEN.example.');
    assert.match(held.stdout, /^1 delivery held\./u);
    assert.equal((await queue(world.gateway, 'constructor')).exitCode, 64);
  });

  it('of two commands one counts; what is being sent now is left alone', async (t) => {
    const { world, queueId } = await worldWithWaiting(t, 'later1@outside.example');
    const command = (...args: string[]) => queue(world.gateway, ...args, '--json');
    for (const action of ['hold', 'cancel']) {
      const results = await Promise.all([1, 2, 3].map(() => command(action, queueId)));
      const counts = results.map(({ stdout }) =>
        stdout.startsWith('{') ? (JSON.parse(stdout) as { done: number }).done : 0,
      );
      assert.deepEqual(counts.toSorted(), [0, 0, 1], action);
    }
    assert.equal(world.rows("select id from deliveries where state = 'cancelled'").length, 1);
    assert.equal(
      (await world.waitFor('inside', ({ kind }) => kind === 'returned' || kind === 'bounce')).length,
      1,
    );

    const slow = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'connect' ? { do: 'nothing' } : null) },
    });
    const slowId = await slow.accept({ recipients: ['slow@outside.example'] });
    await eventually(
      'leased',
      () => slow.rows('select id from deliveries where leaseOwner is not null').length === 1,
    );
    const cancelled = await queue(slow.gateway, 'cancel', slowId);
    assert.equal(cancelled.exitCode, 75);
    assert.match(cancelled.stdout, /being sent now/u);
  });

  it('works the same where no gateway runs, and the next one goes on', async (t) => {
    const { world, queueId } = await worldWithWaiting(t, 'later1@outside.example', 'later2@partner.example');
    await world.gateway.stop();
    const command = (...args: string[]) => queue(world.gateway, ...args);
    assert.match((await command('list')).stdout, /later1@outside\.example/u);
    assert.match((await command('hold', '--domain', 'outside.example')).stdout, /^1 delivery held/u);
    assert.match((await command('cancel', queueId)).stdout, /^2 deliveries cancelled/u);
    const states = world.rows("select state from deliveries where kind = 'relay'").map(({ state }) => state);
    assert.deepEqual(states, ['cancelled', 'cancelled']);
    assert.equal(
      world.rows("select id from deliveries where kind = 'bounce' and state = 'queued'").length,
      2,
    );
  });

  it('as processes: beside the gateway and without it; every subcommand has help; wrong use ends with 64', async (t) => {
    const { world, queueId } = await worldWithWaiting(t, 'later1@outside.example');
    const beside = await runCommand(world.gateway, 'queue', 'list');
    assert.match(beside.stdout, /later1@outside\.example/u, beside.stderr);
    await world.gateway.stop();
    const alone = await runCommand(world.gateway, 'queue', 'cancel', queueId);
    assert.match(alone.stdout, /^1 delivery cancelled/u, alone.stderr);
    const help = await runCommand(world.gateway, 'queue', 'hold', '--help');
    assert.match(help.stdout, /^sendsecure queue hold /u);
    assert.equal(help.exitCode, 0);
    for (const args of [
      [],
      ['fly'],
      ['hold'],
      ['retry', 'A', 'B'],
      ['list', '--limit', '0'],
      ['list', '--state', 'x'],
    ])
      assert.equal((await queue(world.gateway, ...args)).exitCode, 64, args.join(' '));
  });
});
