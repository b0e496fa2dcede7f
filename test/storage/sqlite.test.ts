import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { openDatabase } from '#src/storage/open-database.ts';

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
