/** A database for parts that may queue a mail with what they commit: delivery is due at once then. */
import type { Database } from '#src/storage/database.ts';

import type { Core } from './core.ts';

export function wakingDatabase(core: Pick<Core, 'database' | 'onQueued'>): Database {
  return {
    ...core.database,
    query: core.database.query,
    async commit(statements) {
      const results = await core.database.commit(statements);
      core.onQueued();
      return results;
    },
  };
}
