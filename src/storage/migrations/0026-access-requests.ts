/** Recipients who ask for a closed message, and copies that were released after a reset of the password. */
import { addIndex, addSparseIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const accessRequests: Migration = {
  name: '0026-access-requests',
  async up(schema) {
    const { transaction, types } = schema;
    await schema
      .table('access_requests')
      .addColumn('recipientId', 'text', (column) =>
        column.primaryKey().notNull().references('recipients.id').onDelete('cascade'),
      )
      .addColumn('messageId', 'text', (column) =>
        column.notNull().references('messages.id').onDelete('cascade'),
      )
      .addColumn('why', 'text', (column) => column.notNull())
      .addColumn('askedAt', types.integer, (column) => column.notNull())
      .addColumn('openSince', types.integer)
      .addColumn('note', types.bytes)
      .addColumn('answer', 'text')
      .addColumn('answeredAt', types.integer)
      .execute();
    await addIndex(schema, 'access_requests', ['messageId']);
    await addSparseIndex(schema, 'access_requests', 'openSince');
    await transaction.schema.alterTable('recipients').addColumn('releasedAt', types.integer).execute();
    await transaction.schema.alterTable('recipients').addColumn('releaseMac', types.bytes).execute();
  },
};
