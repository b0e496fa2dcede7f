/** Which form of the suite runs: the short one inside `npm test`, the full one by `npm run test:faults`. */
export const FULL = process.env['FAULTS'] === 'full';

/** All of them in the full form; in the short one every `every`-th, the last one too. */
export function inThisForm<T>(all: readonly T[], every: number): readonly T[] {
  return FULL ? all : all.filter((_, n) => n % every === 0 || n === all.length - 1);
}
