/**
 * A fresh database for tests of what stores things: SQLite in a temporary folder, or where `TEST_DATABASE` names a
 * PostgreSQL database (its URL), a copy of it on the same server. `test/storage/same-on-postgres.test.ts` runs tests a second
 * time that way.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Log } from '#src/base/log.ts';
import { silentLog } from '#src/base/log.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';
import { openSqliteDatabase } from '#src/storage/sqlite/open.ts';

export interface TestDatabase {
  readonly database: Database;
  /** Holds the database file, if there is one; also a place for objects. */
  readonly folder: string;
  dispose(): Promise<void>;
}

export async function openTestDatabase(log: Log = silentLog): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'send-secure-test-'));
  const server = process.env['TEST_DATABASE'];
  const made = server === undefined ? null : await createDatabase(server);
  const database =
    made === null
      ? await openSqliteDatabase({ file: join(folder, 'send-secure.sqlite'), log })
      : await openDatabase({ setting: made.url, dataDir: folder, log });
  return {
    database,
    folder,
    async dispose() {
      await database.close();
      await made?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A copy of the database that `server` names: it has the tables already. Nobody may be connected to that one. */
async function createDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const { Client } = await import('pg');
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const run = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: inDatabase(server, 'template1') });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`create database ${name} template ${new URL(server).pathname.slice(1)}`);
  return { url: inDatabase(server, name), drop: () => run(`drop database ${name} with (force)`) };
}

function inDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
