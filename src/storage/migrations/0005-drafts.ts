/** Replies that recipients are writing. They go with the account, and with the copy that they answer. */
import { addIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const draftTables: Migration = {
  name: '0005-drafts',
  async up(schema) {
    await createDrafts(schema);
    await createDraftFiles(schema);
    await createDraftChunks(schema);
  },
};

async function createDrafts(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('drafts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('accountId', 'text', (column) =>
      column.notNull().references('accounts.id').onDelete('cascade'),
    )
    .addColumn('recipientId', 'text', (column) =>
      column.notNull().references('recipients.id').onDelete('cascade'),
    )
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('updatedAt', types.integer, (column) => column.notNull())
    .addColumn('wrappedKey', types.bytes, (column) => column.notNull())
    .addColumn('text', types.bytes)
    .addUniqueConstraint('drafts_one_for_each_copy', ['accountId', 'recipientId'])
    .execute();
  await addIndex(schema, 'drafts', ['recipientId']);
  await addIndex(schema, 'drafts', ['updatedAt']);
}

async function createDraftFiles(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('draft_files')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('draftId', 'text', (column) => column.notNull().references('drafts.id').onDelete('cascade'))
    .addColumn('sizeBytes', types.integer, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'draft_files', ['draftId']);
}

async function createDraftChunks({ types, table }: Schema): Promise<void> {
  await table('draft_chunks')
    .addColumn('fileId', 'text', (column) =>
      column.notNull().references('draft_files.id').onDelete('cascade'),
    )
    .addColumn('number', types.integer, (column) => column.notNull())
    .addColumn('sealed', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('draft_chunks_key', ['fileId', 'number'])
    .execute();
}
