/**
 * One transaction for many units of work. Each unit stands in a savepoint, so that a failing one is undone alone;
 * an error of the file, the disk or COMMIT itself fails the whole batch, and the connection is not to be used again:
 * after a failed fsync nobody knows what the disk holds, and asking again would answer "fine".
 */
import type { Statement, StatementResult } from '../database.ts';
import { meetsExpectation } from '../database.ts';
import type { Failure } from './errors.ts';
import { failureOf } from './errors.ts';
import type { WriteConnection } from './write-connection.ts';

export type UnitOutcome =
  | { readonly ok: true; readonly results: readonly StatementResult[] }
  | { readonly ok: false; readonly failure: Failure };

export type BatchOutcome =
  | { readonly committed: true; readonly outcomes: readonly UnitOutcome[] }
  /** Every unit failed, and the connection must be closed. */
  | { readonly committed: false; readonly failure: Failure };

export function commitBatch(
  connection: WriteConnection,
  units: readonly (readonly Statement[])[],
): BatchOutcome {
  try {
    connection.exec('BEGIN IMMEDIATE');
    const outcomes = units.map((statements) => runUnit(connection, statements));
    connection.exec('COMMIT');
    return { committed: true, outcomes };
  } catch (error) {
    const failure = failureOf(error);
    rollBackQuietly(connection);
    if (failure.kind === 'full') return { committed: false, failure };
    return { committed: false, failure: { kind: 'unavailable', message: reasonOf(failure) } };
  }
}

function runUnit(connection: WriteConnection, statements: readonly Statement[]): UnitOutcome {
  connection.run('SAVEPOINT unit', []);
  const outcome = runStatements(connection, statements);
  if (!outcome.ok) connection.run('ROLLBACK TO unit', []);
  connection.run('RELEASE unit', []);
  return outcome;
}

/** Throws what concerns more than this unit. */
function runStatements(connection: WriteConnection, statements: readonly Statement[]): UnitOutcome {
  const results: StatementResult[] = [];
  for (const [statementIndex, { sql, parameters, expect }] of statements.entries()) {
    let result: StatementResult;
    try {
      result = connection.run(sql, parameters);
    } catch (error) {
      const failure = failureOf(error);
      const onlyThisUnit = failure.kind === 'unique' || failure.kind === 'refused';
      if (onlyThisUnit && connection.isTransaction) return { ok: false, failure };
      throw error;
    }
    if (expect !== undefined && !meetsExpectation(expect, result.rowCount)) {
      const { rowCount } = result;
      return { ok: false, failure: { kind: 'expectation', statementIndex, expected: expect, rowCount } };
    }
    results.push(result);
  }
  return { ok: true, results };
}

function rollBackQuietly(connection: WriteConnection): void {
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK');
  } catch {
    // The connection is closed next, which rolls back too.
  }
}

function reasonOf(failure: Failure): string {
  return 'message' in failure ? failure.message : 'the batch could not be committed';
}
