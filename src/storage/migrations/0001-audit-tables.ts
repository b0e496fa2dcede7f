/** The audit log. Its entries outlive what they speak of, so they only name it. */
import { addIndex, addSparseIndex } from './indexes.ts';
import type { Schema } from './migration.ts';

export async function createAuditTables(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('audit_entries')
    .addColumn('sequence', types.sequence)
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('messageId', 'text')
    .addColumn('recipientId', 'text')
    .addColumn('accountId', 'text')
    .addColumn('entry', 'text', (column) => column.notNull())
    .addColumn('salt', types.bytes, (column) => column.notNull())
    .addColumn('leaf', types.bytes, (column) => column.notNull())
    .execute();
  await addSparseIndex(schema, 'audit_entries', 'messageId');
  await addIndex(schema, 'audit_entries', ['at']);
}
