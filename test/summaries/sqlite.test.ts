import { after, before, describe } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { testSummaries } from './summaries-suite.ts';

let test: TestDatabase;
before(async () => {
  test = await openTestDatabase();
});
after(() => test.dispose());

describe('daily summaries on SQLite', () => {
  testSummaries(() => test.database);
});
