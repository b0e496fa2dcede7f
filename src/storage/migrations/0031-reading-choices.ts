/** How recipients want to get what was sent to them, and the words they were shown before they chose. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const readingChoices: Migration = {
  name: '0031-reading-choices',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('reading_choices')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('recipientId', 'text', (column) =>
        column.notNull().references('recipients.id').onDelete('cascade'),
      )
      .addColumn('messageId', 'text', (column) =>
        column.notNull().references('messages.id').onDelete('cascade'),
      )
      .addColumn('way', 'text', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('locale', 'text', (column) => column.notNull())
      .addColumn('chosenAt', types.integer, (column) => column.notNull())
      .addColumn('details', types.bytes)
      .addColumn('doneAt', types.integer)
      .execute();
    await addIndex(schema, 'reading_choices', ['recipientId']);
    await addIndex(schema, 'reading_choices', ['messageId']);
    await addIndex(schema, 'reading_choices', ['chosenAt']);
  },
};
