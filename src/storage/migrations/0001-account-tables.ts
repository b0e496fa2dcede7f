/** Recipients' accounts and what lets somebody in. What belongs to an account goes with it. */
import { addIndex, addSparseIndex } from './indexes.ts';
import type { Schema } from './migration.ts';

export async function createAccountTables(schema: Schema): Promise<void> {
  await createAccounts(schema);
  await createAccountKeys(schema);
  await createAccountAddresses(schema);
  await createCredentials(schema);
  await createSessions(schema);
  await createAddressCodes(schema);
  await createThrottles(schema);
}

async function createAccounts({ types, table }: Schema): Promise<void> {
  await table('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('locale', 'text', (column) => column.notNull())
    .addColumn('resetAt', types.integer)
    .addColumn('lastSignInAt', types.integer)
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
}

async function createAccountKeys({ types, table }: Schema): Promise<void> {
  await table('account_keys')
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('wrappedPrivateKey', types.bytes, (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('account_keys_key', ['accountId', 'kid'])
    .execute();
}

async function createAccountAddresses(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('account_addresses')
    .addColumn('canonicalAddress', 'text', (column) => column.primaryKey().notNull())
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('provenAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'account_addresses', ['accountId']);
}

async function createCredentials(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('credentials')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'credentials', ['accountId', 'kind']);
}

async function createSessions(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('sessions')
    .addColumn('tokenHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('accountId', 'text', (column) => column.references('accounts.id').onDelete('cascade'))
    .addColumn('canonicalAddress', 'text')
    .addColumn('recipientId', 'text', (column) => column.references('recipients.id').onDelete('cascade'))
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('lastSeenAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addSparseIndex(schema, 'sessions', 'accountId');
  await addSparseIndex(schema, 'sessions', 'recipientId');
  await addIndex(schema, 'sessions', ['expiresAt']);
}

async function createAddressCodes(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('address_codes')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('recipientId', 'text', (column) =>
      column.notNull().references('recipients.id').onDelete('cascade'),
    )
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
  await addIndex(schema, 'address_codes', ['canonicalAddress', 'createdAt']);
  await addIndex(schema, 'address_codes', ['expiresAt']);
}

async function createThrottles(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('throttles')
    .addColumn('key', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('windowStart', types.integer, (column) => column.notNull())
    .addColumn('count', types.integer, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'throttles', ['windowStart']);
}
