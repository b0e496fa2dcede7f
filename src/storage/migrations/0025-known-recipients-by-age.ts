/** Who an author wrote to is forgotten by age; without an index the whole table is walked each time. */
import { addIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const knownRecipientsByAge: Migration = {
  name: '0025-known-recipients-by-age',
  async up(schema) {
    await addIndex(schema, 'known_recipients', ['firstAt']);
  },
};
