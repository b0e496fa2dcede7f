/** The reader's whole way on PostgreSQL, where units of work run side by side: what must happen once happens once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { HOUR_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { addFile, keepGroup, listFiles, openFile } from '#src/replies/draft-files.ts';
import { openDraft, type DraftOwner } from '#src/replies/drafts.ts';
import { encryptChunked } from '#src/sealing/chunked-encryption.ts';
import { draftFileContext } from '#src/sealing/contexts.ts';
import { ExpectationFailed, type Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';
import { codeOfApp, secretOf } from '#test/support/authenticator-app.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  readStreamByChunks,
  TestBrowser,
  TestPage,
  type PortalWorld,
} from '#test/support/portal-world.ts';

describe('the portal on PostgreSQL', () => {
  let server: TestPostgres;
  let database: Database;
  let world: PortalWorld;
  before(async () => {
    server = await startTestPostgres();
    database = await openDatabase({ setting: server.url, dataDir: '/nonexistent', log: silentLog });
    world = await openPortalWorld({ database });
  });
  after(async () => {
    await world.dispose();
    await database.close();
    await server.stop();
  });

  it('registers, lists, opens and fetches; thirty openings at once make one receipt', async () => {
    const message = await world.send(['reader@mail.test'], { content: 'y'.repeat(20_000) });
    const [copy] = message.copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    assert.equal((await browser.register(copy)).statusCode, 201);
    const page = new TestPage();
    const list = (await browser.post('/api/messages', { pageKey: page.pageKey })).json();
    assert.deepEqual(
      list.messages.map((listed: { id: string }) => listed.id),
      [message.messageId],
    );
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        browser.post(`/api/messages/${message.messageId}/open`, { pageKey: page.pageKey }),
      ),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.statusCode))], [200]);
    const opened = answers[0]?.json();
    const contentKey = await page.openKey('content-key', opened.contentKey, opened);
    assert.deepEqual(await readStreamByChunks(browser, opened, contentKey, 'content'), message.content);
    const receipts = await database.query
      .selectFrom('deliveries')
      .select('id')
      .where('kind', '=', 'opened')
      .execute();
    assert.equal(receipts.length, 1);
  });

  it('W11: one code of an app, and one recovery code, let one of twenty in', async () => {
    const [copy] = (await world.send(['app@mail.test'])).copies;
    assert.ok(copy);
    const owner = new TestBrowser(world);
    await owner.register(copy);
    const secret = secretOf((await owner.post('/api/account/second-factor/setup')).json());
    const on = await owner.post('/api/account/second-factor', { code: codeOfApp(secret, world.clock) });
    const browsers = Array.from({ length: 5 }, () => new TestBrowser(world));
    const codes = [() => codeOfApp(secret, world.clock), () => String(on.json().recoveryCodes[0])];
    for (const codeNow of codes) {
      // Past what wrong tries have to wait for.
      world.clock.advance(HOUR_MS);
      const code = codeNow();
      for (const browser of browsers)
        await browser.post('/api/session', { address: copy.address, password: GOOD_PASSWORD });
      const twenty = Array.from({ length: 4 }, () => browsers).flat();
      const answers = await Promise.all(
        twenty.map((browser) => browser.post('/api/session/second-factor', { code })),
      );
      assert.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1);
    }
  });

  it('keeps files of an answer within their limits, and each group once', async () => {
    const owner = await writerOf(world);
    const context = { database, keys: world.keys, clock: world.clock, random: systemRandom };
    const draft = await openDraft(context, owner);
    const announce = async (sizeBytes: number) => {
      const { id, statements } = addFile(context, draft, sizeBytes, 1_000);
      await database.commit(statements);
      return id;
    };
    const id = await announce(900);
    await assert.rejects(announce(101), ExpectationFailed);
    await announce(100);
    const content = Buffer.alloc(900, 'file');
    const sealed = encryptChunked(draft.key, draftFileContext({ ...draft, fileId: id }), content);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => keepGroup(database, draft, id, 0, sealed)),
    );
    assert.deepEqual([...new Set(answers)], ['kept']);
    // Announced in one millisecond of the fixed clock, so their order is that of random numbers.
    const files = await listFiles(database, draft.draftId);
    assert.equal(files.length, 2);
    assert.deepEqual(
      files.find((file) => file.id === id),
      { id, sizeBytes: 900, isComplete: true },
    );
    assert.equal(files.find((file) => file.id !== id)?.isComplete, false);
    const stream = await openFile(database, draft, { id, sizeBytes: 900, isComplete: true });
    assert.deepEqual(await stream.readRange(0, 900), content);
  });

  it('counts guesses at codes and passwords one by one', async () => {
    const [copy] = (await world.send(['guessed@mail.test'])).copies;
    assert.ok(copy);
    const browser = new TestBrowser(world);
    const sent = await Promise.all(
      Array.from({ length: 9 }, () => browser.post(`/api/links/${copy.token}/code`)),
    );
    assert.equal(sent.filter((answer) => answer.statusCode === 202).length, 5);
    const guesses = await Promise.all(
      Array.from({ length: 15 }, () =>
        browser.post(`/api/links/${copy.token}/code/verify`, { code: 'none' }),
      ),
    );
    assert.ok(guesses.filter((answer) => answer.statusCode === 422).length <= 4);
    const tries = await Promise.all(
      Array.from({ length: 20 }, () =>
        browser.post('/api/session', { address: 'guessed@mail.test', password: 'wrong' }),
      ),
    );
    assert.equal(tries.filter((answer) => answer.statusCode === 401).length, 10);
  });

  it('of two registrations at once keeps one, and a reset ends its sessions', async () => {
    const address = 'twice@mail.test';
    const copies = [...(await world.send([address])).copies, ...(await world.send([address])).copies];
    const browsers: TestBrowser[] = [];
    for (const copy of copies) {
      const browser = new TestBrowser(world);
      await browser.post(`/api/links/${copy.token}/code`);
      await browser.post(`/api/links/${copy.token}/code/verify`, { code: world.lastCode(address) });
      browsers.push(browser);
    }
    const answers = await Promise.all(
      browsers.map((browser) => browser.post('/api/registration/password', { password: GOOD_PASSWORD })),
    );
    assert.deepEqual(answers.map((answer) => answer.statusCode).toSorted(), [201, 409]);
    const other = new TestBrowser(world);
    await other.post('/api/reset', { address });
    await world.portal.settled();
    await other.post('/api/reset/verify', { code: world.lastCode(address) });
    const reset = await other.post('/api/reset/password', { password: 'an entirely new sentence' });
    assert.equal(reset.statusCode, 200);
    for (const browser of browsers) {
      assert.equal((await browser.get('/api/session')).json().signedIn, false);
    }
  });

  it('W06: what was there before a reset rests, and is proven or given again once', async () => {
    const [copy] = (await world.send(['rests@mail.test'])).copies;
    assert.ok(copy);
    const before = new TestBrowser(world);
    await before.register(copy);
    await before.post('/api/account/addresses/code', { address: 'second@mail.test' });
    await before.post('/api/account/addresses/verify', { code: world.lastCode('second@mail.test') });
    const leave = { address: copy.address, reader: 'reader@mail.test', until: null };
    assert.equal((await before.post('/api/access/give', leave)).statusCode, 200);
    world.clock.advance(1000);
    const owner = new TestBrowser(world);
    await owner.post('/api/reset', { address: copy.address });
    await world.portal.settled();
    await owner.post('/api/reset/verify', { code: world.lastCode(copy.address) });
    await owner.post('/api/reset/password', { password: 'an entirely new sentence' });
    const account = async () => {
      const { addresses, readers } = (await owner.get('/api/account')).json() as {
        addresses: { confirmed: boolean }[];
        readers: { id: string; state: string }[];
      };
      return { confirmed: addresses.filter(({ confirmed }) => confirmed).length, readers };
    };
    const resting = await account();
    assert.deepEqual([resting.confirmed, resting.readers[0]?.state], [1, 'rests']);
    world.clock.advance(1000);
    const again = { id: resting.readers[0]?.id, allow: true };
    const answers = await Promise.all([0, 1].map(() => owner.post('/api/access/answer', again)));
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).toSorted(), [200, 404]);
    await owner.post('/api/account/addresses/code', { address: 'second@mail.test' });
    await owner.post('/api/account/addresses/verify', { code: world.lastCode('second@mail.test') });
    const proven = await account();
    assert.deepEqual([proven.confirmed, proven.readers[0]?.state], [2, 'given']);
  });
});

/** A registered reader of a message of their own. */
async function writerOf(world: PortalWorld): Promise<DraftOwner> {
  const message = await world.send(['writer@mail.test']);
  const [copy] = message.copies;
  assert.ok(copy);
  await new TestBrowser(world).register(copy);
  const account = await world.database.query
    .selectFrom('account_addresses')
    .select('accountId')
    .where('canonicalAddress', '=', 'writer@mail.test')
    .executeTakeFirstOrThrow();
  return { accountId: account.accountId, recipientId: copy.recipientId, messageId: message.messageId };
}
