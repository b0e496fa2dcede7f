import { after, before, describe } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { testDirectory } from './directory-suite.ts';
import { testPartnerList } from './partner-list-suite.ts';

let fixture: TestDatabase;
before(async () => {
  fixture = await openTestDatabase();
});
after(() => fixture.dispose());

describe('the managed list on SQLite', () => {
  testPartnerList(() => fixture.database);
});

describe('the directory on SQLite', () => {
  testDirectory(() => fixture.database);
});
