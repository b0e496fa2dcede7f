/**
 * Messages, their recipients, wraps and deliveries. Rows that are nothing without their message go with it; what
 * outlives it (secured threads, captured mails, written mails about it) only names it.
 */
import { addIndex, addSparseIndex } from './indexes.ts';
import type { Schema } from './migration.ts';

export async function createMailTables(schema: Schema): Promise<void> {
  await createMessages(schema);
  await createRecipients(schema);
  await createWraps(schema);
  await createDeliveries(schema);
  await createSecuredThreads(schema);
  await createCapturedMails(schema);
}

async function createMessages(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('messages')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('aboutMessageId', 'text')
    .addColumn('acceptedAt', types.integer, (column) => column.notNull())
    .addColumn('reversePath', 'text', (column) => column.notNull())
    .addColumn('authorAddress', 'text')
    .addColumn('fromAddress', 'text')
    .addColumn('traceFields', 'text', (column) => column.notNull())
    .addColumn('originalMessageId', 'text')
    .addColumn('wantsDisposition', types.integer, (column) => column.notNull())
    .addColumn('submitterAddress', 'text', (column) => column.notNull())
    .addColumn('submitterProof', 'text', (column) => column.notNull())
    .addColumn('sizeBytes', types.integer, (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('smtputf8', types.integer, (column) => column.notNull())
    .addColumn('dsnReturn', 'text')
    .addColumn('dsnEnvelopeId', 'text')
    .addColumn('objectStorage', 'text', (column) => column.notNull())
    .addColumn('objectName', 'text')
    .addColumn('objectLength', types.integer, (column) => column.notNull())
    .addColumn('layout', 'text', (column) => column.notNull())
    .addColumn('manifest', 'text')
    .addColumn('deskListEntry', types.bytes)
    .addColumn('listEntry', types.bytes)
    .addColumn('holdUntil', types.integer)
    .addColumn('holdTokenHash', types.bytes)
    .addColumn('keptUntil', types.integer)
    // Last, because SQLite reads a row's earlier columns without touching the pages a large value spills into.
    .addColumn('objectBytes', types.bytes)
    .execute();
  await addSparseIndex(schema, 'messages', 'holdTokenHash');
  await addSparseIndex(schema, 'messages', 'holdUntil');
  await addSparseIndex(schema, 'messages', 'keptUntil');
  await addSparseIndex(schema, 'messages', 'aboutMessageId');
}

async function createRecipients(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('recipients')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('messageId', 'text', (column) =>
      column.notNull().references('messages.id').onDelete('cascade'),
    )
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('canonicalAddress', 'text', (column) => column.notNull())
    .addColumn('internal', types.integer, (column) => column.notNull())
    .addColumn('protection', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('lockedAt', types.integer)
    .addColumn('lockReason', 'text')
    .addColumn('expiresAt', types.integer)
    .addColumn('linkTokenHash', types.bytes)
    .addColumn('linkMac', types.bytes)
    .addColumn('messageCodeHash', types.bytes)
    .addColumn('firstOpenedAt', types.integer)
    .addColumn('lastOpenedAt', types.integer)
    .addColumn('openedByAccountId', 'text')
    .addColumn('dsnNotify', 'text')
    .addColumn('dsnOriginalRecipient', 'text')
    .addColumn('lastReply', 'text')
    .addColumn('settledAt', types.integer)
    .execute();
  await addIndex(schema, 'recipients', ['messageId']);
  await addIndex(schema, 'recipients', ['canonicalAddress', 'id']);
  await addSparseIndex(schema, 'recipients', 'expiresAt');
  await addSparseIndex(schema, 'recipients', 'messageCodeHash');
  await schema.transaction.schema
    .createIndex('recipients_by_linkTokenHash')
    .on('recipients')
    .column('linkTokenHash')
    .unique()
    .execute();
}

async function createWraps(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('wraps')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('messageId', 'text', (column) =>
      column.notNull().references('messages.id').onDelete('cascade'),
    )
    .addColumn('holderKind', 'text', (column) => column.notNull())
    .addColumn('holderId', 'text', (column) => column.notNull())
    .addColumn('recipientId', 'text', (column) => column.references('recipients.id').onDelete('cascade'))
    .addColumn('kid', 'text', (column) => column.notNull())
    .addColumn('wrap', types.bytes, (column) => column.notNull())
    .addColumn('replacement', 'text')
    .execute();
  await addIndex(schema, 'wraps', ['messageId']);
  await addIndex(schema, 'wraps', ['holderKind', 'holderId']);
  await addIndex(schema, 'wraps', ['kid', 'holderKind']);
  await addSparseIndex(schema, 'wraps', 'recipientId');
}

async function createDeliveries(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('messageId', 'text', (column) =>
      column.notNull().references('messages.id').onDelete('cascade'),
    )
    .addColumn('recipientId', 'text', (column) => column.references('recipients.id').onDelete('set null'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reversePath', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('tlsRequirement', 'text')
    .addColumn('rangeStart', types.integer)
    .addColumn('rangeEnd', types.integer)
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', types.integer, (column) => column.notNull())
    .addColumn('nextAttemptAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('delayReportedAt', types.integer)
    .addColumn('leaseOwner', 'text')
    .addColumn('leaseUntil', types.integer)
    .addColumn('lastReply', 'text')
    .addColumn('lastEnhancedStatus', 'text')
    .addColumn('tlsFacts', 'text')
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .addColumn('settledAt', types.integer)
    .addColumn('dsnNotify', 'text')
    .addColumn('dsnOriginalRecipient', 'text')
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  // What is due lies together at one place of this index, however many wait or are settled.
  await addIndex(schema, 'deliveries', ['state', 'nextAttemptAt']);
  // For the routes that still have room, while another one is taken up by a slow next hop.
  await addIndex(schema, 'deliveries', ['state', 'route', 'nextAttemptAt']);
  await addIndex(schema, 'deliveries', ['messageId']);
  await addSparseIndex(schema, 'deliveries', 'recipientId');
  await addSparseIndex(schema, 'deliveries', 'leaseOwner');
}

async function createSecuredThreads(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('secured_threads')
    .addColumn('messageIdHash', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('messageId', 'text', (column) => column.notNull())
    .addColumn('createdAt', types.integer, (column) => column.notNull())
    .execute();
}

async function createCapturedMails(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('captured_mails')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('deliveryId', 'text', (column) => column.notNull())
    .addColumn('capturedAt', types.integer, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('reversePath', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('sealed', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'captured_mails', ['capturedAt']);
}
