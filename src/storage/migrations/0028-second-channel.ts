/** What an author tells a recipient by telephone before the first opening, and who has shown to know it. */
import type { Migration } from './migration.ts';

export const secondChannel: Migration = {
  name: '0028-second-channel',
  async up({ table, types }) {
    await table('second_channel_secrets')
      .addColumn('recipientId', 'text', (column) =>
        column.primaryKey().notNull().references('recipients.id').onDelete('cascade'),
      )
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('secretHash', types.bytes, (column) => column.notNull())
      .addColumn('madeBy', 'text', (column) => column.notNull())
      .addColumn('createdAt', types.integer, (column) => column.notNull())
      .addColumn('expiresAt', types.integer, (column) => column.notNull())
      .addColumn('tries', types.integer, (column) => column.notNull())
      .addColumn('usedAt', types.integer)
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .execute();
    await table('second_channel_proofs')
      .addColumn('recipientId', 'text', (column) =>
        column.notNull().references('recipients.id').onDelete('cascade'),
      )
      .addColumn('accountId', 'text', (column) =>
        column.notNull().references('accounts.id').onDelete('cascade'),
      )
      .addColumn('provenAt', types.integer, (column) => column.notNull())
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .addPrimaryKeyConstraint('second_channel_proofs_key', ['recipientId', 'accountId'])
      .execute();
  },
};
