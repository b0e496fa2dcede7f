/** Who else may read what comes to a recipient's address, and who has asked to. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const addressAccess: Migration = {
  name: '0029-address-access',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('address_access')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('ownerAccountId', 'text', (column) =>
        column.notNull().references('accounts.id').onDelete('cascade'),
      )
      .addColumn('canonicalAddress', 'text', (column) =>
        column.notNull().references('account_addresses.canonicalAddress').onDelete('cascade'),
      )
      .addColumn('recipientId', 'text', (column) => column.references('recipients.id').onDelete('cascade'))
      .addColumn('readerAddress', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('createdAt', types.integer, (column) => column.notNull())
      .addColumn('until', types.integer)
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'address_access', ['readerAddress']);
    await addIndex(schema, 'address_access', ['ownerAccountId']);
    await addIndex(schema, 'address_access', ['canonicalAddress']);
    await addIndex(schema, 'address_access', ['recipientId']);
  },
};
