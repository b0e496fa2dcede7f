/**
 * The two shapes of index that the migrations use. One whose condition is `is not null` serves every comparison with
 * a value in both dialects; one whose condition is `state = 'queued'` would not, because the state is passed as a
 * parameter and SQLite then can't tell that the index applies.
 */
import type { Schema } from './migration.ts';

export async function addIndex(schema: Schema, table: string, columns: readonly string[]): Promise<void> {
  await schema.transaction.schema
    .createIndex(`${table}_by_${columns.join('_')}`)
    .on(table)
    .columns([...columns])
    .execute();
}

/** An index over the rows that have a value in `column`. */
export async function addSparseIndex(schema: Schema, table: string, column: string): Promise<void> {
  await schema.transaction.schema
    .createIndex(`${table}_by_${column}`)
    .on(table)
    .column(column)
    .where(column, 'is not', null)
    .execute();
}
