/** Writes docs/configuration.md from the schema, so that the page and the program cannot disagree. */
import { hostname } from 'node:os';

import type { KeySpec } from './key-spec.ts';
import { LIST_SCHEMA, SCHEMA } from './schema.ts';

/** The reference page, in Markdown. */
export function configurationReference(): string {
  const sections = [
    ...Object.entries(SCHEMA).map(([table, keys]) =>
      section(table === '' ? 'Top of the file' : `[${table}]`, keys),
    ),
    ...Object.entries(LIST_SCHEMA).map(([table, keys]) => section(`[[${table}]]`, keys)),
  ];
  return `# Configuration\n\n${INTRODUCTION}\n\n${sections.join('\n')}`;
}

const INTRODUCTION =
  'One TOML file, given by `npm start -- --config FILE`. Every key may be left out. This page is made from the ' +
  'schema by `npm run docs`; a test fails when it is out of date. A file with a mistake is refused as a whole, ' +
  'with every problem, its line, and what would be right. SIGHUP reads the file again; a bad one leaves the old in force.';

function section(title: string, keys: Readonly<Record<string, KeySpec>>): string {
  const rows = Object.entries(keys).map(
    ([key, spec]) => `| \`${key}\` | ${spec.description} | ${shown(spec)} |`,
  );
  return `## ${title}\n\n| key | meaning | default |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function shown(spec: KeySpec): string {
  if (spec.default === undefined) return spec.example === undefined ? '' : `none; e.g. \`${spec.example}\``;
  if (spec.default === hostname()) return 'this machine’s name';
  return `\`${JSON.stringify(spec.default)}\`${spec.example === undefined ? '' : `; e.g. \`${spec.example}\``}`;
}
