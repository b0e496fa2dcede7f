/**
 * A process to be killed: brings a database up to date and dies by SIGKILL at the end of the named migration, before its
 * transaction is committed. Arguments: the SQLite file or the URL of a PostgreSQL database, the migration.
 */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';

import { migrations } from '#src/storage/migrations/list.ts';
import { migrate } from '#src/storage/migrations/migrate.ts';
import { openForMigration } from '#src/storage/sqlite/kysely-connection.ts';

const [, , database = '', deadly = ''] = process.argv;
const dialect = database.startsWith('postgres:') ? 'postgres' : 'sqlite';
const kysely =
  dialect === 'sqlite'
    ? openForMigration(database)
    : new Kysely<unknown>({
        dialect: new PostgresDialect({ pool: new Pool({ connectionString: database, max: 1 }) }),
      });

await migrate(
  kysely,
  dialect,
  migrations.map((migration) => ({
    name: migration.name,
    async up(schema) {
      await migration.up(schema);
      if (migration.name === deadly) process.kill(process.pid, 'SIGKILL');
    },
  })),
);
await kysely.destroy();
