/** A code by telephone before the first opening: what it keeps closed, how often it may be tried, who can't get around it; on both databases. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import {
  findLiveSecret,
  makeTelephoneCode,
  setPassphrase,
  SECRET_TRIES,
} from '#src/accounts/second-channel.ts';
import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { statement, type Database, type Statement } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import {
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentMessage,
} from '#test/support/portal-world.ts';

describe('a second channel on SQLite', () => testSecondChannel(() => undefined));

describe('a second channel on PostgreSQL', () => {
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
  testSecondChannel(() => database);
});

function testSecondChannel(opened: () => Database | undefined): void {
  let world: PortalWorld;
  let jane: TestBrowser;
  let message: SentMessage;
  let people = 0;
  const page = new TestPage();

  before(async () => {
    const database = opened();
    world = await openPortalWorld(database === undefined ? {} : { database });
  });
  after(() => world.dispose());
  beforeEach(async () => {
    people++;
    world.clock.advance(2 * HOUR_MS);
    jane = new TestBrowser(world, { remoteAddress: `192.0.2.${people}` });
    message = await world.send([`jane${people}@mail.test`], { secondChannel: true });
    const [copy] = message.copies;
    assert.ok(copy);
    await jane.register(copy);
  });

  const context = () => ({ ...world, random: systemRandom });
  const recipientId = (): string => message.copies[0]?.recipientId ?? '';
  const commit = (...statements: readonly Statement[]) => world.database.commit(statements);
  const open = () => jane.post(`/api/messages/${message.messageId}/open`, { pageKey: page.pageKey });
  const answer = (typed: string) => jane.post(`/api/messages/${message.messageId}/verify`, { answer: typed });
  const makeCode = async (): Promise<string> => {
    await commit(...makeTelephoneCode(context(), recipientId(), 'ann'));
    const secret = await findLiveSecret(world, recipientId());
    assert.match(secret?.code ?? '', /^\d{8}$/u);
    return secret?.code ?? '';
  };
  const wrongOf = (code: string): string => String((Number(code) + 1) % 100_000_000).padStart(8, '0');
  const seen = (answered: { statusCode: number; json: () => { code?: string } }) => [
    answered.statusCode,
    answered.json().code,
  ];

  it('R27: keeps key, chunks, list entry and reply closed until the code is typed', async () => {
    const code = await makeCode();
    assert.deepEqual(seen(await open()), [403, 'needs-code']);
    const chunks = await jane.get(`/api/messages/${message.messageId}/streams/content/header`);
    assert.deepEqual(seen(chunks), [403, 'needs-code']);
    const reply = await jane.post(`/api/messages/${message.messageId}/reply`, { pageKey: page.pageKey });
    assert.deepEqual(seen(reply), [403, 'needs-code']);
    const listed = (await jane.post('/api/messages', { pageKey: page.pageKey })).json().messages[0];
    assert.deepEqual(
      [listed.state, listed.listEntry, listed.listKey],
      ['needs-code', '', { enc: '', ciphertext: '' }],
    );
    const asked = await jane.get(`/api/messages/${message.messageId}/verify`);
    assert.equal(asked.json().kind, 'code');
    assert.ok(!asked.body.includes(code));
    assert.equal((await answer(` ${code.slice(0, 4)}-${code.slice(4)} `)).statusCode, 200);
    assert.equal((await open()).statusCode, 200);
    assert.equal((await open()).statusCode, 200, 'asked for once');
    assert.deepEqual(seen(await answer(code)), [410, 'code-not-made'], 'the code is used');
    const logged = JSON.stringify(world.logged);
    const audited = JSON.stringify(
      await world.database.query.selectFrom('audit_entries').select('entry').execute(),
    );
    for (const place of [logged, audited]) assert.ok(!place.includes(code));
    assert.ok((await world.auditEvents()).includes('second-channel-proven'));
  });

  it('counts tries before it compares: fifty at once are five, and a right one later is none', async () => {
    const code = await makeCode();
    const answers = await Promise.all(Array.from({ length: 15 }, () => answer(wrongOf(code))));
    const wrong = answers.filter(({ statusCode }) => statusCode === 422);
    assert.equal(wrong.length, SECRET_TRIES);
    assert.ok(wrong.some((one) => one.json().triesLeft === 0));
    assert.deepEqual(seen(await answer(code)), [410, 'code-not-made']);
    assert.deepEqual(seen(await open()), [403, 'needs-code']);
    const renewed = await makeCode();
    assert.notEqual(renewed, code);
    assert.deepEqual(seen(await answer(code)), [422, 'code-wrong'], 'the one before counts no more');
    assert.equal((await answer(renewed)).statusCode, 200);
  });

  it('slows one account down, whatever its sender makes anew', async () => {
    for (let i = 0; i < 20; i++) await answer('00000000');
    assert.deepEqual(seen(await answer(await makeCode())), [429, 'slow-down']);
  });

  it('is over after three days', async () => {
    const code = await makeCode();
    world.clock.advance(3 * DAY_MS);
    const browser = jane;
    await browser.post('/api/session', {
      address: `jane${people}@mail.test`,
      password: 'vier Pferde traben leise heim',
    });
    assert.deepEqual(seen(await answer(code)), [410, 'code-not-made']);
  });

  it('takes a passphrase as people say it', async () => {
    assert.equal(setPassphrase(context(), recipientId(), 'ann', 'ab c 12'), null);
    const statements = setPassphrase(context(), recipientId(), 'ann', 'Blue  Otter-7, Hill');
    assert.ok(statements);
    await commit(...statements);
    assert.equal((await findLiveSecret(world, recipientId()))?.code, null);
    assert.deepEqual(seen(await answer('blue otter 8 hill')), [422, 'code-wrong']);
    assert.equal((await answer(' BLUE OTTER 7 hill.')).statusCode, 200);
    assert.equal((await open()).statusCode, 200);
  });

  it('opens for nobody else: the proof is one account’s', async () => {
    assert.equal((await answer(await makeCode())).statusCode, 200);
    const { query } = world.database;
    const [proof] = await query
      .selectFrom('second_channel_proofs')
      .selectAll()
      .where('recipientId', '=', recipientId())
      .execute();
    assert.ok(proof);
    await commit(
      statement(
        query
          .updateTable('second_channel_proofs')
          .set({ provenAt: proof.provenAt + 1 })
          .where('recipientId', '=', recipientId()),
      ),
    );
    assert.equal((await open()).statusCode, 404);
    assert.ok((await world.auditEvents()).includes('tamper-detected'));
  });

  it('W11: is not got around by who can write to the database', async () => {
    const code = await makeCode();
    const { query } = world.database;
    const recipients = (set: { secondChannel: number | null }) =>
      commit(statement(query.updateTable('recipients').set(set).where('id', '=', recipientId())));
    await recipients({ secondChannel: null });
    assert.equal((await open()).statusCode, 404);
    await recipients({ secondChannel: 1 });
    await answer(wrongOf(code));
    await commit(
      statement(
        query
          .updateTable('second_channel_secrets')
          .set({ tries: 0 })
          .where('recipientId', '=', recipientId()),
      ),
    );
    assert.equal((await answer(code)).statusCode, 404);
    await commit(
      statement(query.deleteFrom('second_channel_secrets').where('recipientId', '=', recipientId())),
    );
    assert.deepEqual(seen(await open()), [403, 'needs-code']);
    const account = await query
      .selectFrom('account_addresses')
      .select('accountId')
      .where('canonicalAddress', '=', `jane${people}@mail.test`)
      .executeTakeFirstOrThrow();
    const planted = { recipientId: recipientId(), ...account, provenAt: 1, mac: Buffer.alloc(32) };
    await commit(statement(query.insertInto('second_channel_proofs').values(planted)));
    assert.equal((await open()).statusCode, 404);
  });
}
