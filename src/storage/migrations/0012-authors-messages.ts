/** Authors find their own messages, and what they did about one: its notice sent again, a wrong recipient. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const authorsMessages: Migration = {
  name: '0012-authors-messages',
  async up(schema) {
    const { transaction, types } = schema;
    const messages = transaction.schema.alterTable('messages');
    await messages.addColumn('authorCanonical', 'text').execute();
    await messages.addColumn('authorMac', types.bytes).execute();
    for (const column of ['announcedAgainAt', 'wrongRecipientAt'])
      await transaction.schema.alterTable('recipients').addColumn(column, types.integer).execute();
    await addIndex(schema, 'messages', ['authorCanonical', 'id']);
  },
};
