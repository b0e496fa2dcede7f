/** One line of the table, as it is printed and as `--json` gives it. */
export interface RowResult {
  readonly row: string;
  readonly work: string;
  /** As text with its unit. */
  readonly reached: string;
  readonly goal: string;
  /** Null where there is nothing to compare with. */
  readonly met: 'goal' | 'least' | 'missed' | null;
  readonly details: Readonly<Record<string, string | number>>;
}

/** Whether a ratio meets the goal, the least that was promised, or neither. */
export function judgeAtLeast(value: number, goal: number, least: number): RowResult['met'] {
  if (value >= goal) return 'goal';
  return value >= least ? 'least' : 'missed';
}

export function judgeAtMost(value: number, limit: number): RowResult['met'] {
  return value <= limit ? 'goal' : 'missed';
}

/** The value below which the share `p` of the others lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Three significant digits. */
export function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
