/**
 * SQLite's result codes in our words. They travel from the writer thread as plain data (an error's class does not
 * survive the way) and become errors again on the caller's side. SQLite's messages name tables and columns, never
 * values.
 */
import { CodedError } from '#src/base/coded-error.ts';

import type { Expectation } from '../database.ts';
import { DatabaseUnavailable, ExpectationFailed, StatementRefused, UniqueViolation } from '../database.ts';

export type Failure =
  | {
      readonly kind: 'expectation';
      readonly statementIndex: number;
      readonly expected: Expectation;
      readonly rowCount: number;
    }
  | { readonly kind: 'unique' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string }
  | { readonly kind: 'full' };

// Primary result codes, the low byte of the extended ones (sqlite.org, "Result and Error Codes").
const SQLITE_ERROR = 1;
const SQLITE_FULL = 13;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;
const SQLITE_RANGE = 25;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_ROWID = 2579;

export function failureOf(error: unknown): Failure {
  if (error instanceof TypeError || error instanceof RangeError)
    return { kind: 'refused', message: error.message };
  if (error instanceof CodedError) return { kind: 'unavailable', message: error.message };
  const code = sqliteCode(error);
  if (code === null) return { kind: 'unavailable', message: 'the writer met an unknown error' };
  if (
    code === SQLITE_CONSTRAINT_PRIMARYKEY ||
    code === SQLITE_CONSTRAINT_UNIQUE ||
    code === SQLITE_CONSTRAINT_ROWID
  )
    return { kind: 'unique' };
  const message = error instanceof Error ? error.message : 'SQLite error';
  const primary = code & 0xff;
  if (primary === SQLITE_FULL) return { kind: 'full' };
  if (isStatementFault(primary)) return { kind: 'refused', message };
  return { kind: 'unavailable', message: `${message} (SQLite ${code})` };
}

/** Extended result code of an error of node:sqlite; null for every other error. */
export function sqliteCode(error: unknown): number | null {
  if (error instanceof Error && 'errcode' in error && typeof error.errcode === 'number') return error.errcode;
  return null;
}

export function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case 'expectation':
      return new ExpectationFailed(failure.statementIndex, failure.expected, failure.rowCount);
    case 'unique':
      return new UniqueViolation();
    case 'refused':
      return new StatementRefused(failure.message);
    case 'unavailable':
      return new DatabaseUnavailable(failure.message);
    case 'full':
      return new DatabaseUnavailable('the disk that holds the database is full', undefined, 'storage-full');
  }
}

function isStatementFault(primary: number): boolean {
  return (
    primary === SQLITE_ERROR ||
    primary === SQLITE_TOOBIG ||
    primary === SQLITE_CONSTRAINT ||
    primary === SQLITE_MISMATCH ||
    primary === SQLITE_RANGE
  );
}
