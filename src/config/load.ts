/**
 * TOML text → settings, or every problem at once, each with its line and what would be right. Reads no file and
 * changes nothing: a reload that finds a problem leaves the settings in force as they are.
 */
import { parse, TomlError } from 'smol-toml';

import { assembleSettings, type ReadValues } from './assemble-settings.ts';
import { checkTogether } from './check-together.ts';
import { ProblemCollector } from './config-problems.ts';
import { findKeyLines } from './key-lines.ts';
import type { KeySpec } from './key-spec.ts';
import { LIST_SCHEMA, REQUIRED_IN_LIST, SCHEMA } from './schema.ts';
import type { Settings } from './settings.ts';

/** The settings without any file: a trial on this machine, mail is captured. */
export function trialSettings(baseDir: string): Settings {
  return loadSettings('', baseDir, true);
}

/** Relative paths are taken from `baseDir` (the folder of the file). Throws ConfigInvalid. */
export function loadSettings(toml: string, baseDir: string, isTrial = false): Settings {
  const collector = new ProblemCollector(findKeyLines(toml));
  const document = parseToml(toml, collector);
  const values = readDocument(document, collector);
  collector.throwIfAny();
  const settings = assembleSettings(values, baseDir, isTrial);
  checkTogether(settings, collector);
  collector.throwIfAny();
  return settings;
}

type Document = Record<string, unknown>;

function parseToml(toml: string, problems: ProblemCollector): Document {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    problems.add('the file', `this is no TOML: ${error.message.split('\n')[0] ?? ''}`, error.line);
    return {};
  }
}

function readDocument(document: Document, problems: ProblemCollector): ReadValues {
  const single = new Map<string, unknown>();
  for (const [table, keys] of Object.entries(SCHEMA)) {
    const given = table === '' ? document : tableOf(document, table, problems);
    for (const [key, value] of readTable(table === '' ? '' : `${table}.`, keys, given, problems))
      single.set(key, value);
    const known = { ...keys, ...tableNames(`${table}.`) };
    if (table !== '') reportUnknownKeys(`${table}.`, known, given, problems);
  }
  reportUnknownKeys('', { ...SCHEMA[''], ...tableNames('') }, document, problems);
  const lists = new Map<string, readonly ReadonlyMap<string, unknown>[]>();
  for (const [table, keys] of Object.entries(LIST_SCHEMA))
    lists.set(table, readList(table, keys, document[table], problems));
  return { single, lists };
}

/** Names of the tables that stand in `within` (`''`: the file, `console.`: a table), without it. */
function tableNames(within: string): Record<string, null> {
  const names = [...Object.keys(SCHEMA), ...Object.keys(LIST_SCHEMA)]
    .filter((name) => name.startsWith(within) && name !== '')
    .map((name) => name.slice(within.length))
    .filter((name) => !name.includes('.'));
  return Object.fromEntries(names.map((name) => [name, null]));
}

function tableOf(document: Document, table: string, problems: ProblemCollector): Document {
  let value: unknown = document;
  for (const name of table.split('.')) value = isTable(value) ? value[name] : undefined;
  if (value === undefined) return {};
  if (isTable(value)) return value;
  problems.add(table, `write it as a table: [${table}]`);
  return {};
}

function isTable(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readTable(
  prefix: string,
  keys: Readonly<Record<string, KeySpec>>,
  given: Document,
  problems: ProblemCollector,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, spec] of Object.entries(keys)) {
    const value = given[key] ?? spec.default;
    if (value === undefined) continue;
    const result = spec.read(value);
    if (result.ok) values.set(`${prefix}${key}`, result.value);
    else problems.add(`${prefix}${key}`, `needs ${result.wanted}`);
  }
  return values;
}

function reportUnknownKeys(
  prefix: string,
  known: Readonly<Record<string, unknown>>,
  given: Document,
  problems: ProblemCollector,
): void {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue;
    const near = Object.keys(known).find(
      (name) => name.toLowerCase() === key.toLowerCase() || name.startsWith(key.slice(0, 5)),
    );
    problems.add(
      `${prefix}${key}`,
      near === undefined ? 'there is no such key' : `there is no such key; "${near}" is meant?`,
    );
  }
}

function readList(
  table: string,
  keys: Readonly<Record<string, KeySpec>>,
  value: unknown,
  problems: ProblemCollector,
): readonly ReadonlyMap<string, unknown>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.add(table, `write each as [[${table}]]`);
    return [];
  }
  return value.map((item: unknown, index) => {
    const given = isTable(item) ? item : {};
    for (const key of REQUIRED_IN_LIST[table] ?? []) {
      if (given[key] === undefined) problems.add(`${table}.${index}`, `"${key}" is missing`);
    }
    reportUnknownKeys(`${table}.${index}.`, keys, given, problems);
    const entries = readTable(`${table}.${index}.`, keys, given, problems);
    return new Map([...entries].map(([key, entry]) => [key.slice(`${table}.${index}.`.length), entry]));
  });
}
