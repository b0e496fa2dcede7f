import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { AuditLog } from '#src/audit/audit-log.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { statement } from '#src/storage/database.ts';
import { openPortalWorld, TestBrowser, TestPage, type PortalWorld } from '#test/support/portal-world.ts';

import { keepHouse, REOPENABLE_MS } from './housekeeping.ts';

describe('housekeeping', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  const keep = () =>
    keepHouse({
      database: world.database,
      objects: world.objects,
      keys: world.keys,
      clock: world.clock,
      audit: new AuditLog({ database: world.database, clock: world.clock }),
      log: silentLog,
      mayDestroy: () => Promise.resolve(true),
    });

  async function wrapsOf(messageId: string): Promise<number> {
    const { query } = world.database;
    return (await query.selectFrom('wraps').select('id').where('messageId', '=', messageId).execute()).length;
  }

  async function hasContent(messageId: string): Promise<boolean> {
    const row = await world.database.query
      .selectFrom('messages')
      .select(['objectBytes', 'objectName'])
      .where('id', '=', messageId)
      .executeTakeFirstOrThrow();
    return row.objectBytes !== null || row.objectName !== null;
  }

  it('destroys wraps and content of a message past its date, and says so in the audit log', async () => {
    const message = await world.send(['jane@mail.test', 'john@mail.test']);
    world.clock.advance(365 * DAY_MS - 1);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 2);
    world.clock.advance(2);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 0);
    assert.equal(await hasContent(message.messageId), false);
    const entries = await world.database.query
      .selectFrom('audit_entries')
      .select('recipientId')
      .where('messageId', '=', message.messageId)
      .where('event', '=', 'content-destroyed')
      .execute();
    assert.equal(entries.filter(({ recipientId }) => recipientId !== null).length, 2);
    assert.equal(entries.filter(({ recipientId }) => recipientId === null).length, 1);
  });

  it('destroys one copy at its own earlier date and leaves the others', async () => {
    const message = await world.send(['one@mail.test'], { expiresAt: world.clock.now() + DAY_MS });
    const other = await world.send(['two@mail.test']);
    world.clock.advance(DAY_MS + REOPENABLE_MS - 2);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 1, 'its author may open it again');
    world.clock.advance(2);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 0);
    assert.equal(await wrapsOf(other.messageId), 1);
    assert.equal(await hasContent(other.messageId), true);
  });

  it('keeps no copy past its date beyond the message itself', async () => {
    const message = await world.send(['near@mail.test'], { expiresAt: world.clock.now() + 360 * DAY_MS });
    world.clock.advance(364 * DAY_MS);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 1);
    world.clock.advance(DAY_MS + 2);
    await keep();
    assert.equal(await wrapsOf(message.messageId), 0);
    assert.equal(await hasContent(message.messageId), false);
  });

  it('leaves no backlog, however much is done at once', async () => {
    const { query } = world.database;
    for (let i = 0; i < 205; i++) await world.send([`many-${i}@mail.test`], { content: 'short' });
    world.clock.advance(366 * DAY_MS);
    await keep();
    const left = await query
      .selectFrom('messages')
      .select('id')
      .where('objectBytes', 'is not', null)
      .execute();
    assert.equal(left.length, 0);
    assert.equal((await query.selectFrom('wraps').select('id').execute()).length, 0);
  });

  it('keeps what was opened late for 90 days from then', async () => {
    const message = await world.send(['late@mail.test']);
    const [copy] = message.copies;
    assert.ok(copy);
    world.clock.advance(364 * DAY_MS);
    const browser = new TestBrowser(world);
    await browser.register(copy);
    const { pageKey } = new TestPage();
    assert.equal(
      (await browser.post(`/api/messages/${message.messageId}/open`, { pageKey })).statusCode,
      200,
    );
    world.clock.advance(89 * DAY_MS);
    await keep();
    assert.equal(await hasContent(message.messageId), true);
    world.clock.advance(2 * DAY_MS);
    await keep();
    assert.equal(await hasContent(message.messageId), false);
  });

  it('forgets after two years whom an author wrote to', async () => {
    const { query, commit } = world.database;
    const now = world.clock.now();
    await commit(
      [now, now - DAY_MS].map((firstAt, n) =>
        statement(query.insertInto('known_recipients').values({ pairHash: Buffer.alloc(32, n), firstAt })),
      ),
    );
    const known = async () =>
      (await query.selectFrom('known_recipients').select('firstAt').execute()).map(({ firstAt }) => firstAt);
    await keep();
    assert.equal((await known()).length, 2);
    world.clock.advance(730 * DAY_MS);
    await keep();
    assert.deepEqual(await known(), [now]);
  });

  it('removes the file of destroyed content that a crash left behind', async () => {
    const message = await world.send(['crash@mail.test'], { content: Buffer.alloc(200_000, 'x') });
    const { query } = world.database;
    const { objectName, objectLength } = await query
      .selectFrom('messages')
      .select(['objectName', 'objectLength'])
      .where('id', '=', message.messageId)
      .executeTakeFirstOrThrow();
    assert.ok(objectName);
    const object = { storage: 'file', name: objectName, length: objectLength } as const;
    await world.database.commit([
      statement(query.deleteFrom('wraps').where('messageId', '=', message.messageId)),
      statement(query.updateTable('messages').set({ objectName: null }).where('id', '=', message.messageId)),
    ]);
    assert.equal((await world.objects.read(object, 0, 1)).length, 1);
    await keepHouse({
      database: world.database,
      objects: { ...world.objects, sweepOrphans: (isKnown) => world.objects.sweepOrphans(isKnown, -DAY_MS) },
      keys: world.keys,
      clock: world.clock,
      audit: new AuditLog({ database: world.database, clock: world.clock }),
      log: silentLog,
      mayDestroy: () => Promise.resolve(true),
    });
    await assert.rejects(world.objects.read(object, 0, 1), { code: 'object-missing' });
  });
});
