/**
 * A unit of work as one PostgreSQL transaction (READ COMMITTED). The statements travel together; COMMIT waits for
 * their answers, because an expectation that is not met must undo the unit.
 */
import { setTimeout } from 'node:timers/promises';

import type { PoolClient, QueryResult } from 'pg';

import type { Statement, StatementResult } from '../database.ts';
import {
  DatabaseUnavailable,
  ExpectationFailed,
  meetsExpectation,
  StatementRefused,
  UniqueViolation,
} from '../database.ts';
import { checkedParameters } from '../parameters.ts';
import { errorOf, isWorthRepeating } from './errors.ts';

/** What a unit needs of a pool. */
export interface ClientSource {
  connect(): Promise<PoolClient>;
}

/** A deadlock among units ends one of them; it is run again from its start so many times in all … */
const MAX_RUNS = 6;
/** … each time after a wait of up to so much longer, so that the same two do not meet again. */
const RERUN_SPREAD_MS = 50;

/** Throws ExpectationFailed, UniqueViolation, StatementRefused or DatabaseUnavailable. */
export async function commitUnit(
  pool: ClientSource,
  statements: readonly Statement[],
): Promise<readonly StatementResult[]> {
  const prepared = statements.map(withCheckedParameters);
  for (let run = 1; ; run++) {
    try {
      return await runUnit(pool, prepared);
    } catch (error) {
      if (!isWorthRepeating(error) || run === MAX_RUNS) throw isOurs(error) ? error : errorOf(error);
      await setTimeout(Math.random() * RERUN_SPREAD_MS * run);
    }
  }
}

async function runUnit(
  pool: ClientSource,
  statements: readonly Statement[],
): Promise<readonly StatementResult[]> {
  const client = await pool.connect();
  let reusable = false;
  try {
    const results = await sendStatements(client, statements);
    const { command } = await client.query('commit');
    if (command !== 'COMMIT') throw new DatabaseUnavailable('PostgreSQL rolled back instead of committing');
    reusable = true;
    return results;
  } catch (error) {
    reusable = await rollBack(client);
    throw error;
  } finally {
    client.release(!reusable);
  }
}

async function sendStatements(
  client: PoolClient,
  statements: readonly Statement[],
): Promise<readonly StatementResult[]> {
  const sent = [
    client.query('begin isolation level read committed'),
    ...statements.map(({ sql, parameters }) => client.query(sql, [...parameters])),
  ];
  // All of them, also after a failure: the connection is quiet only when every answer is in.
  const [begun, ...answers] = await Promise.allSettled(sent);
  if (begun?.status === 'rejected') throw begun.reason;
  return answers.map((answer, statementIndex) => {
    if (answer.status === 'rejected') throw answer.reason;
    return checkedResult(answer.value, statements[statementIndex], statementIndex);
  });
}

function checkedResult(
  answer: QueryResult<Record<string, unknown>>,
  statement: Statement | undefined,
  statementIndex: number,
): StatementResult {
  const rowCount = answer.rowCount ?? 0;
  const expect = statement?.expect;
  if (expect !== undefined && !meetsExpectation(expect, rowCount))
    throw new ExpectationFailed(statementIndex, expect, rowCount);
  return { rowCount, rows: answer.rows };
}

/** False where the connection is not to be used again. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

function withCheckedParameters(statement: Statement): Statement {
  try {
    return { ...statement, parameters: checkedParameters(statement.parameters) };
  } catch (error) {
    throw new StatementRefused(error instanceof Error ? error.message : 'a parameter has no type');
  }
}

function isOurs(error: unknown): boolean {
  return (
    error instanceof ExpectationFailed ||
    error instanceof UniqueViolation ||
    error instanceof StatementRefused ||
    error instanceof DatabaseUnavailable
  );
}
