/**
 * pg, loaded only where a PostgreSQL database is configured (it is an optional dependency), and told to give rows as
 * SQLite gives them: 64-bit integers and sums as numbers, truth values as 0 and 1, byte strings as Buffers.
 */
import type { Pool, PoolConfig } from 'pg';
import type pgModule from 'pg';

import { CodedError } from '#src/base/coded-error.ts';

export type Driver = typeof pgModule;

const BOOL_OID = 16;
const INT8_OID = 20;
const NUMERIC_OID = 1700;

const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement that runs longer … */
const STATEMENT_TIMEOUT_MS = 30_000;
/** … and where it does not answer even then, the connection is given up. */
const ANSWER_TIMEOUT_MS = 35_000;
const IDLE_TIMEOUT_MS = 30_000;

export interface PoolSettings {
  readonly url: string;
  readonly size: number;
  /** Sends statements without waiting for the answer to the one before. */
  readonly pipeline: boolean;
  /** False for migrations, which may take as long as they need. */
  readonly timeouts: boolean;
  /** Told of a connection that broke, in use or not. */
  readonly lost: (error: Error) => void;
}

/** Throws CodedError `postgres-driver-missing`. */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default;
  } catch (error) {
    throw new CodedError(
      'postgres-driver-missing',
      'storage.database is a PostgreSQL URL, but the package "pg" is not installed: run "npm install pg"',
      { cause: error },
    );
  }
}

export function openPool(driver: Driver, settings: PoolSettings): Pool {
  const config: PoolConfig = {
    connectionString: settings.url,
    max: settings.size,
    pipeline: settings.pipeline,
    application_name: 'send-secure',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(settings.timeouts && { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: ANSWER_TIMEOUT_MS }),
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => parserOf(driver, oid, format) },
  };
  const pool = new driver.Pool(config);
  // Without a listener on each client, one that breaks between two statements of a unit would end the process; the
  // pool's own event repeats what the client of an idle connection said.
  pool.on('connect', (client) => {
    client.on('error', settings.lost);
  });
  pool.on('error', () => {});
  return pool;
}

function parserOf(
  driver: Driver,
  oid: number,
  format: 'text' | 'binary' = 'text',
): (text: string) => unknown {
  if (oid === INT8_OID || oid === NUMERIC_OID) return Number;
  if (oid === BOOL_OID) return (text) => (text === 't' ? 1 : 0);
  return driver.types.getTypeParser(oid, format) as (text: string) => unknown;
}
