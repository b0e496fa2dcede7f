/** When a recipient was reminded, and when the author was told that a message stays unread. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const reminders: Migration = {
  name: '0010-reminders',
  async up(schema) {
    const { transaction, types } = schema;
    for (const column of ['remindedAt', 'notOpenedToldAt'])
      await transaction.schema.alterTable('recipients').addColumn(column, types.integer).execute();
    await addIndex(schema, 'recipients', ['state', 'settledAt']);
  },
};
