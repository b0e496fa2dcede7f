/** Somebody writes another recipient into the database while a message waits: they get nothing when the wait ends. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

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
      const alarms = world.rows("select id from audit_entries where event = 'tamper-detected'");
      assert.equal(alarms.length, sql.startsWith('update') ? 1 : 0);
    });
  }
});
