import type { Database, Statement } from '#src/storage/database.ts';

/** SQL that no code of ours would write, as somebody with the database types it; `?` in either dialect. It must hit a row. */
export function byHand(
  { dialect }: Pick<Database, 'dialect'>,
  sql: string,
  ...parameters: (string | number | Uint8Array | null)[]
): Statement {
  let count = 0;
  const numbered = dialect === 'postgres' ? sql.replaceAll('?', () => `$${(count += 1)}`) : sql;
  return { sql: numbered, parameters, expect: { atLeast: 1 } };
}
