/** What officers look for: wrong recipients that were reported, and alarms, among all that was ever recorded. */
import { addSparseIndex } from './indexes.ts';
import type { Migration } from './migration.ts';

export const officersPages: Migration = {
  name: '0028-officers-pages',
  async up(schema) {
    await addSparseIndex(schema, 'recipients', 'wrongRecipientAt');
    // Alarms are few among millions of entries; the query names the event as it stands here, not as a parameter.
    await schema.transaction.schema
      .createIndex('audit_entries_of_alarms')
      .on('audit_entries')
      .columns(['event', 'sequence'])
      .where('event', '=', 'tamper-detected')
      .execute();
  },
};
