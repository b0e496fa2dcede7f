/** Recipients' passkeys, second factors, remembered devices, and resets that wait. */
import { addIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const recipientsCredentials: Migration = {
  name: '0021-recipients-credentials',
  async up(schema) {
    await schema.transaction.schema.alterTable('staff_used_tickets').renameTo('used_tickets').execute();
    await extendAccounts(schema);
    await createRecoveryCodes(schema);
    await createRememberedDevices(schema);
    await createPendingResets(schema);
  },
};

async function extendAccounts({ transaction, types }: Schema): Promise<void> {
  const builder = transaction.schema;
  await builder.alterTable('accounts').addColumn('suspendedBefore', types.integer).execute();
  for (const column of ['counter', 'trustedAt', 'lastUsedAt'])
    await builder.alterTable('credentials').addColumn(column, types.integer).execute();
  for (const column of ['lookup', 'transports', 'label'])
    await builder.alterTable('credentials').addColumn(column, 'text').execute();
  await builder.alterTable('credentials').addColumn('publicKey', types.bytes).execute();
  await builder.createIndex('credentials_by_lookup').unique().on('credentials').column('lookup').execute();
}

async function createRecoveryCodes(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('recovery_codes')
    .addColumn('codeHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'recovery_codes', ['accountId']);
}

async function createRememberedDevices(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('remembered_devices')
    .addColumn('tokenHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('browser', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('lastUsedAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'remembered_devices', ['accountId']);
  await addIndex(schema, 'remembered_devices', ['expiresAt']);
}

async function createPendingResets(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('pending_resets')
    .addColumn('accountId', 'text', (column) =>
      column.primaryKey().notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('requestedAt', types.integer, (column) => column.notNull())
    .addColumn('effectiveAt', types.integer, (column) => column.notNull())
    .addColumn('cancelHash', types.bytes, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'pending_resets', ['cancelHash']);
}
