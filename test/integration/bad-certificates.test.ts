/** S43, S44 whole: a partner whose server can't prove who it is hears nothing, and the mail becomes a secure message. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { makeServerCases } from '#test/peers/bad-servers.ts';
import { startOpensslServer } from '#test/peers/openssl-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const SECRET = 'CANARY-for-verified-partners';
const WAIT_MS = 60_000;

it('each gets no MAIL command; the audit log says what was wrong; the recipients get a notice', async (t) => {
  const { root, bad } = makeServerCases('IP:127.0.0.1');
  const servers = await Promise.all(bad.map(({ options }) => startOpensslServer(options)));
  t.after(() => Promise.all(servers.map((server) => server.stop())));
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-anchors-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'ca.pem'), root.cert);
  const domainOf = (index: number): string => `partner${index}.example`;
  const partners = servers.map(
    ({ port }, index) => `domain = "${domainOf(index)}"\ntls = "pkix"\nnextHop = "smtp://127.0.0.1:${port}"`,
  );
  const clock = new FakeClock(Date.now());
  const world = await startGatewayWithSinks(t, {
    clock,
    toml: {
      delivery: `caFile = "${join(folder, 'ca.pem')}"`,
      '[partners]': partners.join('\n[[partners]]\n'),
    },
  });
  for (const index of bad.keys())
    await world.accept({ recipients: [`team@${domainOf(index)}`], subject: 'send secure', text: SECRET });
  const attempted = "select id from deliveries where tlsRequirement = 'verified' and attempts > 0";
  await eventually('a first attempt for all', () => world.rows(attempted).length === bad.length, WAIT_MS);
  const ended = "select entry from audit_entries where event = 'channel-not-verified'";
  const whyOf = (): Map<string, string> =>
    new Map(
      world.rows(ended).map(({ entry }) => {
        const { facts } = JSON.parse(String(entry)) as { facts: { domain: string; why: string } };
        return [facts.domain, facts.why];
      }),
    );
  // A leap of the clock may end the lease of a mail that is being sent: it is sent when its next time has come.
  const passTimeUntil = (what: string, done: () => boolean): Promise<boolean> =>
    eventually(
      what,
      async () => {
        clock.advance(5 * MINUTE_MS);
        await world.accept({ recipients: ['clock@hospital.test'], reversePath: '' });
        return done();
      },
      WAIT_MS,
    );
  await passTimeUntil('every one fell back', () => whyOf().size === bad.length);
  const notices = (): number => world.at('outside', ({ kind }) => kind === 'notice').length;
  await passTimeUntil('every recipient has a notice', () => notices() >= bad.length);
  for (const [index, { what, words }] of bad.entries()) {
    const server = servers[index];
    assert.match(whyOf().get(domainOf(index)) ?? '', words, what);
    assert.ok(server !== undefined && server.plainCommands.includes('STARTTLS'), what);
    assert.ok(!server.innerCommands.some((line) => line.startsWith('MAIL')), what);
    assert.ok(!server.wire.includes('MAIL FROM') && !server.wire.includes(SECRET), what);
    const told = world.at('outside', ({ to }) => to === `team@${domainOf(index)}`);
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['notice'],
      what,
    );
  }
  assert.ok(!world.outside.mails.some(({ bytes }) => bytes.includes(SECRET)));
});
