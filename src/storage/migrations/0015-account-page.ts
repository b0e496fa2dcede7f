/**
 * What a recipient's account page shows and keeps: sessions by browser, the sign-in before this one, time zone, larger
 * text. Codes that prove an address for an account are for no copy, so their table is made anew; a code lives ten
 * minutes.
 */
import { addIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const accountPage: Migration = {
  name: '0015-account-page',
  async up(schema) {
    const { transaction, types } = schema;
    for (const column of ['timeZone', 'lastSignInBrowser', 'previousSignInBrowser'])
      await transaction.schema.alterTable('accounts').addColumn(column, 'text').execute();
    for (const column of ['largerText', 'previousSignInAt'])
      await transaction.schema.alterTable('accounts').addColumn(column, types.integer).execute();
    await transaction.schema.alterTable('sessions').addColumn('browser', 'text').execute();
    await remakeAddressCodes(schema);
  },
};

async function remakeAddressCodes(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema.transaction.schema.dropTable('address_codes').execute();
  await schema
    .table('address_codes')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('recipientId', 'text', (column) => column.references('recipients.id').onDelete('cascade'))
    .addColumn('accountId', 'text', (column) => column.references('accounts.id').onDelete('cascade'))
    .addColumn('browserHash', types.bytes, (column) => column.notNull())
    .addColumn('codeHash', types.bytes, (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('tries', types.integer, (column) => column.notNull())
    .addColumn('usedAt', types.integer)
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'address_codes', ['recipientId', 'createdAt']);
  await addIndex(schema, 'address_codes', ['accountId']);
  await addIndex(schema, 'address_codes', ['canonicalAddress', 'createdAt']);
  await addIndex(schema, 'address_codes', ['expiresAt']);
}
