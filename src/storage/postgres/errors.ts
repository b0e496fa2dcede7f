/**
 * PostgreSQL's error codes (SQLSTATE, appendix A of its manual) in our words. The server's own message and detail may
 * quote values of the row, so neither they nor the driver's error go any further: only the code and the names of
 * table and constraint do.
 */
import { DatabaseUnavailable, StatementRefused, UniqueViolation } from '../database.ts';

const UNIQUE_VIOLATION = '23505';
const DISK_FULL = '53100';
const SQLSTATE = /^[0-9A-Z]{5}$/u;

/** The transaction may succeed if it is run again from its start: serialization failure, deadlock. */
export function isWorthRepeating(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/**
 * Classes that speak of the connection, the server's state or its resources, not of the statement: 08 connection,
 * 25 transaction state (a standby that only reads), 28 authorization, 3D no such database, 40 rollback,
 * 53 resources, 57 intervention, 58 system, XX internal.
 */
const NOT_THE_STATEMENT = /^(?:08|25|28|3D|40|53|57|58|XX)/u;

export function errorOf(error: unknown): Error {
  const state = sqlState(error);
  if (state === UNIQUE_VIOLATION) return new UniqueViolation();
  if (state === DISK_FULL)
    return new DatabaseUnavailable('the disk that holds the database is full', undefined, 'storage-full');
  if (state === null) return new DatabaseUnavailable(`PostgreSQL can't be reached (${systemCode(error)})`);
  if (NOT_THE_STATEMENT.test(state)) return new DatabaseUnavailable(`PostgreSQL is not available (${state})`);
  return new StatementRefused(`PostgreSQL refused the statement (${[state, ...namesIn(error)].join(', ')})`);
}

/** SQLSTATE of an error that the server sent; null for every other, after which the connection is not to be used. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  // Node's own codes (EPIPE) can have five letters too; the server's errors come with a severity.
  return SQLSTATE.test(error.code) && 'severity' in error ? error.code : null;
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'no answer';
}

function namesIn(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { table, constraint } = error as { table?: unknown; constraint?: unknown };
  return [table, constraint].filter((name) => typeof name === 'string');
}
