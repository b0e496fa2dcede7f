/** Trying it out: decisions are made, recorded and reported, and the mail goes on as it came. Others are protected. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { observeReport } from '#src/acceptance/observe-report.ts';
import { inWords, observeCommand } from '#src/cli/observe-command.ts';
import { loadSettings } from '#src/config/load.ts';
import { silentLog } from '#src/base/log.ts';
import { openDatabaseForReading } from '#src/storage/open-database.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { mailOf } from '#test/support/submit.ts';

const OBSERVE_ALL = { organization: 'mode = "observe"' };
const OBSERVE_ANN = { organization: 'observe = ["ann.lee@hospital.test"]' };

async function report(world: GatewayWithSinks) {
  const settings = { setting: 'sqlite', dataDir: join(world.gateway.folder, 'data'), log: silentLog };
  const database = await openDatabaseForReading(settings);
  try {
    return await observeReport(database.query, null);
  } finally {
    await database.close();
  }
}

/** What a relay adds stands before the first field of the mail. */
function withoutTrace(data: Buffer): string {
  const text = data.toString('utf8');
  return text.slice(text.indexOf('From: '));
}

async function relayed(
  world: GatewayWithSinks,
  mail: string,
  recipient = 'jane@outside.example',
): Promise<string> {
  await world.accept({ recipients: [recipient], mail });
  await world.settled();
  const [arrived] = world.at('outside', ({ to }) => to === recipient);
  assert.ok(arrived, 'the mail did not arrive');
  return withoutTrace(arrived.bytes);
}

void describe('with mode = "observe"', () => {
  it('a coded mail is relayed byte for byte, header switches included, and nothing else is written', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ALL });
    const mail = mailOf({
      subject: 'send secure results',
      fields: ['X-PostX-Reply-Enabled: true', 'X-Spacing:  odd \t value'],
      text: 'Resultados: Grüße\r\n..dots\r\n',
    });
    assert.equal(await relayed(world, mail), mail);
    assert.deepEqual(world.at('inside'), [], 'the author was told something');
    assert.equal(world.at('outside').length, 1);
  });

  it('near misses, header rules, and mail that is too large to be secured are passed on and counted', async (t) => {
    const world = await startGatewayWithSinks(t, {
      toml: {
        ...OBSERVE_ALL,
        limits: 'secureMessageMB = 0.1\nsecureAttachmentMB = 0.1',
        '[rules]': 'name = "label"\nfield = "Sensitivity"\ncontains = "company"',
      },
    });
    const recipients = ['jane@outside.example'];
    await world.accept({ recipients, subject: 'sned secure labs' });
    await world.accept({ recipients, subject: 'x', fields: ['Sensitivity: Company-Confidential'] });
    await world.accept({ recipients, subject: 'send secure', text: `${'x'.repeat(70)}\r\n`.repeat(3_000) });
    await world.accept({ recipients: ['joe@other.example', 'kim@hospital.test'], subject: 'lunch?' });
    await world.settled();
    assert.equal(world.at('outside').length, 4);
    const counts = await report(world);
    assert.deepEqual(counts.would, { secureMessage: 1, held: 1, returned: 1, refused: 0 });
    assert.deepEqual(counts.protectedAllTheSame, { overVerifiedTls: 0, inSecuredThread: 0 });
    assert.equal(counts.recipients, 5);
    assert.equal(counts.changed, 3);
    assert.deepEqual(counts.byRule, [
      { name: 'code', recipients: 1 },
      { name: 'header-rule:label', recipients: 1 },
      { name: 'near-miss', recipients: 1 },
    ]);
    assert.deepEqual(counts.byAuthorDomain, [{ name: 'hospital.test', recipients: 3 }]);
    assert.deepEqual(counts.byRecipientDomain, [{ name: 'outside.example', recipients: 3 }]);
    assert.deepEqual(counts.nearMisses, [{ name: 'misspelled', recipients: 1 }]);
    const words = inWords(counts);
    assert.match(words, /3 recipients \(60\.0 %\)/u);
    assert.match(words, /1 secure message\n/u);
    assert.doesNotMatch(words, /sned|labs/u);
  });

  it('what would have been done stands with the decision in the audit log', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ALL });
    const id = await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
    const [entry] = world.rows(
      "select entry from audit_entries where event = 'recipient-decided' and messageId = ?",
      id,
    );
    const { facts } = JSON.parse(String(entry?.['entry'])) as { facts: Record<string, string> };
    assert.deepEqual(
      { ...facts, address: '' },
      {
        address: '',
        action: 'relay',
        protection: 'opportunistic-tls',
        rule: 'observed:code',
        observed: 'true',
        wouldHave: 'protect',
        wouldRule: 'code',
      },
    );
  });

  it('a next hop that is away loses nothing: the mail waits in the queue', async (t) => {
    const world = await startGatewayWithSinks(t, {
      toml: OBSERVE_ALL,
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '451 4.3.0 later' : null) },
    });
    const id = await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
    await eventuallyTried(world, id);
    const [delivery] = world.rows('select state, kind from deliveries where messageId = ?', id);
    assert.deepEqual({ ...delivery }, { state: 'queued', kind: 'relay' });
  });

  it('start, /readyz and the log say that nothing is protected', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ALL });
    assert.ok(
      world.gateway.log.some(
        ({ level, message }) => level === 'warn' && message.includes('NOTHING IS PROTECTED'),
      ),
    );
    const ready = await fetch(`${world.gateway.publicUrl}/readyz`);
    assert.deepEqual(await ready.json(), {
      status: 'ready',
      warnings: ['nothing-is-protected', 'later-bounces-unseen'],
    });
  });
});

