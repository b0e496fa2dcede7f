/**
 * Statements whose SQL is compiled once and then only filled with values. Kysely builds a tree and walks it for every
 * query, which on the path of each message costs more than the database does. The result is the same: the query is
 * written with Kysely, checked against the tables, and compiled for the dialect of the database that it is for.
 */
import type { Compilable, CompiledQuery, Insertable, Kysely } from 'kysely';

import { statement, type Expectation, type Statement } from './database.ts';
import type { Tables } from './tables.ts';

type Query = Kysely<Tables>;

/** Stands for a value while a query is compiled; Kysely takes it for the value itself. */
class Slot {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

interface Template {
  readonly compiled: CompiledQuery;
  /** A slot, or a constant of the query. */
  readonly parameters: readonly unknown[];
}

/** Gives the place of a named value in a query that is being compiled. */
export type ValueOf<Values> = <Name extends keyof Values>(name: Name) => Values[Name];

/** Values are compared and stored, never used to shape the query: no null for `is null`, no lists for `in`. */
type Build<Values> = (query: Query, value: ValueOf<Values>) => Compilable;

/**
 * Makes a statement of a unit of work from values. `build` runs once for each database; what it does with a value
 * must not depend on it.
 */
export function preparedStatement<Values extends object>(
  build: Build<Values>,
  expect?: Expectation,
): (query: Query, values: Values) => Statement {
  const templateFor = oncePerQuery(build);
  return (query, values) => {
    const template = templateFor(query);
    const { sql } = template.compiled;
    const parameters = filled(template, values);
    return expect === undefined ? { sql, parameters } : { sql, parameters, expect };
  };
}

/** Makes a reading query from values; `Row` is what the query selects, as Kysely's `execute` would give it. */
export function preparedQuery<Values extends object, Row>(
  build: (query: Query, value: ValueOf<Values>) => Compilable<Row>,
): (query: Query, values: Values) => Promise<readonly Row[]> {
  const templateFor = oncePerQuery(build);
  return async (query, values) => {
    const template = templateFor(query);
    const parameters = filled(template, values);
    const compiled: CompiledQuery<Row> = { ...(template.compiled as CompiledQuery<Row>), parameters };
    return (await query.executeQuery<Row>(compiled)).rows;
  };
}

/** Rows in one insert; SQLite binds at most 32,766 parameters in a statement. */
const ROWS_PER_STATEMENT = 500;
const insertSql = new WeakMap<Query, Map<string, string>>();

/** Inserts rows that all name the same columns, each expected to be new: one statement for every 500. */
export function insertRows<Table extends keyof Tables>(
  query: Query,
  table: Table,
  rows: readonly Insertable<Tables[Table]>[],
): Statement[] {
  const statements: Statement[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    statements.push(insertSome(query, table, rows.slice(start, start + ROWS_PER_STATEMENT)));
  return statements;
}

/** Inserts one row that is expected to be new. */
export function insertRow<Table extends keyof Tables>(
  query: Query,
  table: Table,
  row: Insertable<Tables[Table]>,
): Statement {
  return insertSome(query, table, [row]);
}

function insertSome<Table extends keyof Tables>(
  query: Query,
  table: Table,
  rows: readonly Insertable<Tables[Table]>[],
): Statement {
  const columns = Object.keys(rows[0] ?? {});
  const shape = `${table} ${rows.length} ${columns.join(' ')}`;
  const known = knownInserts(query);
  const sql = known.get(shape);
  const expect = { exactly: rows.length };
  if (sql !== undefined) return { sql, parameters: valuesOf(rows, columns), expect };
  const compiled = statement(query.insertInto(table as keyof Tables).values(rows as never), expect);
  known.set(shape, compiled.sql);
  return compiled;
}

function knownInserts(query: Query): Map<string, string> {
  let known = insertSql.get(query);
  if (known === undefined) {
    known = new Map();
    insertSql.set(query, known);
  }
  return known;
}

function valuesOf(rows: readonly object[], columns: readonly string[]): unknown[] {
  const values: unknown[] = [];
  for (const row of rows) {
    if (Object.keys(row).length !== columns.length)
      throw new TypeError('rows of one insert name the same columns');
    for (const column of columns) {
      const value = (row as Record<string, unknown>)[column];
      if (value === undefined) throw new TypeError(`no value for the column ${column}`);
      values.push(value);
    }
  }
  return values;
}

function oncePerQuery<Values extends object>(build: Build<Values>): (query: Query) => Template {
  const templates = new WeakMap<Query, Template>();
  return (query) => {
    let template = templates.get(query);
    if (template === undefined) {
      const compiled = build(query, (name) => new Slot(name) as never).compile();
      template = { compiled, parameters: compiled.parameters };
      templates.set(query, template);
    }
    return template;
  };
}

function filled(template: Template, values: object): unknown[] {
  return template.parameters.map((parameter) => {
    if (!(parameter instanceof Slot)) return parameter;
    const value: unknown = Reflect.get(values, parameter.name);
    if (value === undefined) throw new TypeError(`no value for ${String(parameter.name)}`);
    return value;
  });
}
