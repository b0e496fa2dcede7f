import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { silentLog } from '#src/base/log.ts';

import { openForMigration } from '../sqlite/kysely-connection.ts';
import { openSqliteDatabase } from '../sqlite/open.ts';
import { migrations } from './list.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migration.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-secure-migrate-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

function makesTable(name: string, thenFails = false): Migration {
  return {
    name,
    async up(schema) {
      await schema.table(`table_${name}`).addColumn('id', 'text').execute();
      if (thenFails) throw new Error('the power went out');
    },
  };
}

test('each migration runs once, in order', async () => {
  const database = openForMigration(join(folder, 'once.sqlite'));
  const list = [makesTable('a'), makesTable('b')];
  assert.deepEqual(await migrate(database, 'sqlite', list), ['a', 'b']);
  assert.deepEqual(await migrate(database, 'sqlite', list), []);
  assert.deepEqual(await migrate(database, 'sqlite', [...list, makesTable('c')]), ['c']);
  await database.destroy();
});

test('one that died half-way left nothing and runs again; those before it do not', async () => {
  const database = openForMigration(join(folder, 'resumed.sqlite'));
  await assert.rejects(migrate(database, 'sqlite', [makesTable('a'), makesTable('b', true)]));
  assert.deepEqual(await migrate(database, 'sqlite', [makesTable('a'), makesTable('b')]), ['b']);
  await database.destroy();
});

test('a database of a newer program is refused and left as it is', async () => {
  const file = join(folder, 'newer.sqlite');
  const database = openForMigration(file);
  await migrate(database, 'sqlite', [...migrations, makesTable('9999-later')]);
  await database.destroy();
  await assert.rejects(openSqliteDatabase({ file, log: silentLog }), {
    code: 'database-too-new',
    message: /9999-later/u,
  });
});
