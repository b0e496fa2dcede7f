/** Reads rows of a PostgreSQL database beside the gateway that uses it. */
import pg from 'pg';

import { eventually } from '#test/support/eventually.ts';

import type { Rows } from './oracle.ts';

export function rowsOf(url: string): Rows {
  return async (sql) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows;
    } finally {
      await client.end();
    }
  };
}

/** Waits until the server has ended what a killed gateway left running: what was sent may still be committed. */
export async function othersGone(rows: Rows): Promise<void> {
  await eventually('the server has dropped the connections of the dead', async () => {
    const others = await rows(
      'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return others.length === 0;
  });
}
