/** Staff: people, their proven addresses, credentials, roles, sessions, and the links that prove an address. */
import { sql } from 'kysely';

import { addIndex, addSparseIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const staffTables: Migration = {
  name: '0007-staff',
  async up(schema) {
    await createStaff(schema);
    await createStaffAddresses(schema);
    await createStaffCredentials(schema);
    await createStaffRoles(schema);
    await createStaffSessions(schema);
    await createStaffLinks(schema);
    await createStaffUsedTickets(schema);
  },
};

async function createStaff({ types, table }: Schema): Promise<void> {
  await table('staff')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('lastSignInAt', types.integer)
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
}

async function createStaffAddresses(schema: Schema): Promise<void> {
  const { types, transaction } = schema;
  await schema
    .table('staff_addresses')
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('staffId', 'text', (column) => column.notNull().references('staff.id').onDelete('cascade'))
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('proof', 'text', (column) => column.notNull())
    .addColumn('provenAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('staff_addresses_key', ['canonicalAddress', 'staffId'])
    .execute();
  await addIndex(schema, 'staff_addresses', ['staffId']);
  // A shared mailbox has many members, an address of somebody's own has one owner.
  await transaction.schema
    .createIndex('staff_addresses_one_owner')
    .on('staff_addresses')
    .column('canonicalAddress')
    .where(sql<boolean>`kind = 'own'`)
    .unique()
    .execute();
}

async function createStaffCredentials(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('staff_credentials')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('staffId', 'text', (column) => column.notNull().references('staff.id').onDelete('cascade'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('lookup', 'text', (column) => column.notNull().unique())
    .addColumn('publicKey', types.bytes)
    .addColumn('signCount', types.integer, (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('strong', types.integer, (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('lastUsedAt', types.integer)
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'staff_credentials', ['staffId']);
}

async function createStaffRoles({ types, table }: Schema): Promise<void> {
  await table('staff_roles')
    .addColumn('staffId', 'text', (column) => column.notNull().references('staff.id').onDelete('cascade'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('grantedAt', types.integer, (column) => column.notNull())
    .addColumn('grantedBy', 'text')
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('staff_roles_key', ['staffId', 'role', 'source'])
    .execute();
}

async function createStaffSessions(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('staff_sessions')
    .addColumn('tokenHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('staffId', 'text', (column) => column.notNull().references('staff.id').onDelete('cascade'))
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('mfa', types.integer, (column) => column.notNull())
    .addColumn('browser', 'text', (column) => column.notNull())
    .addColumn('remoteAddress', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('lastSeenAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'staff_sessions', ['staffId']);
  await addIndex(schema, 'staff_sessions', ['expiresAt']);
}

async function createStaffLinks(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('staff_links')
    .addColumn('tokenHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('staffId', 'text', (column) => column.references('staff.id').onDelete('cascade'))
    .addColumn('role', 'text')
    .addColumn('browserHash', types.bytes)
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addSparseIndex(schema, 'staff_links', 'staffId');
  await addIndex(schema, 'staff_links', ['expiresAt']);
}

async function createStaffUsedTickets(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('staff_used_tickets')
    .addColumn('ticketHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'staff_used_tickets', ['expiresAt']);
}
