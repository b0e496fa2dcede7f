/**
 * What every database must do, whatever its dialect: the same cases run on SQLite and on PostgreSQL. `open` gives a
 * fresh database, or opens the same one again after it was closed.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { sql } from 'kysely';

import { FakeClock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import {
  exactlyOne,
  ExpectationFailed,
  statement,
  StatementRefused,
  UniqueViolation,
} from '#src/storage/database.ts';

import { migrations } from '#src/storage/migrations/list.ts';

import { namedColumns } from './named-columns.ts';
import { deliveryRow, messageRow } from './rows.ts';

export interface SuiteSetup {
  /** Opens the suite's database. */
  open(): Promise<Database>;
}

interface Column {
  readonly table: string;
  readonly column: string;
}

const clock = new FakeClock();

export function testDatabase(setup: SuiteSetup): void {
  let database: Database;

  before(async () => {
    database = await setup.open();
  });

  after(async () => {
    await database.close();
  });

  function count(key: string, windowStart = 1): Statement {
    const values = { key: Buffer.from(key), windowStart, count: 1 };
    return statement(database.query.insertInto('throttles').values(values), exactlyOne);
  }

  async function counted(prefix: string): Promise<string[]> {
    const rows = await database.query.selectFrom('throttles').select('key').orderBy('key').execute();
    return rows.map((row) => Buffer.from(row.key).toString()).filter((key) => key.startsWith(prefix));
  }

  test('opening again migrates nothing and keeps every row', async () => {
    await database.commit([count('kept')]);
    await database.close();
    database = await setup.open();
    assert.deepEqual(await counted('kept'), ['kept']);
    const applied = await database.query
      .$extendTables<{ schema_migrations: { name: string } }>()
      .selectFrom('schema_migrations')
      .select('name')
      .orderBy('name')
      .execute();
    assert.deepEqual(
      applied,
      migrations.map(({ name }) => ({ name })),
    );
  });

  test('every table has the columns that the code names, and no others', async () => {
    const list =
      database.dialect === 'sqlite'
        ? sql<Column>`select t.name as "table", c.name as "column"
                        from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table'`
        : sql<Column>`select table_name as "table", column_name as "column"
                        from information_schema.columns where table_schema = 'public'`;
    const columns = new Map<string, string[]>();
    for (const { table, column } of (await list.execute(database.query)).rows)
      columns.set(table, [...(columns.get(table) ?? []), column].sort());
    for (const [table, named] of await namedColumns()) assert.deepEqual(columns.get(table), named, table);
  });

  test('a unit is kept whole, with one result a statement in order', async () => {
    const results = await database.commit([
      count('whole-1', 7),
      count('whole-2', 8),
      statement(database.query.updateTable('throttles').set({ count: 5 }).where('windowStart', 'in', [7, 8])),
      statement(
        database.query
          .deleteFrom('throttles')
          .where('key', '=', Buffer.from('whole-2'))
          .returning(['windowStart', 'count']),
      ),
    ]);
    assert.deepEqual(results, [
      { rowCount: 1, rows: [] },
      { rowCount: 1, rows: [] },
      { rowCount: 2, rows: [] },
      { rowCount: 1, rows: [{ windowStart: 8, count: 5 }] },
    ]);
    assert.deepEqual(await counted('whole'), ['whole-1']);
  });

  test('a unit without statements is kept as it is', async () => {
    assert.deepEqual(await database.commit([]), []);
  });

  test('an expectation that is not met undoes the unit and says where', async () => {
    const nothing = (expect: Statement['expect']) =>
      statement(database.query.deleteFrom('throttles').where('windowStart', '=', -1), expect);
    await assert.rejects(database.commit([count('expect-1'), nothing(exactlyOne)]), (error) => {
      assert.ok(error instanceof ExpectationFailed);
      assert.equal(error.code, 'expectation-failed');
      assert.equal(error.statementIndex, 1);
      return true;
    });
    await assert.rejects(database.commit([count('expect-2'), nothing({ atLeast: 1 })]), ExpectationFailed);
    await database.commit([nothing({ exactly: 0 }), nothing({ atLeast: 0 })]);
    assert.deepEqual(await counted('expect'), []);
  });

  test('an expectation counts the rows that a statement returns', async () => {
    const returned = statement(
      database.query.selectFrom('throttles').select('key').where('windowStart', '=', -1),
      exactlyOne,
    );
    await assert.rejects(database.commit([returned]), ExpectationFailed);
  });

  test('a second row with the same key undoes the unit', async () => {
    await database.commit([count('unique')]);
    await assert.rejects(database.commit([count('unique-other'), count('unique')]), UniqueViolation);
    assert.deepEqual(await counted('unique'), ['unique']);
  });

  test('a row that belongs to nothing, a value of the wrong type and wrong SQL are refused', async () => {
    const orphan = deliveryRow(newId(clock), { messageId: 'NO-SUCH-MESSAGE' });
    const units: Statement[][] = [
      [statement(database.query.insertInto('deliveries').values(orphan))],
      [
        statement(
          database.query
            .insertInto('throttles')
            .values({ key: Buffer.from('x'), windowStart: 0.5, count: 1 }),
        ),
      ],
      [{ sql: 'select 1 from no_such_table', parameters: [] }],
      [{ sql: database.dialect === 'sqlite' ? 'select ?' : 'select $1::text', parameters: [undefined] }],
      [{ sql: database.dialect === 'sqlite' ? 'select ?' : 'select $1::text', parameters: [new Date()] }],
    ];
    for (const unit of units)
      await assert.rejects(database.commit([count('refused'), ...unit]), StatementRefused);
    assert.deepEqual(await counted('refused'), []);
  });

  test('no error tells a value of the row', async () => {
    await database.commit([count('secret-value')]);
    const failures = await Promise.allSettled([
      database.commit([count('secret-value')]),
      database.commit([{ ...count('x'), parameters: ['secret-value', 'secret-value', 'secret-value'] }]),
      database.query
        .selectFrom('throttles')
        .selectAll()
        .where('count', '=', 'secret-value' as never)
        .execute(),
    ]);
    for (const failure of failures.filter((one) => one.status === 'rejected')) {
      const { message, stack, cause } = failure.reason as Error;
      assert.doesNotMatch(`${message} ${stack} ${JSON.stringify(cause)}`, /secret-value/u);
    }
    assert.equal(failures[0].status, 'rejected');
    assert.equal(failures[1].status, 'rejected');
  });

  test('a failing unit is undone alone; its neighbours are kept', async () => {
    await database.commit([count('taken')]);
    const units = Array.from({ length: 21 }, (_, i) =>
      database.commit([count(`neighbour-${i}`), ...(i % 3 === 1 ? [count('taken')] : [])]),
    );
    const outcomes = await Promise.allSettled(units);
    const failed = outcomes.map((outcome) => outcome.status === 'rejected');
    assert.deepEqual(
      failed,
      outcomes.map((_, i) => i % 3 === 1),
    );
    assert.equal((await counted('neighbour')).length, 14);
  });

  test('units sent one after another are kept in that order', async () => {
    const steps = Array.from({ length: 30 }, (_, i) => i + 1);
    await database.commit([count('ordered', 0)]);
    for (const step of steps)
      await database.commit([
        statement(
          database.query
            .updateTable('throttles')
            .set({ windowStart: step })
            .where('key', '=', Buffer.from('ordered'))
            .where('windowStart', '=', step - 1),
          exactlyOne,
        ),
      ]);
    const row = await database.query
      .selectFrom('throttles')
      .select('windowStart')
      .where('key', '=', Buffer.from('ordered'))
      .executeTakeFirst();
    assert.equal(row?.windowStart, 30);
  });

  test('audit entries are numbered in the order of commits', async () => {
    const entry = (id: string) =>
      statement(
        database.query
          .insertInto('audit_entries')
          .values({ id, at: 1, event: 'e', entry: '{}', salt: Buffer.alloc(32), leaf: Buffer.alloc(32) })
          .returning('sequence'),
      );
    const sequences: number[] = [];
    for (const id of ['a', 'b', 'c']) {
      const [result] = await database.commit([entry(id)]);
      sequences.push(result?.rows[0]?.['sequence'] as number);
    }
    assert.deepEqual(
      sequences,
      [...sequences].sort((a, b) => a - b),
    );
    await database.commit([statement(database.query.deleteFrom('audit_entries').where('id', '=', 'c'))]);
    const [again] = await database.commit([entry('d')]);
    assert.ok(
      (again?.rows[0]?.['sequence'] as number) > (sequences[2] ?? Infinity),
      'a number is never given twice',
    );
  });

  test('byte strings, times, text and null come back as they went in', async () => {
    const id = newId(clock);
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    // A window on a larger buffer: only the window may travel.
    const window = Buffer.concat([Buffer.from('before'), everyByte, Buffer.from('after')]).subarray(6, 262);
    const row = messageRow(id, {
      objectBytes: Buffer.alloc(65_536, 0xa5),
      objectLength: 65_536,
      listEntry: window,
      deskListEntry: new Uint8Array(0),
      acceptedAt: 8_640_000_000_000_000,
      holdUntil: 0,
      reversePath: 'zoë@münchen.example \u{1f512}\'"\\',
    });
    const [result] = await database.commit([
      statement(database.query.insertInto('messages').values(row).returningAll(), exactlyOne),
    ]);
    const read = await database.query
      .selectFrom('messages')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    for (const found of [result?.rows[0], read]) {
      assert.deepEqual(found, { ...row, deskListEntry: Buffer.alloc(0) });
      assert.ok(Buffer.isBuffer(found?.['listEntry']));
    }
  });

  test('counts, sums and truth values are numbers', async () => {
    await database.commit([count('number-1', 40), count('number-2', 2)]);
    const row = await database.query
      .selectFrom('throttles')
      .select(({ fn, exists, selectFrom }) => [
        fn.countAll<number>().as('many'),
        fn.sum<number>('windowStart').as('sum'),
        exists(selectFrom('messages').select('id').where('id', '=', 'none')).as('some'),
      ])
      .where('key', 'in', [Buffer.from('number-1'), Buffer.from('number-2')])
      .executeTakeFirstOrThrow();
    assert.deepEqual(row, { many: 2, sum: 42, some: 0 });
  });

  test('200 units at once are all kept', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, i) => database.commit([count(`parallel-${i}`)])));
    assert.equal((await counted('parallel')).length, 200);
  });

  test('50 units that add to one counter lose none of the additions', async () => {
    const key = Buffer.from('counter');
    const add = () =>
      database.commit([
        statement(
          database.query
            .insertInto('throttles')
            .values({ key, windowStart: 0, count: 1 })
            .onConflict((conflict) =>
              conflict.column('key').doUpdateSet((eb) => ({ count: eb('throttles.count', '+', 1) })),
            )
            .returning('count'),
          exactlyOne,
        ),
      ]);
    await Promise.all(Array.from({ length: 50 }, add));
    const row = await database.query
      .selectFrom('throttles')
      .select('count')
      .where('key', '=', key)
      .executeTakeFirst();
    assert.equal(row?.count, 50);
  });

  test('units that lock rows in opposite orders all end', async () => {
    await database.commit([count('lock-a'), count('lock-b')]);
    const touch = (key: string) =>
      statement(
        database.query
          .updateTable('throttles')
          .set((eb) => ({ count: eb('count', '+', 1) }))
          .where('key', '=', Buffer.from(key)),
        exactlyOne,
      );
    await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        database.commit(
          i % 2 === 0 ? [touch('lock-a'), touch('lock-b')] : [touch('lock-b'), touch('lock-a')],
        ),
      ),
    );
    const rows = await database.query
      .selectFrom('throttles')
      .select('count')
      .where('key', 'in', [Buffer.from('lock-a'), Buffer.from('lock-b')])
      .execute();
    assert.deepEqual(rows, [{ count: 5 }, { count: 5 }]);
  });

  test('what commit has answered, the next read sees', async () => {
    for (let i = 0; i < 20; i++) {
      await database.commit([count(`seen-${i}`)]);
      assert.equal((await counted('seen')).length, i + 1);
    }
  });

  test('a delivery is claimed by one of many that ask at once', async () => {
    const messageId = newId(clock);
    await database.commit([
      statement(database.query.insertInto('messages').values(messageRow(messageId))),
      ...Array.from({ length: 25 }, (_, i) =>
        statement(
          database.query
            .insertInto('deliveries')
            .values(deliveryRow(newId(clock), { messageId, nextAttemptAt: i < 20 ? 100 + i : 900 })),
        ),
      ),
    ]);
    const claim = async (owner: string) => {
      const due = database.query
        .selectFrom('deliveries')
        .select('id')
        .where('state', '=', 'queued')
        .where('nextAttemptAt', '<=', 500)
        .where((eb) => eb.or([eb('leaseUntil', 'is', null), eb('leaseUntil', '<', 500)]))
        .orderBy('nextAttemptAt')
        .limit(3)
        .$if(database.dialect === 'postgres', (select) => select.forUpdate().skipLocked());
      const [claimed] = await database.commit([
        statement(
          database.query
            .updateTable('deliveries')
            .set({ leaseOwner: owner, leaseUntil: 1_000 })
            .where('id', 'in', due)
            .returning(['id', 'nextAttemptAt']),
        ),
      ]);
      return claimed?.rows ?? [];
    };
    const claims = await Promise.all(Array.from({ length: 10 }, (_, i) => claim(`owner-${i}`)));
    const claimed = claims.flat().map((row) => row['id']);
    assert.equal(new Set(claimed).size, claimed.length);
    let rest = await claim('last');
    for (; rest.length > 0; rest = await claim('last')) claimed.push(...rest.map((row) => row['id']));
    assert.equal(new Set(claimed).size, 20);
  });

  test('rows that are nothing without their message go with it', async () => {
    const messageId = newId(clock);
    const deliveryId = newId(clock);
    await database.commit([
      statement(database.query.insertInto('messages').values(messageRow(messageId))),
      statement(database.query.insertInto('deliveries').values(deliveryRow(deliveryId, { messageId }))),
    ]);
    await database.commit([
      statement(database.query.deleteFrom('messages').where('id', '=', messageId), exactlyOne),
    ]);
    const left = await database.query
      .selectFrom('deliveries')
      .select('id')
      .where('id', '=', deliveryId)
      .execute();
    assert.deepEqual(left, []);
  });

  test('the reading connection changes nothing', async () => {
    const { query } = database;
    await assert.rejects(query.deleteFrom('throttles').execute());
    await assert.rejects(query.deleteFrom('throttles').returning('key').execute());
    assert.notDeepEqual(await query.selectFrom('throttles').selectAll().execute(), []);
  });

  test('close waits for what was sent, takes nothing more, and may be called twice', async () => {
    const other = database;
    const sent = Array.from({ length: 10 }, (_, i) => other.commit([count(`closing-${i}`)]));
    const closing = other.close();
    await assert.rejects(other.commit([count('too-late')]), { code: 'database-closed' });
    await Promise.all([...sent, closing, other.close()]);
    database = await setup.open();
    assert.equal((await counted('closing')).length, 10);
    assert.deepEqual(await counted('too-late'), []);
  });
}
