/** Replies that wait until their files are scanned. */
import { addSparseIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const waitingReplies: Migration = {
  name: '0013-waiting-replies',
  async up(schema) {
    const { transaction, types } = schema;
    for (const column of ['waitingSince', 'infectedFile'])
      await transaction.schema.alterTable('drafts').addColumn(column, types.integer).execute();
    for (const column of ['waitingReply', 'waitingMac'])
      await transaction.schema.alterTable('drafts').addColumn(column, types.bytes).execute();
    await addSparseIndex(schema, 'drafts', 'waitingSince');
  },
};
