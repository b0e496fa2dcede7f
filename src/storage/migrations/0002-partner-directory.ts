/** The partner directory: the managed list, agreements, what is known of each domain's channel, and its history. */
import { addIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const partnerDirectory: Migration = {
  name: '0002-partner-directory',
  async up(schema) {
    await createPartners(schema);
    await createAgreements(schema);
    await createChannels(schema);
    await createEvents(schema);
    await createWarnings(schema);
    await createSuggestions(schema);
  },
};

async function createPartners({ types, table }: Schema): Promise<void> {
  await table('partners')
    .addColumn('domain', 'text', (column) => column.primaryKey().notNull())
    .addColumn('tls', 'text', (column) => column.notNull())
    .addColumn('nextHopHost', 'text')
    .addColumn('nextHopPort', types.integer)
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('changedAt', types.integer, (column) => column.notNull())
    .addColumn('changedBy', 'text', (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
}

async function createAgreements({ types, table }: Schema): Promise<void> {
  await table('partner_agreements')
    .addColumn('domain', 'text', (column) => column.primaryKey().notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('signedOn', 'text')
    .addColumn('expiresOn', 'text')
    .addColumn('keptAt', 'text')
    .addColumn('changedAt', types.integer, (column) => column.notNull())
    .addColumn('changedBy', 'text', (column) => column.notNull())
    .execute();
}

async function createChannels({ types, table }: Schema): Promise<void> {
  await table('domain_channels')
    .addColumn('domain', 'text', (column) => column.primaryKey().notNull())
    .addColumn('probedAt', types.integer)
    .addColumn('outcome', 'text')
    .addColumn('setting', 'text')
    .addColumn('how', 'text')
    .addColumn('why', 'text')
    .addColumn('servers', 'text')
    .addColumn('certificateExpiresAt', types.integer)
    .addColumn('policyId', 'text')
    .addColumn('policyExpiresAt', types.integer)
    .addColumn('verifiedAt', types.integer)
    .addColumn('verifiedTls', 'text')
    .addColumn('inboundAt', types.integer)
    .addColumn('inboundTls', 'text')
    .execute();
}

async function createEvents(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('partner_events')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('at', types.integer, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .execute();
  await addIndex(schema, 'partner_events', ['domain', 'id']);
  await addIndex(schema, 'partner_events', ['at']);
}

async function createWarnings({ types, table }: Schema): Promise<void> {
  await table('partner_warnings')
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('stage', types.integer, (column) => column.notNull())
    .addColumn('since', types.integer, (column) => column.notNull())
    .addColumn('why', 'text')
    .addColumn('until', types.integer)
    .addPrimaryKeyConstraint('partner_warnings_key', ['domain', 'kind'])
    .execute();
}

async function createSuggestions({ types, table }: Schema): Promise<void> {
  await table('partner_suggestions')
    .addColumn('domain', 'text', (column) => column.primaryKey().notNull())
    .addColumn('mails', types.integer, (column) => column.notNull())
    .addColumn('countedAt', types.integer, (column) => column.notNull())
    .execute();
}
