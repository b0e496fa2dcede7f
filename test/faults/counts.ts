/**
 * What a run of the fault suite counts, how counts of several runs add up, and the table at the end. A test file
 * adds its counts as a line to the file that `FAULT_COUNTS` names, so that the runner can sum up what ran in
 * processes of its own.
 */
import { appendFileSync } from 'node:fs';

export interface FaultCounts {
  /** Messages that were answered 250. */
  readonly acknowledged: number;
  /** Deaths of a gateway process or its whole process group. */
  readonly kills: number;
  /** Of the acknowledged: (message, recipient) pairs without the fate that they must have. */
  readonly lost: number;
  /** Mails that a next hop took again. */
  readonly repeated: number;
  /** Mails that a next hop took and whose reply never became a record: what may be repeated, once each. */
  readonly lostReplies: number;
  /** Places where a canary stood that should stand nowhere. */
  readonly leaked: number;
  /** From the start of a process until it serves, nobody helping. */
  readonly slowestRecoveryMs: number;
}

export const NO_COUNTS: FaultCounts = {
  acknowledged: 0,
  kills: 0,
  lost: 0,
  repeated: 0,
  lostReplies: 0,
  leaked: 0,
  slowestRecoveryMs: 0,
};

export function addCounts(a: FaultCounts, b: FaultCounts): FaultCounts {
  return {
    acknowledged: a.acknowledged + b.acknowledged,
    kills: a.kills + b.kills,
    lost: a.lost + b.lost,
    repeated: a.repeated + b.repeated,
    lostReplies: a.lostReplies + b.lostReplies,
    leaked: a.leaked + b.leaked,
    slowestRecoveryMs: Math.max(a.slowestRecoveryMs, b.slowestRecoveryMs),
  };
}

/** For the runner; nothing happens where a test runs by itself. */
export function reportCounts(counts: FaultCounts): void {
  const file = process.env['FAULT_COUNTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

export function countsLine(counts: FaultCounts): string {
  return (
    `${counts.acknowledged} acknowledged, ${counts.kills} kills, ${counts.lost} lost, ${counts.repeated} repeated ` +
    `for ${counts.lostReplies} lost replies, ${counts.leaked} leaked, slowest recovery ${Math.round(counts.slowestRecoveryMs)} ms`
  );
}

export function countsTable(counts: FaultCounts): string {
  const rows: readonly (readonly [string, string])[] = [
    ['acknowledged', `${counts.acknowledged}`],
    ['kills', `${counts.kills}`],
    ['lost', `${counts.lost}`],
    ['repeated', `${counts.repeated} for ${counts.lostReplies} lost replies`],
    ['leaked', `${counts.leaked}`],
    ['slowest recovery', `${(counts.slowestRecoveryMs / 1_000).toFixed(1)} s`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(18)}${value}`).join('\n');
}
