import { after, before, describe } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { testMessageActions } from './actions-suite.ts';
import { testHelpDesk } from './help-desk-suite.ts';
import { testMyMessages } from './my-messages-suite.ts';
import { testOtherWays } from './other-ways-suite.ts';
import { testAccessRequests } from './requests-suite.ts';

let fixture: TestDatabase;
before(async () => {
  fixture = await openTestDatabase();
});
after(() => fixture.dispose());

describe('an author’s messages on SQLite', () => {
  testMyMessages(() => fixture.database);
});

describe('what authors do about a recipient on SQLite', () => {
  testMessageActions(() => fixture.database);
});

describe('answers to recipients who ask on SQLite', () => {
  testAccessRequests(() => fixture.database);
});

describe('other ways than the site on SQLite', () => {
  testOtherWays(() => fixture.database);
});

describe('the help desk on SQLite', () => {
  testHelpDesk(() => fixture.database);
});