async function eventuallyTried(world: GatewayWithSinks, id: string): Promise<void> {
  await eventually('tried', () => {
    const [row] = world.rows('select attempts from deliveries where messageId = ?', id);
    return Number(row?.['attempts']) > 0;
  });
}

void describe('with one author observed', () => {
  it('that author’s coded mail is relayed, and everybody else’s is protected', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ANN });
    assert.match(await relayed(world, mailOf({ subject: 'send secure results' })), /Hello Jane/u);
    await assertProtected(world, { reversePath: 'bob@hospital.test' });
    const ready = await fetch(`${world.gateway.publicUrl}/readyz`);
    assert.deepEqual(await ready.json(), {
      status: 'ready',
      warnings: ['some-mail-is-not-protected', 'later-bounces-unseen'],
    });
  });

  it('nobody gets there by naming that author beside another', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ANN });
    await assertProtected(world, { reversePath: 'bob@hospital.test', author: 'ann.lee@hospital.test' });
    await assertProtected(world, { fields: ['Sender: bob@hospital.test'] });
    await assertProtected(world, { author: 'bob@hospital.test' });
  });

  it('an answer to a message that was secured stays protected', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ANN });
    const first = '<first@hospital.test>';
    await world.accept({
      recipients: ['jane@outside.example'],
      reversePath: 'bob@hospital.test',
      mail: mailOf({ from: 'bob@hospital.test', subject: 'send secure' }).replace(
        /Message-ID: .*/u,
        `Message-ID: ${first}`,
      ),
    });
    await assertProtected(world, { subject: 'Re: labs', fields: [`In-Reply-To: ${first}`] });
  });
});

const SECRET = 'CANARY-must-be-protected';

async function assertProtected(
  world: GatewayWithSinks,
  mail: { reversePath?: string; author?: string; subject?: string; fields?: readonly string[] },
): Promise<void> {
  const id = await world.accept({
    recipients: ['jane@outside.example'],
    subject: 'send secure results',
    text: SECRET,
    ...mail,
  });
  await world.settled();
  const [row] = world.rows('select protection, rule from recipients where messageId = ?', id);
  assert.equal(row?.['protection'], 'secure-message', JSON.stringify(row));
  assert.ok(!world.at('outside').some(({ bytes }) => bytes.includes(SECRET)), 'it left in clear');
  if (mail.fields?.[0]?.startsWith('In-Reply-To') === true) return;
  assert.deepEqual(
    world.rows(
      'select * from observed_decisions where recipientId in (select id from recipients where messageId = ?)',
      id,
    ),
    [],
  );
}

void describe('turning it off', () => {
  it('protects from the next mail on, without a restart', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ALL });
    assert.match(await relayed(world, mailOf({ subject: 'send secure' }), 'first@outside.example'), /Hello/u);
    await world.gateway.gateway.reload(settingsWith(world, 'mode = "protect"'));
    await assertProtected(world, {});
    assert.deepEqual(await (await fetch(`${world.gateway.publicUrl}/readyz`)).json(), {
      status: 'ready',
      warnings: ['later-bounces-unseen'],
    });
    await world.gateway.gateway.reload(settingsWith(world, 'mode = "observe"'));
    assert.equal(
      world.gateway.log.filter(({ message }) => message.includes('NOTHING IS PROTECTED')).length,
      2,
      'a reload into observing is said as well',
    );
  });
});

/** The settings of a running world with another line in [organization]. */
function settingsWith(world: GatewayWithSinks, line: string) {
  const sinks = `nextHop = "smtp://127.0.0.1:${world.outside.port}"\ninternalNextHop = "smtp://127.0.0.1:${world.inside.port}"`;
  return loadSettings(
    `[organization]\ndomains = ["hospital.test"]\nserviceAddress = "send-secure@hospital.test"\n${line}\n[delivery]\n${sinks}\n[limits]\nlowDiskMB = 10`,
    world.gateway.folder,
  );
}

void describe('fields with which Cisco’s products are told to encrypt', () => {
  it('protect, and are taken off before the mail goes on', async (t) => {
    const world = await startGatewayWithSinks(t);
    const fields = ['X-PostX-Send-Return-Receipt: false'];
    const id = await world.accept({
      recipients: ['jane@outside.example', 'kim@hospital.test'],
      subject: 'labs',
      fields,
    });
    await world.settled();
    assert.deepEqual(
      world
        .rows('select protection, reason from recipients where messageId = ? order by protection', id)
        .map((row) => ({ ...row })),
      [
        { protection: 'internal', reason: 'none' },
        { protection: 'secure-message', reason: 'header-switch' },
      ],
    );
    const [inside] = world.at('inside', ({ to }) => to === 'kim@hospital.test');
    assert.ok(inside);
    assert.doesNotMatch(inside.bytes.toString('latin1'), /X-PostX/iu);
  });
});

void describe('the command', () => {
  it('prints the report beside a running gateway', async (t) => {
    const world = await startGatewayWithSinks(t, { toml: OBSERVE_ALL });
    await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure' });
    const config = join(world.gateway.folder, 'observe.toml');
    writeFileSync(config, '[organization]\nmode = "observe"\n');
    const written: string[] = [];
    t.mock.method(process.stdout, 'write', (text: string) => written.push(text) > 0);
    assert.equal(await observeCommand.run(['report', '--config', config, '--json']), 0);
    t.mock.restoreAll();
    assert.equal((JSON.parse(written.join('')) as { changed: number }).changed, 1);
  });
});
