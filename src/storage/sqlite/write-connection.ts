/**
 * The only connection that writes. What durability and erasure rest on is set here and read back, because SQLite
 * ignores a pragma it does not like without a word.
 */
import type { StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';

import { CodedError } from '#src/base/coded-error.ts';

import { checkedParameters } from '../parameters.ts';
import type { Row } from './rows.ts';
import { plainRow } from './rows.ts';

/** What a batch needs of a connection; a test may fail where it likes. */
export interface WriteConnection {
  exec(sql: string): void;
  run(sql: string, parameters: readonly unknown[]): { rowCount: number; rows: Row[] };
  readonly isTransaction: boolean;
  close(): void;
}

const BUSY_TIMEOUT_MS = 5_000;
const CACHED_STATEMENTS = 500;

const pragmas: readonly (readonly [name: string, value: string, readBack: unknown])[] = [
  ['journal_mode', 'WAL', 'wal'],
  // COMMIT returns after the log is on the disk.
  ['synchronous', 'FULL', 2],
  // macOS: a sync that reaches the platter, not only the drive.
  ['fullfsync', 'ON', 1],
  // Deleted wraps and rows are overwritten with zeros.
  ['secure_delete', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  // No second file that could keep what was deleted.
  ['temp_store', 'MEMORY', 2],
  // Pages that are asked for again and again (32 MB): hashed keys lie all over their indexes.
  ['cache_size', '-32000', -32_000],
  // The log is folded into the file after 16 MB instead of 4, so that pages changed often are copied once.
  ['wal_autocheckpoint', '4000', 4_000],
];

/**
 * Opens (and makes) the file. Throws what node:sqlite throws, CodedError `database-not-durable`, or `database-busy`
 * where another program keeps a read open.
 */
export function openWriteConnection(
  file: string,
  { busyTimeoutMs = BUSY_TIMEOUT_MS }: { busyTimeoutMs?: number } = {},
): WriteConnection {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    for (const [name, value, readBack] of pragmas) {
      database.exec(`PRAGMA ${name} = ${value}`);
      const row = database.prepare(`PRAGMA ${name}`).get();
      if (row?.[name] === readBack) continue;
      throw new CodedError('database-not-durable', `SQLite does not accept ${name} = ${value} for this file`);
    }
    startFreshLog(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return connectionOver(database);
}

/**
 * Copies the log into the database file, synced, and cuts it to nothing. A log found here may hold frames whose sync
 * failed: they read well from memory and may be missing on the disk. New commits must not follow them in one log,
 * because after a power cut SQLite reads a log only up to the first bad frame.
 */
function startFreshLog(database: DatabaseSync): void {
  const result = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (result?.['busy'] === 0) return;
  throw new CodedError('database-busy', 'another program keeps a read of the database file open; end it');
}

function connectionOver(database: DatabaseSync): WriteConnection {
  const cache = new StatementCache(database);
  return {
    exec: (sql) => database.exec(sql),
    run(sql, parameters) {
      const { statement, returnsRows } = cache.get(sql);
      const values = checkedParameters(parameters);
      if (!returnsRows) return { rowCount: Number(statement.run(...values).changes), rows: [] };
      const rows = statement.all(...values).map(plainRow);
      return { rowCount: rows.length, rows };
    },
    get isTransaction() {
      return database.isTransaction;
    },
    close: () => database.close(),
  };
}

interface CachedStatement {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** Prepared statements by their SQL; the one unused for longest goes first. */
export class StatementCache {
  readonly #database: DatabaseSync;
  readonly #cached = new Map<string, CachedStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): CachedStatement {
    const known = this.#cached.get(sql);
    if (known !== undefined) {
      this.#cached.delete(sql);
      this.#cached.set(sql, known);
      return known;
    }
    const statement = this.#database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    this.#cached.set(sql, prepared);
    if (this.#cached.size > CACHED_STATEMENTS) this.#dropOldest();
    return prepared;
  }

  #dropOldest(): void {
    const [oldest] = this.#cached.keys();
    if (oldest !== undefined) this.#cached.delete(oldest);
  }
}
