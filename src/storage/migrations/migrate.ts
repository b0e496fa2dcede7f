/**
 * Brings a database to the newest schema. Several processes may start at once on PostgreSQL: each step takes an
 * advisory lock that ends with its transaction, then looks again at what is still to do. A database that ran a
 * migration this program does not know was used by a newer one and is refused, never guessed at.
 */
import type { Kysely, Transaction } from 'kysely';
import { sql } from 'kysely';

import { CodedError } from '#src/base/coded-error.ts';

import { migrations as allMigrations } from './list.ts';
import type { Dialect, Migration } from './migration.ts';
import { schemaOf } from './migration.ts';

// A type, because Kysely wants an index signature, which an interface lacks.
type MigrationTables = {
  schema_migrations: { name: string; appliedAt: number };
};

/** Names this program's lock among the advisory locks of the PostgreSQL database. */
const ADVISORY_LOCK = 7_305_826_114;

/**
 * Runs the migrations that are missing, each in a transaction of its own; returns their names.
 * Throws CodedError `database-too-new`.
 */
export async function migrate(
  database: Kysely<unknown>,
  dialect: Dialect,
  migrations: readonly Migration[] = allMigrations,
): Promise<readonly string[]> {
  const applied: string[] = [];
  for (;;) {
    const name = await database
      .transaction()
      .execute((transaction) => runNext(transaction, dialect, migrations));
    if (name === null) return applied;
    applied.push(name);
  }
}

async function runNext(
  transaction: Transaction<unknown>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<string | null> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`.execute(transaction);
  const ours = transaction.$extendTables<MigrationTables>();
  await createMigrationsTable(transaction, dialect);
  const rows = await ours.selectFrom('schema_migrations').select('name').execute();
  const done = new Set(rows.map((row) => row.name));
  refuseUnknown(done, migrations);
  const next = migrations.find((migration) => !done.has(migration.name));
  if (next === undefined) return null;
  await next.up(schemaOf(dialect, transaction));
  await ours.insertInto('schema_migrations').values({ name: next.name, appliedAt: Date.now() }).execute();
  return next.name;
}

async function createMigrationsTable(transaction: Transaction<unknown>, dialect: Dialect): Promise<void> {
  const schema = schemaOf(dialect, transaction);
  await schema
    .table('schema_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('appliedAt', schema.types.integer, (column) => column.notNull())
    .execute();
}

function refuseUnknown(done: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...done].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new CodedError(
    'database-too-new',
    `the database was used by a newer version of this program (it has ${unknown.join(', ')}); ` +
      'start that version or a later one, or restore a backup made before it',
  );
}
