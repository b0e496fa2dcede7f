import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DatabaseUnavailable, StatementRefused, UniqueViolation } from '../database.ts';
import { errorOf, isWorthRepeating } from './errors.ts';

/** An error as the server's answer becomes one in pg. */
function serverError(code: string, fields: Record<string, string> = {}): Error {
  return Object.assign(new Error('quotes a secret value'), {
    severity: 'ERROR',
    code,
    detail: 'Key (address)=(secret value) exists',
    ...fields,
  });
}

test('a second row with the same key is a unique violation', () => {
  assert.ok(errorOf(serverError('23505')) instanceof UniqueViolation);
});

test('a full disk has its own code; every state of the server and the connection is unavailable', () => {
  const full = errorOf(serverError('53100'));
  assert.ok(full instanceof DatabaseUnavailable);
  assert.equal(full.code, 'storage-full');
  for (const code of [
    '57P01',
    '57P02',
    '57P03',
    '57014',
    '08006',
    '53300',
    '25006',
    '28P01',
    '3D000',
    '40001',
    'XX000',
  ])
    assert.equal((errorOf(serverError(code)) as DatabaseUnavailable).code, 'database-unavailable', code);
  // Node's codes have no severity, even where they look like SQLSTATE.
  for (const code of ['ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])
    assert.ok(errorOf(Object.assign(new Error('x'), { code })) instanceof DatabaseUnavailable, code);
  assert.ok(errorOf(new Error('Connection terminated unexpectedly')) instanceof DatabaseUnavailable);
});

test('what the statement did wrong is refused, with names but no values', () => {
  const error = errorOf(
    serverError('23503', { table: 'deliveries', constraint: 'deliveries_messageId_fkey' }),
  );
  assert.ok(error instanceof StatementRefused);
  assert.match(error.message, /23503, deliveries, deliveries_messageId_fkey/u);
  assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /secret/u);
  assert.equal(error.cause, undefined);
});

test('a deadlock and a failed serialization are run again, nothing else', () => {
  for (const code of ['40P01', '40001']) assert.ok(isWorthRepeating(serverError(code)));
  for (const code of ['23505', '57P01']) assert.ok(!isWorthRepeating(serverError(code)));
});
