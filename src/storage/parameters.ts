/**
 * The values that a statement may carry, the same for both dialects: text, numbers, byte strings and null. Both
 * drivers would take more and each read it in a way of its own.
 */
export type Parameter = string | number | bigint | Uint8Array | null;

/** Throws TypeError for what no column can hold (undefined, booleans, dates, objects). */
export function checkedParameters(parameters: readonly unknown[]): Parameter[] {
  return parameters.map((value, position) => {
    if (value === null || value instanceof Uint8Array) return value;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
    throw new TypeError(`parameter ${position + 1} is of a type that no column holds (${typeof value})`);
  });
}
