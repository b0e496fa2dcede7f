/** Deliveries to the servers of each domain: what is urgent, claiming for one domain, and MTA-STS policies. */
import { addIndex } from './indexes.ts';
import type { Migration, Schema } from './migration.ts';

export const outboundRouting: Migration = {
  name: '0004-outbound-routing',
  async up(schema) {
    await schema.transaction.schema
      .alterTable('deliveries')
      .addColumn('urgent', schema.types.integer, (column) => column.notNull().defaultTo(0))
      .execute();
    // What is due for one domain lies together, so that a million that wait for another one are not looked at.
    await addIndex(schema, 'deliveries', ['state', 'route', 'domain', 'nextAttemptAt']);
    await createPolicies(schema);
  },
};

async function createPolicies(schema: Schema): Promise<void> {
  const { types } = schema;
  await schema
    .table('mta_sts_policies')
    .addColumn('domain', 'text', (column) => column.primaryKey().notNull())
    .addColumn('policyId', 'text', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('mx', 'text', (column) => column.notNull())
    .addColumn('fetchedAt', types.integer, (column) => column.notNull())
    .addColumn('expiresAt', types.integer, (column) => column.notNull())
    .addColumn('mac', types.bytes, (column) => column.notNull())
    .execute();
  await addIndex(schema, 'mta_sts_policies', ['expiresAt']);
}
