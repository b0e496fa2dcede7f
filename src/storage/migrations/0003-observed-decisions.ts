/** What would have been decided about mail that the gateway only observes. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const observedDecisions: Migration = {
  name: '0003-observed-decisions',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('observed_decisions')
      .addColumn('recipientId', 'text', (column) =>
        column.primaryKey().notNull().references('recipients.id').onDelete('cascade'),
      )
      .addColumn('observedAt', types.integer, (column) => column.notNull())
      .addColumn('authorDomain', 'text', (column) => column.notNull())
      .addColumn('recipientDomain', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('rule', 'text', (column) => column.notNull())
      .addColumn('protection', 'text')
      .addColumn('nearMiss', 'text')
      .addColumn('changed', types.integer, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'observed_decisions', ['observedAt']);
  },
};
