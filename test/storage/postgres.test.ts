import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { migrations } from '#src/storage/migrations/list.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import type { TestPostgres } from '#test/peers/postgres.ts';
import { startTestPostgres } from '#test/peers/postgres.ts';

import { testDatabase } from './database-suite.ts';

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(async () => {
  await server.stop();
});

const open = (setting: string) => openDatabase({ setting, dataDir: '/nonexistent', log: silentLog });

describe('a PostgreSQL database', () => {
  testDatabase({ open: () => open(server.url) });
});

test('many processes that start at once migrate once', async () => {
  const url = await server.createDatabase('start_at_once');
  const databases = await Promise.all(Array.from({ length: 4 }, () => open(url)));
  const applied = await databases[0]?.query
    .$extendTables<{ schema_migrations: { name: string } }>()
    .selectFrom('schema_migrations')
    .select('name')
    .orderBy('name')
    .execute();
  assert.deepEqual(
    applied,
    migrations.map(({ name }) => ({ name })),
  );
  await Promise.all(databases.map((database) => database.close()));
});

test('a server that answers before it syncs is refused', async () => {
  const careless = new URL(await server.createDatabase('no_sync'));
  careless.searchParams.set('options', '-c synchronous_commit=off');
  await assert.rejects(open(careless.href), { code: 'database-not-durable', message: /synchronous_commit/u });
});

test('a server that is away makes units fail as unavailable, and is used again when it is back (R03)', async () => {
  const url = await server.createDatabase('comes_back');
  const database = await open(url);
  const write = (key: string) =>
    database.commit([
      {
        sql: 'insert into throttles (key, "windowStart", count) values ($1, 0, 1)',
        parameters: [Buffer.from(key)],
      },
    ]);
  await write('before');
  await server.kill9();
  await assert.rejects(write('away'), { code: 'database-unavailable' });
  await assert.rejects(database.query.selectFrom('throttles').selectAll().execute(), {
    code: 'database-unavailable',
  });
  await assert.rejects(open(url), { code: 'database-unavailable' });
  await server.restart();
  await write('after');
  const rows = await database.query.selectFrom('throttles').select('key').orderBy('key').execute();
  assert.deepEqual(
    rows.map((row) => Buffer.from(row.key).toString()),
    ['after', 'before'],
  );
  await database.close();
});
