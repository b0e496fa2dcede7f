/** Picks the database that `[storage] database` names. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CodedError } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { Database } from './database.ts';
import { makeFolderDurably } from './durable-file.ts';
import { openReader } from './sqlite/kysely-connection.ts';
import { openSqliteDatabase } from './sqlite/open.ts';

export interface DatabaseSettings {
  /** `sqlite`, or the URL of a PostgreSQL database (`postgres://user@host/db`). */
  readonly setting: string;
  /** Folder of the SQLite file; made where it is missing. */
  readonly dataDir: string;
  readonly log: Log;
}

/** For commands that only look: works beside a running gateway. Throws CodedError `database-missing` or `database-setting`. */
export async function openDatabaseForReading({
  setting,
  dataDir,
  log,
}: DatabaseSettings): Promise<ReadingDatabase> {
  if (setting !== 'sqlite') return openDatabase({ setting, dataDir, log });
  const file = join(dataDir, 'send-secure.sqlite');
  if (!existsSync(file)) throw new CodedError('database-missing', `there is no database at ${file}`);
  const reader = openReader(file);
  return {
    query: reader.query,
    close() {
      reader.close();
      return Promise.resolve();
    },
  };
}

export type ReadingDatabase = Pick<Database, 'query' | 'close'>;

/** Throws as the two ways of opening do, and CodedError `database-setting` for a setting that is neither. */
export async function openDatabase({ setting, dataDir, log }: DatabaseSettings): Promise<Database> {
  if (setting === 'sqlite') {
    await makeFolderDurably(dataDir);
    return openSqliteDatabase({ file: join(dataDir, 'send-secure.sqlite'), log });
  }
  if (/^postgres(?:ql)?:\/\//u.test(setting)) {
    const { openPostgresDatabase } = await import('./postgres/open.ts');
    return openPostgresDatabase({ url: setting, log });
  }
  throw new CodedError('database-setting', 'storage.database is neither "sqlite" nor a postgres:// URL');
}
