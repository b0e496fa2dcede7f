/**
 * A SQLite database: one lock for the process, migrations, then a writer thread for units of work and a reading
 * connection in the calling thread. What `commit` has answered, the next read sees.
 */
import { open } from 'node:fs/promises';

import { CodedError, errorCode } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { Database } from '../database.ts';
import { migrate } from '../migrations/migrate.ts';
import { errorOf, failureOf } from './errors.ts';
import { takeFolderLock } from './folder-lock.ts';
import { openForMigration, openReader } from './kysely-connection.ts';
import { SqliteWriter } from './writer.ts';

export interface SqliteSettings {
  /** Path of the database file; its folder must exist. `<file>.lock` lies beside it. */
  readonly file: string;
  readonly log: Log;
  /** Units of work committed with one sync at most; default 64. */
  readonly maxBatch?: number;
}

const DEFAULT_MAX_BATCH = 64;

/**
 * Throws CodedError `database-in-use` or `database-too-new`, or DatabaseUnavailable (also where the file can't be
 * made durable).
 */
export async function openSqliteDatabase(settings: SqliteSettings): Promise<Database> {
  const { file, log } = settings;
  // Made here for its permissions; SQLite gives its log and index files the same.
  await makeOwnerOnly(file);
  await makeOwnerOnly(`${file}.lock`);
  const lock = takeFolderLock(`${file}.lock`);
  try {
    await runMigrations(file, log);
    const writer = new SqliteWriter({ file, maxBatch: settings.maxBatch ?? DEFAULT_MAX_BATCH }, log);
    await writer.start();
    const reader = openReader(file);
    return {
      dialect: 'sqlite',
      query: reader.query,
      commit: (statements) => writer.commit(statements),
      async close() {
        await writer.drain();
        // Before the writer, so that the writer closes last and folds the log into the database file.
        reader.close();
        await writer.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error instanceof CodedError ? error : errorOf(failureOf(error));
  }
}

/**
 * Only where the file is missing: closing a second descriptor of a file that SQLite has open in this process would
 * drop SQLite's locks on it (POSIX advisory locks belong to the process).
 */
async function makeOwnerOnly(file: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function runMigrations(file: string, log: Log): Promise<void> {
  const database = openForMigration(file);
  try {
    const applied = await migrate(database, 'sqlite');
    if (applied.length > 0) log.info('the database schema was brought up to date', { count: applied.length });
  } finally {
    await database.destroy();
  }
}
