/** What is counted for TLS reports (RFC 8460), and which were sent. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const tlsReports: Migration = {
  name: '0008-tls-reports',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('tls_results')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('domain', 'text', (column) => column.notNull())
      .addColumn('policy', 'text', (column) => column.notNull())
      .addColumn('result', 'text', (column) => column.notNull())
      .addColumn('mxHost', 'text', (column) => column.notNull())
      .addColumn('receivingIp', 'text', (column) => column.notNull())
      .addColumn('sessions', types.integer, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'tls_results', ['day', 'domain']);
    await schema
      .table('tls_reports')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('domain', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('at', types.integer, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'tls_reports', ['day', 'domain']);
  },
};
