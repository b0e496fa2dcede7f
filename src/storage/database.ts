/**
 * The database as the rest of the product sees it: reads through Kysely, writes as units of work. A unit of work is
 * a list of compiled statements with expectations; it is committed as one transaction or not at all, and `commit`
 * answers only when it is on stable storage. On SQLite one writer thread owns the only write connection and commits
 * many units with one sync; on PostgreSQL each unit is a transaction of its own.
 */
import type { Compilable, Kysely } from 'kysely';

import { CodedError } from '#src/base/coded-error.ts';

import type { Tables } from './tables.ts';

/** How many rows a statement must change (insert, update, delete) or return (`returning`). */
export type Expectation = { readonly exactly: number } | { readonly atLeast: number };

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly expect?: Expectation;
}

export interface StatementResult {
  /** Rows changed, or rows returned where the statement has `returning`. */
  readonly rowCount: number;
  readonly rows: readonly Record<string, unknown>[];
}

/** Thrown by `commit` where a statement changed another number of rows than expected; nothing of the unit is kept. */
export class ExpectationFailed extends CodedError {
  /** Position in the unit of the statement that failed. */
  readonly statementIndex: number;

  constructor(statementIndex: number, expected: Expectation, rowCount: number) {
    super(
      'expectation-failed',
      `statement ${statementIndex} changed ${rowCount} rows, expected ${JSON.stringify(expected)}`,
    );
    this.statementIndex = statementIndex;
  }
}

/** Thrown by `commit` where an insert meets a row with the same key; nothing of the unit is kept. */
export class UniqueViolation extends CodedError {
  constructor(options?: ErrorOptions) {
    super('unique-violation', 'a row with this key exists already', options);
  }
}

/**
 * Thrown where the database can't be reached or has no room (`storage-full`); the unit may be tried again. Whether it
 * was kept is unknown where the answer to COMMIT was lost, so a second try may meet a `UniqueViolation` of its own.
 */
export class DatabaseUnavailable extends CodedError {
  constructor(
    message: string,
    options?: ErrorOptions,
    code: 'database-unavailable' | 'storage-full' = 'database-unavailable',
  ) {
    super(code, message, options);
  }
}

/** Thrown by `commit` where the database refuses a statement: a bug of the caller, not worth another try. */
export class StatementRefused extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super('statement-refused', message, options);
  }
}

export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** For reading only, and for building the statements of a unit of work. */
  readonly query: Kysely<Tables>;
  /** Commits the statements in order as one transaction; resolves after the sync, with one result a statement. */
  commit(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
  close(): Promise<void>;
}

/** Compiles a Kysely query into a statement of a unit of work. */
export function statement(query: Compilable, expect?: Expectation): Statement {
  const { sql, parameters } = query.compile();
  return expect === undefined ? { sql, parameters } : { sql, parameters, expect };
}

export const exactlyOne: Expectation = { exactly: 1 };

/** True where there is no expectation, or the number of rows meets it. */
export function meetsExpectation(expect: Expectation | undefined, rowCount: number): boolean {
  if (expect === undefined) return true;
  return 'exactly' in expect ? rowCount === expect.exactly : rowCount >= expect.atLeast;
}
