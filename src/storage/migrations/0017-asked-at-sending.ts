/** What an author asked for at sending, for each copy: when it should have been read, no answers, a second channel. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const askedAtSending: Migration = {
  name: '0017-asked-at-sending',
  async up(schema) {
    const { transaction, types } = schema;
    for (const column of ['readBy', 'noReply', 'secondChannel'])
      await transaction.schema.alterTable('recipients').addColumn(column, types.integer).execute();
    await addIndex(schema, 'recipients', ['state', 'readBy']);
  },
};
