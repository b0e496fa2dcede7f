/** Codes that the help desk gives by telephone to people whom mail doesn't reach. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const handOverCodes: Migration = {
  name: '0034-hand-over-codes',
  async up(schema) {
    const { types } = schema;
    await schema
      .table('hand_over_codes')
      .addColumn('canonicalAddress', 'text', (column) => column.primaryKey().notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('codeHash', types.bytes, (column) => column.notNull())
      .addColumn('madeBy', 'text', (column) => column.notNull())
      .addColumn('createdAt', types.integer, (column) => column.notNull())
      .addColumn('expiresAt', types.integer, (column) => column.notNull())
      .addColumn('usedAt', types.integer)
      .addColumn('mac', types.bytes, (column) => column.notNull())
      .execute();
    await addIndex(schema, 'hand_over_codes', ['expiresAt']);
  },
};
