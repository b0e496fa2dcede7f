/** The tables of the first release; what each column means stands in `tables.ts`. */
import { createAccountTables } from './0001-account-tables.ts';
import { createAuditTables } from './0001-audit-tables.ts';
import { createMailTables } from './0001-mail-tables.ts';
import type { Migration } from './migration.ts';

export const firstTables: Migration = {
  name: '0001-first-tables',
  async up(schema) {
    await createMailTables(schema);
    await createAccountTables(schema);
    await createAuditTables(schema);
  },
};
