/** Somebody writes another recipient into the database while a message waits: they get nothing when the wait ends. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

const EVE = 'eve@evil.example';

function alarmsOf(world: { rows(sql: string): Record<string, unknown>[] }) {
  return world.rows("select id from audit_entries where event = 'tamper-detected'");
}

function statesOf(world: { rows(sql: string): Record<string, unknown>[] }) {
  return world.rows('select state from recipients').map(({ state }) => state);
}

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
      const report = await world.waitFor('inside', ({ subject }) => subject.startsWith('Not delivered: '));
      assert.match(report[0]?.text ?? '', /changed the record of it/u, name);
      // The hold has ended: there is one alarm, not one every few minutes.
      clock.advance(MINUTE_MS * 60);
      await world.settled();
      assert.equal(alarmsOf(world).length, 1, name);
      assert.deepEqual(statesOf(world), ['cancelled'], name);
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

describe('a delivery changed in the database', () => {
  const later = {
    outside: { answer: ({ verb }: { verb: string }) => (verb === 'RCPT' ? '450 4.2.1 Later' : null) },
  };

  for (const subject of ['lunch?', 'send secure: your results']) {
    it(`of "${subject}": nothing is sent, its recipient has failed, and the author is told once`, async (t) => {
      const clock = new FakeClock();
      const world = await startGatewayWithSinks(t, { clock, ...later });
      await world.accept({ recipients: ['jane@outside.example'], subject });
      await eventually(
        'deferred',
        () => world.rows('select id from deliveries where attempts > 0').length > 0,
      );
      world.change(`update deliveries set recipient = '${EVE}' where state = 'queued'`);
      clock.advance(60 * MINUTE_MS);
      const [report] = await world.waitFor('inside', (mail) => mail.subject.startsWith('Not delivered: '));
      assert.match(report?.text ?? '', /jane@outside\.example/u);
      assert.doesNotMatch(String(report?.bytes), /evil|results/u);
      await world.settled();
      assert.deepEqual(statesOf(world), ['failed']);
      assert.deepEqual(world.rows("select id from wraps where holderKind = 'spool'"), []);
      assert.equal(alarmsOf(world).length, 1);
      assert.deepEqual(world.at('outside'), []);
    });
  }

  it('that somebody planted beside the real one ends alone', async (t) => {
    const clock = new FakeClock();
    const world = await startGatewayWithSinks(t, { clock, ...later });
    await world.accept({ recipients: ['jane@outside.example'], subject: 'lunch?' });
    await eventually('deferred', () => world.rows('select id from deliveries where attempts > 0').length > 0);
    const columns = Object.keys(world.rows('select * from deliveries')[0] ?? {}).map((name) => `"${name}"`);
    const planted = columns.map((name) =>
      name === '"id"' ? "'planted'" : name === '"recipient"' ? `'${EVE}'` : name,
    );
    world.change(`insert into deliveries (${columns.join()}) select ${planted.join()} from deliveries`);
    clock.advance(60 * MINUTE_MS);
    await eventually('stopped', () => alarmsOf(world).length === 1);
    assert.deepEqual(statesOf(world), ['queued']);
    const ends = world.rows("select state from deliveries order by id = 'planted'");
    assert.deepEqual(
      ends.map(({ state }) => state),
      ['queued', 'failed'],
    );
    assert.deepEqual(world.at('inside'), []);
  });
});

describe('the writer of a reply, changed in the database', () => {
  const JANE = 'jane@outside.example';
  const SECRET = 'CANARY-for-the-writer-alone';

  /** Jane replied on the site; the address of the reply is what staff answer to. */
  async function startWithReply(t: TestContext) {
    const world = await startGatewayWithSinks(t, {
      toml: { delivery: 'bounceDomain = "bounces.hospital.test"' },
    });
    const messageId = await world.accept({ recipients: [JANE], subject: 'send secure: your results' });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const jane = new PortalClient(world.gateway.publicUrl);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    await jane.open(messageId);
    await jane.reply(messageId, 'Thank you.');
    const [reply] = await world.waitFor('inside', (mail) => mail.field('X-SendSecure-Reply') === 'portal');
    const address = /<(r-[^>]+)>/u.exec(reply?.field('From') ?? '')?.[1] ?? '';
    return { world, address };
  }

  for (const [what, sql] of [
    ['to somebody else', `update recipients set address = '${EVE}' where rule = 'own-reply'`],
    [
      'to somebody else, in both forms',
      `update recipients set address = '${EVE}', canonicalAddress = '${EVE}' where rule = 'own-reply'`,
    ],
    ['to nobody', "delete from recipients where rule = 'own-reply'"],
  ] as const) {
    it(`${what}: the answer goes to nobody else, and not in clear`, async (t) => {
      const { world, address } = await startWithReply(t);
      world.change(sql);
      await world.accept({ recipients: [address], subject: 'about yesterday', text: SECRET });
      await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === address);
      assert.deepEqual(
        world.at('outside', ({ to }) => to === EVE),
        [],
      );
      assert.ok(world.at('outside').every(({ bytes }) => !bytes.includes(SECRET)));
      assert.equal(alarmsOf(world).length, sql.startsWith('update') ? 1 : 0);
    });
  }
});
