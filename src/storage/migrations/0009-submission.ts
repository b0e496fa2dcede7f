/** What is known of how a mail was handed in: the submitter's name, and whether TLS was asked for on the whole way. */
import type { Migration } from './migration.ts';

export const submission: Migration = {
  name: '0009-submission',
  async up({ transaction, types }) {
    // One statement for each: SQLite adds one column at a time.
    await transaction.schema.alterTable('messages').addColumn('submitterName', 'text').execute();
    await transaction.schema.alterTable('messages').addColumn('requireTls', types.integer).execute();
  },
};
