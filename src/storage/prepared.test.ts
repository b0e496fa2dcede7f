import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openTestDatabase, type TestDatabase } from '#test/support/test-database.ts';

import { exactlyOne, statement } from './database.ts';
import { insertRows, preparedQuery, preparedStatement } from './prepared.ts';

let world: TestDatabase;
before(async () => {
  world = await openTestDatabase();
});
after(() => world.dispose());

const NOW = 1_700_000_000_000;
const thread = (n: number) => ({
  messageIdHash: Buffer.of(n),
  messageId: `message ${n}`,
  createdAt: NOW + n,
});

test('an insert is what Kysely compiles, and its rows arrive', async () => {
  const { query } = world.database;
  const rows = [thread(1), thread(2)];
  const expected = statement(query.insertInto('secured_threads').values(rows), { exactly: 2 });
  for (let run = 0; run < 2; run++) assert.deepEqual(insertRows(query, 'secured_threads', rows), [expected]);
  await world.database.commit(insertRows(query, 'secured_threads', rows));
  assert.deepEqual(await query.selectFrom('secured_threads').selectAll().execute(), rows);
});

test('many rows become several statements', () => {
  const rows = Array.from({ length: 1_001 }, (_, n) => thread(n));
  const statements = insertRows(world.database.query, 'secured_threads', rows);
  assert.deepEqual(
    statements.map(({ expect }) => expect),
    [{ exactly: 500 }, { exactly: 500 }, { exactly: 1 }],
  );
  assert.equal(statements[2]?.parameters.length, 3);
});

test('a row that names other columns or lacks a value is refused, never filled up', () => {
  const { query } = world.database;
  insertRows(query, 'secured_threads', [thread(1), thread(2)]);
  const { createdAt: _, ...shorter } = thread(2);
  assert.throws(() => insertRows(query, 'secured_threads', [thread(1), shorter as never]), TypeError);
  const empty = { ...thread(2), createdAt: undefined };
  assert.throws(() => insertRows(query, 'secured_threads', [thread(1), empty as never]), TypeError);
});

const rename = preparedStatement<{ to: string; from: string }>(
  (query, value) =>
    query
      .updateTable('secured_threads')
      .set({ messageId: value('to'), createdAt: NOW })
      .where('messageId', '=', value('from'))
      .where('createdAt', '>', 5),
  exactlyOne,
);

test('a statement takes its values at their places, beside its constants', () => {
  const { query } = world.database;
  const first = rename(query, { to: 'b', from: 'a' });
  const second = rename(query, { from: 'c', to: 'd' });
  assert.equal(first.sql, second.sql);
  assert.deepEqual(first.parameters, ['b', NOW, 'a', 5]);
  assert.deepEqual(second, { sql: first.sql, parameters: ['d', NOW, 'c', 5], expect: exactlyOne });
  assert.throws(() => rename(query, { to: 'b' } as never), TypeError);
});

const findThread = preparedQuery<{ hash: Uint8Array }, { messageId: string }>((query, value) =>
  query.selectFrom('secured_threads').select('messageId').where('messageIdHash', '=', value('hash')),
);

test('a query gives the rows of its values', async () => {
  const { query } = world.database;
  await world.database.commit(insertRows(query, 'secured_threads', [thread(7), thread(8)]));
  assert.deepEqual(await findThread(query, { hash: Buffer.of(8) }), [{ messageId: 'message 8' }]);
  assert.deepEqual(await findThread(query, { hash: Buffer.of(7) }), [{ messageId: 'message 7' }]);
  assert.deepEqual(await findThread(query, { hash: Buffer.of(9) }), []);
});
