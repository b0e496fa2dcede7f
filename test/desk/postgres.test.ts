import { after, before, describe } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';

import { testMessageActions } from './actions-suite.ts';
import { testHelpDesk } from './help-desk-suite.ts';
import { testMyMessages } from './my-messages-suite.ts';
import { testOtherWays } from './other-ways-suite.ts';
import { testAccessRequests } from './requests-suite.ts';

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

describe('an author’s messages on PostgreSQL', () => {
  testMyMessages(() => database);
});

describe('what authors do about a recipient on PostgreSQL', () => {
  testMessageActions(() => database);
});

describe('answers to recipients who ask on PostgreSQL', () => {
  testAccessRequests(() => database);
});

describe('other ways than the site on PostgreSQL', () => {
  testOtherWays(() => database);
});

describe('the help desk on PostgreSQL', () => {
  testHelpDesk(() => database);
});
