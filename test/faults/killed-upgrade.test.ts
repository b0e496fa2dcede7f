/**
 * R29, as far as it goes before there is a second release: an upgrade that is killed goes on where it was. The process
 * dies inside one migration after the other, its statements done and its transaction open; the schema is the same as
 * after one undisturbed run. In the short form not in all of them.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';

import { migrations } from '#src/storage/migrations/list.ts';
import { startTestPostgres, type TestPostgres } from '#test/peers/postgres.ts';

import { inThisForm } from './form.ts';

const CHILD = fileURLToPath(new URL('migrating-child.ts', import.meta.url));
const LIMIT = { timeout: 180_000 };

/** What ended it. */
async function migrateAndDieIn(database: string, deadly: string): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, database, deadly], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? `${code}`;
}

async function dieInEachThenFinish(database: string): Promise<void> {
  for (const { name } of inThisForm(migrations, 9))
    assert.equal(await migrateAndDieIn(database, name), 'SIGKILL', name);
  assert.equal(await migrateAndDieIn(database, ''), '0');
}

describe('R29: an upgrade that is killed in its migrations', () => {
  let folder: string;
  let postgres: TestPostgres;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'send-secure-upgrade-'));
    postgres = await startTestPostgres();
  });
  after(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('ends with the same schema on SQLite', LIMIT, async () => {
    const [disturbed, undisturbed] = ['disturbed', 'undisturbed'].map((name) =>
      join(folder, `${name}.sqlite`),
    );
    await dieInEachThenFinish(disturbed ?? '');
    await migrateAndDieIn(undisturbed ?? '', '');
    const schema = (file = ''): unknown => {
      const database = new DatabaseSync(file, { readOnly: true });
      const rows = database.prepare('select type, name, sql from sqlite_schema order by type, name').all();
      database.close();
      return rows.map((row) => ({ ...row }));
    };
    assert.deepEqual(schema(disturbed), schema(undisturbed));
  });

  it('ends with the same schema on PostgreSQL', LIMIT, async () => {
    const [disturbed, undisturbed] = [
      await postgres.createDatabase('disturbed'),
      await postgres.createDatabase('undisturbed'),
    ];
    await dieInEachThenFinish(disturbed);
    await migrateAndDieIn(undisturbed, '');
    const schema = async (url: string): Promise<unknown> => {
      const client = new Client({ connectionString: url });
      await client.connect();
      const columns = `select table_name, column_name, data_type, is_nullable, column_default
        from information_schema.columns where table_schema = 'public' order by 1, 2`;
      const indexes = "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1";
      const found = [(await client.query(columns)).rows, (await client.query(indexes)).rows];
      await client.end();
      return found;
    };
    const [one, other] = [await schema(disturbed), await schema(undisturbed)];
    assert.deepEqual(one, other);
    assert.match(JSON.stringify(one), /"table_name":"recipients"/u);
  });
});
