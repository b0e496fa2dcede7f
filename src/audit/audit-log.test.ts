import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';

import { FakeClock } from '#src/base/clock.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { AuditLog, leafHash } from './audit-log.ts';

suite('audit log', () => {
  let test_: TestDatabase;
  before(async () => {
    test_ = await openTestDatabase();
  });
  after(() => test_.dispose());

  test('an entry is kept with a salted leaf that fits it and no other', async () => {
    const { database } = test_;
    const audit = new AuditLog({ database, clock: new FakeClock(1_000) });
    await audit.record({
      event: 'message-accepted',
      messageId: 'M',
      facts: { bytes: 7, reversePath: 'a@b.test' },
    });
    const row = await database.query
      .selectFrom('audit_entries')
      .selectAll()
      .where('messageId', '=', 'M')
      .executeTakeFirstOrThrow();
    assert.deepEqual(JSON.parse(row.entry), {
      at: 1_000,
      event: 'message-accepted',
      facts: { bytes: 7, reversePath: 'a@b.test' },
      id: row.id,
      message: 'M',
    });
    assert.equal(row.salt.length, 32);
    assert.ok(leafHash(row.salt, row.entry).equals(row.leaf));
    assert.ok(!leafHash(row.salt, row.entry.replace('7', '8')).equals(row.leaf));
  });

  test('an entry lives and dies with the unit of work it is part of', async () => {
    const { database } = test_;
    const audit = new AuditLog({ database, clock: new FakeClock() });
    const impossible = { sql: 'update accounts set state = state', parameters: [], expect: { exactly: 1 } };
    await assert.rejects(database.commit([audit.entry({ event: 'signed-in', accountId: 'A' }), impossible]));
    const kept = await database.query
      .selectFrom('audit_entries')
      .selectAll()
      .where('accountId', '=', 'A')
      .execute();
    assert.deepEqual(kept, []);
  });
});
