/**
 * node:sqlite in the form that Kysely's SQLite dialect asks for. The reading connection refuses to begin a
 * transaction: it is shared by all readers of the thread, and an open one would show each of them an old state.
 */
import { DatabaseSync } from 'node:sqlite';

import type { SqliteDatabase } from 'kysely';
import { Kysely, SqliteDialect } from 'kysely';

import { CodedError } from '#src/base/coded-error.ts';

import { checkedParameters } from '../parameters.ts';
import type { Tables } from '../tables.ts';
import { plainRow } from './rows.ts';
import { StatementCache } from './write-connection.ts';

const READ_BUSY_TIMEOUT_MS = 2_000;

export interface Reader {
  readonly query: Kysely<Tables>;
  close(): void;
}

/** Kysely over a connection that can only read, in the calling thread. The file must exist. */
export function openReader(file: string): Reader {
  const database = new DatabaseSync(file, { readOnly: true, timeout: READ_BUSY_TIMEOUT_MS });
  return {
    query: new Kysely<Tables>({ dialect: new SqliteDialect({ database: kyselyDatabase(database, true) }) }),
    // Not Kysely's `destroy`: it does nothing before the first query.
    close() {
      if (database.isOpen) database.close();
    },
  };
}

/** Kysely over a connection that can write; for migrations only. */
export function openForMigration(file: string): Kysely<unknown> {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA secure_delete = ON');
  } catch (error) {
    database.close();
    throw error;
  }
  return new Kysely<unknown>({ dialect: new SqliteDialect({ database: kyselyDatabase(database, false) }) });
}

function kyselyDatabase(database: DatabaseSync, readOnly: boolean): SqliteDatabase {
  const cache = new StatementCache(database);
  return {
    close: () => {
      database.close();
    },
    prepare(sql) {
      const { statement, returnsRows } = cache.get(sql);
      if (readOnly && !returnsRows)
        throw new CodedError('read-only', 'this connection only reads; use commit for what changes rows');
      const all = (parameters: readonly unknown[]) =>
        statement.all(...checkedParameters(parameters)).map(plainRow);
      return {
        reader: returnsRows,
        all,
        run: (parameters) => statement.run(...checkedParameters(parameters)),
        // All rows at once: a cursor left open would hold this connection, and every reader on it, at an old state.
        iterate: (parameters) => all(parameters).values(),
      };
    },
  };
}
