/** Changes that wait for a second person; whom to ask at a partner; messages found by their Message-ID. */
import { addIndex, addSparseIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const administration: Migration = {
  name: '0020-administration',
  async up(schema) {
    const { transaction, types } = schema;
    await schema
      .table('proposals')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('change', 'text', (column) => column.notNull())
      .addColumn('found', 'text', (column) => column.notNull())
      .addColumn('lowerings', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('askedBy', 'text', (column) => column.notNull())
      .addColumn('askedAt', types.integer, (column) => column.notNull())
      .addColumn('expiresAt', types.integer, (column) => column.notNull())
      .addColumn('decidedBy', 'text')
      .addColumn('decidedAt', types.integer)
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'proposals', ['state', 'id']);
    await transaction.schema.alterTable('partner_agreements').addColumn('contact', 'text').execute();
    await addSparseIndex(schema, 'messages', 'originalMessageId');
  },
};
