/** Deliveries that are set aside, those whose process died, and the switch that stops handing over to the outside. */
import { addSparseIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const queueOperation: Migration = {
  name: '0006-queue-operation',
  async up(schema) {
    const { transaction, types } = schema;
    for (const [column, type] of [
      ['heldAt', types.integer],
      ['heldReason', 'text'],
      ['crashes', types.integer],
    ] as const)
      await transaction.schema.alterTable('deliveries').addColumn(column, type).execute();
    await addSparseIndex(schema, 'deliveries', 'heldAt');
    await addSparseIndex(schema, 'deliveries', 'crashes');
    await schema
      .table('outbound_switch')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('changedAt', types.integer, (column) => column.notNull())
      .addColumn('changedBy', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .execute();
  },
};
