import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { openTestDatabase } from '#test/support/test-database.ts';

import { openSqliteDatabase } from './open.ts';

test('the write connection syncs every commit, zeroes what is deleted and checks foreign keys', async () => {
  const { database, dispose } = await openTestDatabase();
  const [result] = await database.commit([
    {
      sql: `select (select synchronous from pragma_synchronous) as "synchronous",
                   (select secure_delete from pragma_secure_delete) as "secureDelete",
                   (select foreign_keys from pragma_foreign_keys) as "foreignKeys",
                   (select journal_mode from pragma_journal_mode) as "journalMode"`,
      parameters: [],
    },
  ]);
  assert.deepEqual(result?.rows, [{ synchronous: 2, secureDelete: 1, foreignKeys: 1, journalMode: 'wal' }]);
  await dispose();
});

test('a second opening of the same file is refused until the first is closed', async () => {
  const { database, folder, dispose } = await openTestDatabase();
  const file = join(folder, 'send-secure.sqlite');
  await assert.rejects(openSqliteDatabase({ file, log: silentLog }), { code: 'database-in-use' });
  // The refused one must not have dropped the first one's lock.
  await assert.rejects(openSqliteDatabase({ file, log: silentLog }), { code: 'database-in-use' });
  await database.close();
  const again = await openSqliteDatabase({ file, log: silentLog });
  await again.close();
  await dispose();
});
