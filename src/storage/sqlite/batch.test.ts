import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, afterEach, test } from 'node:test';

import type { Statement } from '../database.ts';
import { commitBatch } from './batch.ts';
import type { WriteConnection } from './write-connection.ts';
import { openWriteConnection } from './write-connection.ts';

let folder: string;
let file: string;
let connection: WriteConnection;
let files = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-secure-batch-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  file = join(folder, `${files++}.sqlite`);
  connection = openWriteConnection(file);
  connection.exec('create table t (id integer primary key, bytes blob) strict');
});

afterEach(() => {
  connection.close();
});

function insert(id: number, bytes = 0): Statement {
  return { sql: 'insert into t values (?, zeroblob(?))', parameters: [id, bytes] };
}

function ids(of: WriteConnection = connection): unknown[] {
  return of.run('select id from t order by id', []).rows.map((row) => row['id']);
}

/** Fails where `fails` says so; everything else is done. */
function failing(fails: (sql: string) => boolean, error: unknown): WriteConnection {
  const check = (sql: string) => {
    if (fails(sql)) throw error;
  };
  return {
    exec(sql) {
      check(sql);
      connection.exec(sql);
    },
    run(sql, parameters) {
      check(sql);
      return connection.run(sql, parameters);
    },
    get isTransaction() {
      return connection.isTransaction;
    },
    close: () => connection.close(),
  };
}

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
}

test('units of a batch are kept together, a failing one undone alone', () => {
  const outcome = commitBatch(connection, [[insert(1)], [insert(2), insert(1)], [insert(3)]]);
  assert.ok(outcome.committed);
  assert.deepEqual(
    outcome.outcomes.map((one) => one.ok),
    [true, false, true],
  );
  assert.deepEqual(ids(), [1, 3]);
});

test('a COMMIT that fails fails every unit and keeps none (R05)', () => {
  const error = sqliteError(1034, 'disk I/O error');
  const outcome = commitBatch(
    failing((sql) => sql === 'COMMIT', error),
    [[insert(1)], [insert(2)]],
  );
  assert.deepEqual(outcome, {
    committed: false,
    failure: { kind: 'unavailable', message: 'disk I/O error (SQLite 1034)' },
  });
  assert.equal(connection.isTransaction, false);
  assert.deepEqual(ids(), []);
});

test('an error of the disk in the middle of one unit fails the whole batch', () => {
  let inserts = 0;
  const secondInsert = (sql: string) => sql.startsWith('insert') && ++inserts === 2;
  const outcome = commitBatch(failing(secondInsert, sqliteError(778, 'disk I/O error')), [
    [insert(1)],
    [insert(2)],
  ]);
  assert.equal(outcome.committed, false);
  assert.deepEqual(ids(), []);
});

test('a full disk is told as such, and what was there stays (R04)', () => {
  commitBatch(connection, [[insert(1)]]);
  const [pages] = connection.run('pragma page_count', []).rows;
  connection.exec(`pragma max_page_count = ${Number(pages?.['page_count']) + 4}`);
  const outcome = commitBatch(connection, [[insert(2)], [insert(3, 1_000_000)]]);
  assert.deepEqual(outcome, { committed: false, failure: { kind: 'full' } });
  assert.deepEqual(ids(), [1]);
  const again = openWriteConnection(file);
  assert.ok(commitBatch(again, [[insert(2)]]).committed);
  assert.deepEqual(ids(again), [1, 2]);
  again.close();
});

test('a locked database fails the batch as unavailable', () => {
  const busy = sqliteError(5, 'database is locked');
  const outcome = commitBatch(
    failing((sql) => sql.startsWith('BEGIN'), busy),
    [[insert(1)]],
  );
  assert.equal(outcome.committed ? null : outcome.failure.kind, 'unavailable');
});

test('a new connection starts a fresh log, so that nothing follows frames whose sync failed (R05)', async () => {
  commitBatch(connection, [[insert(1)]]);
  assert.ok((await stat(`${file}-wal`)).size > 0);
  const again = openWriteConnection(file);
  assert.equal((await stat(`${file}-wal`)).size, 0);
  assert.deepEqual(ids(again), [1]);
  again.close();
});

test('a read that another program keeps open is told as such', () => {
  commitBatch(connection, [[insert(1)]]);
  connection.exec('begin');
  ids();
  assert.throws(() => openWriteConnection(file, { busyTimeoutMs: 10 }), { code: 'database-busy' });
  connection.exec('commit');
});
