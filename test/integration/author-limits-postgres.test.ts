/** Limits of authors and the officer's hold on PostgreSQL, where units of work run side by side. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { AuthorLimits } from '#src/acceptance/author-limits.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { FakeClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { eventually } from '#test/support/eventually.ts';
import { startGatewayWithSinks, type GatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

const OFFICER = 'security@hospital.test';
const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};

describe('limits of authors on PostgreSQL', () => {
  let server: TestPostgres;
  let database: Database;
  before(async () => {
    server = await startTestPostgres();
    database = await openDatabase({ setting: server.url, dataDir: '/nonexistent', log: silentLog });
  });
  after(async () => {
    await database.close();
    await server.stop();
  });

  it('mails at the same time can’t pass a limit together, and count their new recipients once', async () => {
    const clock = new FakeClock();
    const limits = new AuthorLimits({
      database,
      keys,
      clock,
      throttle: new Throttle({ database, keys, clock }),
    });
    const settings = { recipientsPerHour: 10, newRecipientsPerDay: 4, holdMs: 1 };
    const known = ['a', 'b', 'c'].map((name) => `${name}@outside.example`);
    assert.equal(await limits.count('ann@hospital.test', known, settings), null);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limits.count('ann@hospital.test', [known[index % 3] ?? ''], settings),
      ),
    );
    assert.equal(answers.filter((limit) => limit === null).length, 7);
    assert.deepEqual(
      new Set(answers.filter((limit) => limit !== null)),
      new Set(['recipients-an-hour'] as const),
    );
    const fresh = { ...settings, recipientsPerHour: 0 };
    const strangers = await Promise.all(
      ['d', 'e', 'f', 'd'].map((name) =>
        limits.count('ann@hospital.test', [`${name}@outside.example`], fresh),
      ),
    );
    // One more is allowed; who is known when the second mail to them is counted is no stranger any more.
    const letOut = strangers.filter((limit) => limit === null).length;
    assert.ok(letOut === 1 || (letOut === 2 && strangers[0] === null && strangers[3] === null));
    const rows = await database.query.selectFrom('known_recipients').select('pairHash').execute();
    assert.equal(rows.length, 4);
  });

  it('two answers at once count once; released, each recipient gets it once', async (t) => {
    const world = await startGatewayWithSinks(t, {
      toml: {
        organization: `securityOfficer = "${OFFICER}"`,
        limits: 'authorRecipientsPerHour = 2',
        storage: `database = "${server.url}"`,
      },
    });
    for (const subject of ['lunch', 'send secure results']) {
      const outside = await holdOne(world, subject);
      const url = await eventually('the question', () => askedUrl(world, outside[0] ?? ''));
      assert.equal(world.at('outside', ({ to }) => outside.includes(to)).length, 0);
      const texts = await Promise.all(
        ['send', 'send', 'send'].map(async () => (await answer(url, 'send')).text()),
      );
      assert.equal(texts.filter((text) => text.includes('Already answered')).length, 2);
      await world.waitFor('outside', ({ to }) => outside.includes(to), 3);
      await eventually('everything is done', async () => {
        const waiting = await database.query
          .selectFrom('deliveries')
          .select('id')
          .where('state', 'in', ['queued', 'held'])
          .execute();
        return waiting.length === 0;
      });
      assert.equal(world.at('outside', ({ to }) => outside.includes(to)).length, 3);
    }
    const spool = await database.query
      .selectFrom('wraps')
      .select('id')
      .where('holderKind', '=', 'spool')
      .execute();
    assert.deepEqual(spool, []);
  });
});

async function holdOne(world: GatewayWithSinks, subject: string): Promise<readonly string[]> {
  const name = subject.replaceAll(' ', '-');
  const outside = ['a', 'b', 'c'].map((letter) => `${letter}.${name}@outside.example`);
  await world.accept({ author: `${name}@hospital.test`, recipients: outside, subject });
  return outside;
}

function askedUrl(world: GatewayWithSinks, recipient: string): string | false {
  const [mail] = world.at('inside', ({ to, text }) => to === OFFICER && text.includes(recipient));
  return /http:\/\/localhost:\d+\/held\/[\w-]+/u.exec(mail?.text ?? '')?.[0] ?? false;
}

function answer(url: string, choice: 'send' | 'stop'): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin },
    body: `choice=${choice}`,
  });
}
