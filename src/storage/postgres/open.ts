/**
 * A PostgreSQL database: a pool of connections that write, each unit of work one transaction, and a pool of
 * connections that only read. A server that would answer before it has synced is refused.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient } from 'pg';

import { CodedError } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { Database } from '../database.ts';
import { migrate } from '../migrations/migrate.ts';
import { checkedParameters } from '../parameters.ts';
import type { Tables } from '../tables.ts';
import { loadDriver, openPool } from './driver.ts';
import { errorOf, sqlState } from './errors.ts';
import { commitUnit } from './unit.ts';

export interface PostgresSettings {
  /** `postgres://user:password@host:port/database`, with what pg understands behind `?` (sslmode, …). */
  readonly url: string;
  readonly log: Log;
  /** Connections that write, and as many that read; default 10. */
  readonly poolSize?: number;
}

const DEFAULT_POOL_SIZE = 10;

/**
 * Throws CodedError `postgres-driver-missing`, `database-not-durable`, `database-encoding`, `database-too-new`, or
 * DatabaseUnavailable.
 */
export async function openPostgresDatabase(settings: PostgresSettings): Promise<Database> {
  const { url, log, poolSize = DEFAULT_POOL_SIZE } = settings;
  const driver = await loadDriver();
  const lost = (error: Error) => {
    log.warn('a connection to the database was lost', { error: errorOf(error) });
  };
  const writers = openPool(driver, { url, size: poolSize, pipeline: true, timeouts: true, lost });
  const readers = openPool(driver, { url, size: poolSize, pipeline: false, timeouts: true, lost });
  readers.on('connect', (client) => {
    // Queued before the first read; a connection where it fails is broken for that read too.
    client.query('set default_transaction_read_only = on').catch(lost);
  });
  const close = async () => {
    await Promise.all([writers.end(), readers.end()]);
  };
  try {
    await checkServer(writers);
    await runMigrations(openPool(driver, { url, size: 1, pipeline: false, timeouts: false, lost }), log);
  } catch (error) {
    await close();
    throw error instanceof CodedError ? error : errorOf(error);
  }
  return openedDatabase(writers, readers, close);
}

function openedDatabase(writers: Pool, readers: Pool, close: () => Promise<void>): Database {
  const running = new Set<Promise<unknown>>();
  let closed: Promise<void> | null = null;
  const closeWhenQuiet = async () => {
    await Promise.allSettled(running);
    await close();
  };
  return {
    dialect: 'postgres',
    query: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readingPool(readers) }) }),
    async commit(statements) {
      if (closed !== null) throw new CodedError('database-closed', 'the database is closed');
      const unit = commitUnit(writers, statements);
      running.add(unit);
      try {
        return await unit;
      } finally {
        running.delete(unit);
      }
    },
    close() {
      closed ??= closeWhenQuiet();
      return closed;
    },
  };
}

/** Fails closed: a server that loses what it acknowledged is no place for mail. */
async function checkServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ setting: string; value: string }>(
    `select name as "setting", setting as "value" from pg_settings
      where name in ('fsync', 'synchronous_commit', 'server_encoding')`,
  );
  for (const { setting, value } of rows) {
    if (setting === 'server_encoding' && value !== 'UTF8')
      throw new CodedError('database-encoding', 'the database must be made with the encoding UTF8');
    if (value === 'off')
      throw new CodedError(
        'database-not-durable',
        `the PostgreSQL server has ${setting} = off and would lose mail that was acknowledged; set it to "on"`,
      );
  }
}

/** Ends the pool. */
async function runMigrations(pool: Pool, log: Log): Promise<void> {
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const applied = await migrate(database, 'postgres');
    if (applied.length > 0) log.info('the database schema was brought up to date', { count: applied.length });
  } finally {
    await database.destroy();
  }
}

/** The pool as Kysely takes it, with errors in our words and parameters as strict as those of `commit`. */
function readingPool(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      const client = await inOurWords(() => pool.connect());
      return readingClient(client) as unknown as PostgresPoolClient;
    },
    end: () => pool.end(),
  };
}

function readingClient(client: PoolClient) {
  let usable = true;
  return {
    query: (sql: string, parameters: readonly unknown[]) =>
      inOurWords(async () => {
        try {
          return await client.query(sql, checkedParameters(parameters));
        } catch (error) {
          usable &&= sqlState(error) !== null;
          throw error;
        }
      }),
    release() {
      client.release(!usable);
    },
  };
}

async function inOurWords<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof TypeError ? error : errorOf(error);
  }
}
