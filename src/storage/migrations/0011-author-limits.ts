/** Limits of authors: whom an author wrote to before, and for whom a message waits. */
import type { Migration } from './migration.ts';

export const authorLimits: Migration = {
  name: '0011-author-limits',
  async up({ table, transaction, types }) {
    await transaction.schema.alterTable('messages').addColumn('holdFor', 'text').execute();
    await table('known_recipients')
      .addColumn('pairHash', types.bytes, (column) => column.primaryKey().notNull())
      .addColumn('firstAt', types.integer, (column) => column.notNull())
      .execute();
  },
};
