/** A fresh SQLite database in a temporary folder, for tests of what stores things. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Log } from '#src/base/log.ts';
import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { openSqliteDatabase } from '#src/storage/sqlite/open.ts';

export interface TestDatabase {
  readonly database: Database;
  /** Holds the database file; also a place for objects. */
  readonly folder: string;
  dispose(): Promise<void>;
}

export async function openTestDatabase(log: Log = silentLog): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'send-secure-test-'));
  const database = await openSqliteDatabase({ file: join(folder, 'send-secure.sqlite'), log });
  return {
    database,
    folder,
    async dispose() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
