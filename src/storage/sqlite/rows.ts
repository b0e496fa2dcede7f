/**
 * What node:sqlite gives, made the same as what pg gives: rows are plain objects, byte strings are Buffers. Shared
 * by the reading connection and the writer.
 */
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
