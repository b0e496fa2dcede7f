/**
 * What node:sqlite takes and gives, made the same as pg's: rows are plain objects, byte strings are Buffers. Shared
 * by the reading connection and the writer.
 */
import type { SQLInputValue } from 'node:sqlite';

export type Row = Record<string, unknown>;

export function plainRow(row: Row): Row {
  const plain: Row = {};
  for (const column of Object.keys(row)) {
    const value = row[column];
    plain[column] =
      value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
  }
  return plain;
}

/** Throws TypeError for what no column can hold (undefined, booleans, dates, objects). */
export function checkedParameters(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value, position) => {
    if (value === null || value instanceof Uint8Array) return value;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
    throw new TypeError(`parameter ${position + 1} is of a type that no column holds (${typeof value})`);
  });
}
