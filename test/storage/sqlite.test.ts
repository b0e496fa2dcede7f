import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { openTestDatabase } from '#test/support/test-database.ts';

import { testDatabase } from './database-suite.ts';

describe('a SQLite database', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'send-secure-sqlite-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  testDatabase({
    open: () => openDatabase({ setting: 'sqlite', dataDir: join(folder, 'data'), log: silentLog }),
  });
});

test('what is due is found by an index, however many deliveries there are (claim)', async () => {
  const { database, dispose } = await openTestDatabase();
  const due = database.query
    .selectFrom('deliveries')
    .select('id')
    .where('state', '=', 'queued')
    .where('nextAttemptAt', '<=', 1)
    .where((eb) => eb.or([eb('leaseUntil', 'is', null), eb('leaseUntil', '<', 1)]))
    .orderBy('nextAttemptAt')
    .limit(1);
  const { sql, parameters } = due.compile();
  const [plan] = await database.commit([{ sql: `explain query plan ${sql}`, parameters }]);
  // One line: a search, and no step that sorts.
  assert.deepEqual(
    plan?.rows.map((row) => row['detail']),
    ['SEARCH deliveries USING INDEX deliveries_by_state_nextAttemptAt (state=? AND nextAttemptAt<?)'],
  );
  await dispose();
});
