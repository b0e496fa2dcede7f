import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test, type TestContext } from 'node:test';

import { Throttle } from '#src/accounts/throttle.ts';
import { DAY_MS, FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { openTestDatabase } from '#test/support/test-database.ts';

import { AuthorLimits, type AuthorLimitSettings } from './author-limits.ts';

const keys = {
  mac: (purpose: string, data: Uint8Array) => createHmac('sha256', purpose).update(data).digest(),
};
const ANN = 'ann.lee@hospital.test';

async function limitsFor(t: TestContext, settings: Partial<AuthorLimitSettings>) {
  const { database, dispose } = await openTestDatabase();
  t.after(dispose);
  const clock = new FakeClock();
  const limits = new AuthorLimits({
    database,
    keys,
    clock,
    throttle: new Throttle({ database, keys, clock }),
  });
  const all = {
    recipientsPerHour: 0,
    newRecipientsPerDay: 0,
    holdMs: 1,
    ...settings,
  };
  const count = (recipients: readonly string[], author = ANN) => limits.count(author, recipients, all);
  return { database, clock, limits, count };
}

const people = (first: number, howMany: number): string[] =>
  Array.from({ length: howMany }, (_, index) => `patient${first + index}@outside.example`);

test('recipients of an hour are counted for each author; what is over the limit counts nothing', async (t) => {
  const { clock, count } = await limitsFor(t, { recipientsPerHour: 5 });
  assert.equal(await count(people(0, 4)), null);
  assert.equal(await count(people(0, 2)), 'recipients-an-hour');
  assert.equal(await count(people(0, 1)), null);
  assert.equal(await count(people(0, 1)), 'recipients-an-hour');
  assert.equal(await count(people(0, 5), 'bob@hospital.test'), null);
  clock.advance(HOUR_MS);
  assert.equal(await count(people(0, 5)), null);
});

test('new recipients of a day are those that this author never wrote to', async (t) => {
  const { database, clock, limits, count } = await limitsFor(t, { newRecipientsPerDay: 3 });
  assert.equal(await count(people(0, 3)), null);
  assert.equal(await count(people(0, 3)), null);
  assert.equal(await count(people(0, 4)), 'new-recipients-a-day');
  assert.equal(await count(people(3, 1)), 'new-recipients-a-day');
  await database.commit(limits.remember(ANN, people(3, 1)));
  assert.equal(await count(people(0, 4)), null);
  clock.advance(DAY_MS);
  assert.equal(await count(people(4, 3)), null);
  const rows = await database.query.selectFrom('known_recipients').selectAll().execute();
  assert.equal(rows.length, 7);
  assert.doesNotMatch(JSON.stringify(rows), /patient/u);
});

test('mails at the same time can’t pass a limit together', async (t) => {
  const { count } = await limitsFor(t, { recipientsPerHour: 10, newRecipientsPerDay: 1_000 });
  const answers = await Promise.all(people(0, 40).map((address) => count([address])));
  assert.equal(answers.filter((limit) => limit === null).length, 10);
});

test('without limits nothing is counted and nothing is remembered', async (t) => {
  const { database, count } = await limitsFor(t, {});
  assert.equal(await count(people(0, 1_000)), null);
  assert.deepEqual(await database.query.selectFrom('known_recipients').selectAll().execute(), []);
  assert.deepEqual(await database.query.selectFrom('throttles').selectAll().execute(), []);
});
