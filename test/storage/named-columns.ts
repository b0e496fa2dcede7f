/** Reads the tables and columns that `tables.ts` names, to hold them against what the migrations made. */
import { readFile } from 'node:fs/promises';

const TABLES_FILE = new URL('../../src/storage/tables.ts', import.meta.url);

/** Column names in alphabetical order by table name. */
export async function namedColumns(): Promise<ReadonlyMap<string, readonly string[]>> {
  const interfaces = new Map<string, string>();
  const source = await readFile(TABLES_FILE, 'utf8');
  for (const [, name = '', body = ''] of source.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gmsu))
    interfaces.set(name, body);
  const tables = new Map<string, readonly string[]>();
  for (const [table, type] of fieldsOf(interfaces.get('Tables') ?? ''))
    tables.set(
      table,
      fieldsOf(interfaces.get(type) ?? '')
        .map(([column]) => column)
        .sort(),
    );
  if (tables.size === 0) throw new Error('tables.ts is written in a way that this test does not read');
  return tables;
}

function fieldsOf(body: string): [name: string, type: string][] {
  return [...body.matchAll(/^ {2}(\w+)\??: ([^;\n]+)/gmu)].map(([, name = '', type = '']) => [name, type]);
}
