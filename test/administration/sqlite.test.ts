import { after, before, describe } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { testPeople } from './people-suite.ts';
import { testTracking } from './tracking-suite.ts';
import { testTwoPeople } from './two-people-suite.ts';

let fixture: TestDatabase;
before(async () => {
  fixture = await openTestDatabase();
});
after(() => fixture.dispose());

describe('two people on SQLite', () => {
  testTwoPeople(() => fixture.database);
});

describe('tracking on SQLite', () => {
  testTracking(() => fixture.database);
});

describe('accounts on SQLite', () => {
  testPeople(() => fixture.database);
});
