import { after, before, describe } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';

import { testSummaries } from './summaries-suite.ts';

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

describe('daily summaries on PostgreSQL', () => {
  testSummaries(() => database);
});
