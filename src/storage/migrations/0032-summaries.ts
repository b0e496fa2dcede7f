/** Authors who want one summary a day, and what waits to be told in it. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const summaries: Migration = {
  name: '0032-summaries',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('summary_choices')
      .addColumn('canonicalAddress', 'text', (column) => column.primaryKey().notNull())
      .addColumn('chosenAt', types.integer, (column) => column.notNull())
      .addColumn('summarisedDay', 'text')
      .execute();
    await schema
      .table('gathered_news')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('authorCanonical', 'text', (column) => column.notNull())
      .addColumn('messageId', 'text', (column) =>
        column.notNull().references('messages.id').onDelete('cascade'),
      )
      .addColumn('recipientId', 'text')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('reader', 'text')
      .addColumn('happenedAt', types.integer, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'gathered_news', ['authorCanonical', 'happenedAt']);
    await addIndex(schema, 'gathered_news', ['messageId']);
  },
};
