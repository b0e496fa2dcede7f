/**
 * What the caller's thread and the writer thread say to each other, packed: copying a message between threads costs
 * by the piece, so that many units go in one message, SQL that was sent before goes by number, and all byte strings
 * of a message lie in one block.
 */
import type { Expectation, Statement, StatementResult } from '../database.ts';
import type { UnitOutcome } from './batch.ts';
import type { Failure } from './errors.ts';

export interface WriterSettings {
  readonly file: string;
  /** Units of work in one transaction at most. */
  readonly maxBatch: number;
}

export interface UnitsMessage {
  readonly kind: 'units';
  readonly ids: readonly number[];
  readonly units: readonly (readonly PackedStatement[])[];
  /** SQL not sent before to this thread, with its number. */
  readonly newSql: readonly (readonly [number: number, sql: string])[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type ToWriter = UnitsMessage | { readonly kind: 'close' };

export type FromWriter =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed-to-open'; readonly failure: Failure }
  /** Sent after COMMIT returned; one outcome for each id. */
  | { readonly kind: 'done'; readonly ids: readonly number[]; readonly outcomes: readonly PackedOutcome[] }
  /** The connection was given up after this failure and is opened anew for the next batch. */
  | { readonly kind: 'lost'; readonly ids: readonly number[]; readonly failure: Failure };

interface PackedStatement {
  /** Its number, or the text where too many have one already. */
  readonly sql: number | string;
  /** Byte strings as null; `blobs` says where they lie. */
  readonly parameters: readonly unknown[];
  /** Position in `parameters`, start and end in the message's bytes, again and again; absent where there are none. */
  readonly blobs?: readonly number[];
  readonly expect?: Expectation;
}

/** The counts of rows alone where no statement returned rows, as is usual. */
export type PackedOutcome = readonly number[] | UnitOutcome;

/** Statements of varying length (lists of values) must not fill the memory. */
const MOST_NUMBERED = 1_000;

/** The caller's side; one for each thread, because the numbers of SQL are between the two of them. */
export class UnitPacker {
  readonly #numbers = new Map<string, number>();

  pack(units: readonly { readonly id: number; readonly statements: readonly Statement[] }[]): UnitsMessage {
    const newSql: [number, string][] = [];
    const block = new ByteBlock();
    const packed = units.map(({ statements }) =>
      statements.map((statement) => this.#packStatement(statement, newSql, block)),
    );
    return { kind: 'units', ids: units.map(({ id }) => id), units: packed, newSql, bytes: block.joined() };
  }

  #packStatement(statement: Statement, newSql: [number, string][], block: ByteBlock): PackedStatement {
    const { expect } = statement;
    const blobs: number[] = [];
    const parameters = statement.parameters.map((value, position) => {
      if (!(value instanceof Uint8Array)) return value;
      blobs.push(position, ...block.add(value));
      return null;
    });
    return {
      sql: this.#numberOf(statement.sql, newSql),
      parameters,
      ...(blobs.length > 0 && { blobs }),
      ...(expect !== undefined && { expect }),
    };
  }

  #numberOf(sql: string, newSql: [number, string][]): number | string {
    const known = this.#numbers.get(sql);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number >= MOST_NUMBERED) return sql;
    this.#numbers.set(sql, number);
    newSql.push([number, sql]);
    return number;
  }
}

/** The writer's side. */
export class UnitUnpacker {
  readonly #sql: string[] = [];

  unpack(message: UnitsMessage): Statement[][] {
    for (const [number, sql] of message.newSql) this.#sql[number] = sql;
    return message.units.map((unit) => unit.map((statement) => this.#unpack(statement, message.bytes)));
  }

  #unpack({ sql: packed, parameters, blobs, expect }: PackedStatement, bytes: Uint8Array): Statement {
    const sql = typeof packed === 'string' ? packed : (this.#sql[packed] ?? '');
    if (blobs === undefined) return { sql, parameters, ...(expect !== undefined && { expect }) };
    const values = [...parameters];
    for (let i = 0; i < blobs.length; i += 3)
      values[blobs[i] ?? 0] = bytes.subarray(blobs[i + 1] ?? 0, blobs[i + 2] ?? 0);
    return { sql, parameters: values, ...(expect !== undefined && { expect }) };
  }
}

/** Byte strings one behind the other, in memory of their own: a Buffer is often a window on a shared pool. */
class ByteBlock {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  add(bytes: Uint8Array): [start: number, end: number] {
    const start = this.#length;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    return [start, this.#length];
  }

  joined(): Uint8Array<ArrayBuffer> {
    const block = new Uint8Array(this.#length);
    let offset = 0;
    for (const piece of this.#pieces) {
      block.set(piece, offset);
      offset += piece.length;
    }
    return block;
  }
}

export function packOutcome(outcome: UnitOutcome): PackedOutcome {
  if (!outcome.ok || outcome.results.some(({ rows }) => rows.length > 0)) return outcome;
  return outcome.results.map(({ rowCount }) => rowCount);
}

const NO_ROWS: StatementResult['rows'] = [];

export function unpackOutcome(outcome: PackedOutcome): UnitOutcome {
  if (!isCounts(outcome)) return outcome;
  return { ok: true, results: outcome.map((rowCount) => ({ rowCount, rows: NO_ROWS })) };
}

function isCounts(outcome: PackedOutcome): outcome is readonly number[] {
  return Array.isArray(outcome);
}
