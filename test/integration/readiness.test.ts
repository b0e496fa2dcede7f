/** What a gateway says of itself: names to anybody, sentences to its operators, in every place the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { banner } from '#src/cli/banner.ts';
import { readSettings } from '#src/cli/read-settings.ts';
import { runOnGateway } from '#src/cli/run-on-gateway.ts';
import { statusWords, type Status } from '#src/cli/status-command.ts';
import { loadSettings } from '#src/config/load.ts';
import { outboundCommand } from '#src/gateway/commands/outbound.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { runCommand } from '#test/support/run-command.ts';
import { startTestGateway } from '#test/support/test-gateway.ts';

const TOML = { delivery: 'bounceDomain = "bounces.hospital.test"', returns: 'listen = "127.0.0.1:0"' };

const publicReadiness = async ({ gateway }: GatewayWithSinks): Promise<unknown> =>
  (await fetch(`${gateway.publicUrl}/readyz`)).json();

async function staffStatus({ gateway }: GatewayWithSinks, accept = 'application/json'): Promise<Response> {
  return fetch(`${gateway.consoleUrl}/status`, { headers: { accept } });
}

const stopOutbound = async ({ gateway }: GatewayWithSinks, reason: string): Promise<unknown> =>
  runOnGateway(await readSettings(gateway.configFile), outboundCommand, { state: 'stopped', reason });

describe('what the gateway says of itself', () => {
  it('is all well where all is well', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: TOML });
    assert.deepEqual(await publicReadiness(world), { status: 'ready' });
    assert.deepEqual(await (await staffStatus(world)).json(), {
      status: 'ready',
      failing: [],
      warnings: [],
    });
  });

  it('names outgoing mail that is stopped, what is set aside, held, and partners that can’t be verified', async (t) => {
    const world = await startGatewayWithSinks(t, {
      toml: { ...TOML, '': '[[partners]]\ndomain = "partner.example"\ntls = "pkix"\n' },
    });
    await stopOutbound(world, 'list went astray');
    await world.accept({ recipients: ['a@outside.example', 'b@outside.example', 'c@outside.example'] });
    world.change(
      "update deliveries set state = 'held', heldAt = 1, heldReason = 'crashes' where recipient like 'a@%'",
    );
    world.change(
      "update deliveries set state = 'held', heldAt = 1, heldReason = 'operator' where recipient like 'b@%'",
    );
    world.change(
      "update deliveries set state = 'held', heldAt = 1, heldReason = 'author-limit' where recipient like 'c@%'",
    );
    for (const domain of ['partner.example', 'former-partner.example'])
      world.change(
        `insert into partner_warnings (domain, kind, stage, since) values ('${domain}', 'route-broken', 1, 1)`,
      );

    const names = ['outbound-stopped', 'deliveries-set-aside', 'deliveries-held', 'partner-routes-broken'];
    assert.deepEqual(await publicReadiness(world), { status: 'ready', warnings: names });
    const status = (await (await staffStatus(world)).json()) as Pick<Status, 'warnings'>;
    assert.deepEqual(
      status.warnings.map(({ name }) => name),
      names,
    );
    const [stopped, aside, held, partners] = status.warnings.map(({ text }) => text);
    assert.match(stopped ?? '', /^Outgoing mail is stopped since 20\S+Z by \S.* \(list went astray\): /u);
    assert.match(aside ?? '', /^1 delivery is set aside /u);
    assert.match(held ?? '', /^1 delivery is held by /u);
    assert.match(partners ?? '', /^The channel to partner\.example can't be verified/u);
    const page = await (await staffStatus(world, 'text/html')).text();
    assert.match(page, /Please look at[\s\S]*Outgoing mail is stopped since/u);

    const { stdout, exitCode } = await runCommand(world.gateway, 'status', '--json');
    assert.equal(exitCode, 0);
    const answer = JSON.parse(stdout) as Status;
    const { failing, warnings } = answer;
    assert.deepEqual([failing, warnings], [[], status.warnings]);
    assert.match(statusWords(answer), /Please look at:\n {2}- Outgoing mail is/u);
  });

  it('says what it needs before it can work, with 503 and 75', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: TOML, lowDiskMB: 1_000_000 });
    const ready = await fetch(`${world.gateway.publicUrl}/readyz`);
    assert.deepEqual([ready.status, await ready.json()], [503, { status: 'not ready', failing: ['disk'] }]);
    const status = await staffStatus(world);
    assert.deepEqual(
      [status.status, ((await status.json()) as Pick<Status, 'failing'>).failing[0]?.name],
      [503, 'disk'],
    );
    const { stdout, exitCode } = await runCommand(world.gateway, 'status');
    assert.equal(exitCode, 75);
    assert.match(stdout, /It can’t do its work:\n {2}- Less free disk space/u);
  });

  it('is said at the start too: outgoing mail that is stopped, and bounces that can’t be seen', async (t) => {
    const world = await startGatewayWithSinks(t);
    await stopOutbound(world, '');
    await world.gateway.stop();
    const delivery = 'nextHop = "smtp://127.0.0.1:9"\ninternalNextHop = "smtp://127.0.0.1:9"';
    const again = await startTestGateway({ folder: world.gateway.folder, toml: { delivery } });
    t.after(() => again.stop());
    assert.ok(
      again.log.some(
        ({ level, message }) => level === 'warn' && message.startsWith('Outgoing mail is stopped since'),
      ),
    );
    const settings = loadSettings(`[delivery]\n${delivery}`, world.gateway.folder);
    const words = banner(settings, {
      smtpPort: 25,
      returnsPort: null,
      findings: await again.gateway.findings(),
    });
    assert.match(words, /Please look at:\n {2}- Outgoing mail is stopped since/u);
    assert.equal(words.match(/bounceDomain is not set/gu)?.length, 1);
  });
});

describe('sendsecure audit', () => {
  it('reads beside the running gateway, and without one', async (t) => {
    const world = await startGatewayWithSinks(t);
    const id = await world.accept({ recipients: ['jane@outside.example'] });
    const beside = await runCommand(world.gateway, 'audit', '--message', id);
    assert.equal(beside.exitCode, 0, beside.stderr);
    assert.match(beside.stdout, /message-accepted[\s\S]*recipient-decided/u);
    await world.gateway.stop();
    assert.match((await runCommand(world.gateway, 'audit')).stdout, /gateway-started[\s\S]*gateway-stopped/u);
  });
});
