/**
 * The copy of one message for one address, by both: with an index for each alone the database walks all messages of an
 * address, thousands for a busy one, at every request of a reader's page.
 */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const copiesByMessage: Migration = {
  name: '0014-copies-by-message',
  async up(schema) {
    await addIndex(schema, 'recipients', ['messageId', 'canonicalAddress']);
    // What the longer one does as well.
    await schema.transaction.schema.dropIndex('recipients_by_messageId').execute();
  },
};
