/**
 * The throughput rows: secure and plain messages of 10 KB and of 1 MB, beside Postfix relaying the same as plaintext.
 */
import { spawn } from 'node:child_process';

import type { Bench } from '../bench.ts';
import { ceiling, ourselves, postfix } from '../contestants.ts';
import { nowMs } from '../load/clock.ts';
import type { MailKind } from '../load/mails.ts';
import { judgeAtLeast, shown, type RowResult } from '../row.ts';
import { compareThroughput, type Contestant, type Plan, type Throughput } from '../throughput.ts';

const SESSIONS = 20;

export function measureSecure(bench: Bench): Promise<RowResult[]> {
  return smallMails(bench, 'secure', {
    work: 'secure 10 KB, accept → notice and secured mail handed over, unsigned',
    goal: 3,
    least: 2,
  });
}

export function measurePlain(bench: Bench): Promise<RowResult[]> {
  return smallMails(bench, 'plain', { work: 'plain relay, 10 KB', goal: 3, least: 2 });
}

interface Wanted {
  readonly work: string;
  readonly goal: number;
  readonly least: number;
}

async function smallMails(
  bench: Bench,
  kind: Exclude<MailKind, 'mixed'>,
  wanted: Wanted,
): Promise<RowResult[]> {
  const plan: Plan = {
    bytes: 10_000,
    sessions: SESSIONS,
    rounds: 2,
    roundMs: bench.pick(2_500, 1_500),
    warmUpMails: bench.pick(1_000, 300),
  };
  const contestants = [await ourselves(bench, kind), await postfix(bench, kind)];
  if (!bench.quick) contestants.push(await ourselves(bench, kind, true));
  const results = await compareThroughput(bench, present(contestants), plan);
  const ours = results.get(kind);
  if (ours === undefined) throw new Error('nothing was measured');
  const pipelined = results.get(`${kind}, pipelining`);
  const details = {
    'CPU ms a mail': shown(ours.cpuMsPerMail),
    'accepted a second': Math.round(ours.acceptedPerSecond),
    ...(pipelined !== undefined && { 'with pipelining': `${shown(pipelined.mailsPerSecond)}/s` }),
    ...(!bench.quick && (await crossCheck(bench, kind))),
  };
  return [compared(bench, kind, wanted, ours, results.get('postfix'), '/s', details)];
}

export async function measureMegabyte(bench: Bench): Promise<RowResult[]> {
  const plan: Plan = {
    bytes: 1_000_000,
    sessions: SESSIONS,
    rounds: bench.pick(2, 1),
    roundMs: bench.pick(2_000, 1_500),
    warmUpMails: 20,
  };
  const contestants = [
    await ourselves(bench, 'secure'),
    await ourselves(bench, 'plain'),
    await postfix(bench, 'plain'),
  ];
  const results = await compareThroughput(bench, present(contestants), plan);
  return (['plain', 'secure'] as const).map((kind) => {
    const ours = results.get(kind);
    if (ours === undefined) throw new Error('nothing was measured');
    const wanted = { work: `1 MB messages, ${kind}`, goal: 1.5, least: 1 };
    // A megabyte each: mails a second are megabytes a second.
    return compared(bench, `megabyte-${kind}`, wanted, ours, results.get('postfix'), ' MB/s', {
      'CPU ms a mail': shown(ours.cpuMsPerMail),
    });
  });
}

export async function measureCeiling(bench: Bench): Promise<RowResult[]> {
  const plan: Plan = { bytes: 10_000, sessions: SESSIONS, rounds: 1, roundMs: 1_500, warmUpMails: 500 };
  const results = await compareThroughput(bench, [await ceiling(bench)], plan);
  const reached = `${shown(results.get('ceiling')?.mailsPerSecond ?? Number.NaN)}/s`;
  return [
    {
      row: 'ceiling',
      work: 'the load straight into the sink, 10 KB',
      reached,
      goal: '',
      met: null,
      details: {},
    },
  ];
}

function present(contestants: readonly (Contestant | null)[]): Contestant[] {
  return contestants.filter((contestant) => contestant !== null);
}

function compared(
  bench: Bench,
  row: string,
  wanted: Wanted,
  ours: Throughput,
  theirs: Throughput | undefined,
  unit: string,
  details: RowResult['details'],
): RowResult {
  const goal = `${wanted.goal} × Postfix (at least ${wanted.least} ×)`;
  const rate = `${shown(ours.mailsPerSecond)}${unit}`;
  if (theirs === undefined) {
    return {
      row,
      work: wanted.work,
      reached: rate,
      goal,
      met: null,
      details: { ...details, Postfix: 'skipped' },
    };
  }
  const ratio = ours.mailsPerSecond / theirs.mailsPerSecond;
  return {
    row,
    work: wanted.work,
    reached: `${rate} = ${ratio.toFixed(2)} × Postfix's ${shown(theirs.mailsPerSecond)}${unit}`,
    goal,
    met: judgeAtLeast(ratio, wanted.goal, wanted.least),
    details: {
      ...details,
      'Postfix CPU ms a mail': shown(theirs.cpuMsPerMail),
      ratio: Number(ratio.toFixed(2)),
    },
  };
}

/** The same with Debian's smtp-source instead of our own load, against an error in ours. */
async function crossCheck(bench: Bench, kind: 'plain' | 'secure'): Promise<Record<string, string>> {
  const { smtpPort, mailsOut } = await ourselves(bench, kind);
  const sink = await bench.sink();
  await sink.ask({ kind: 'reset' });
  const mails = 1_000;
  const startMs = nowMs();
  const subject = kind === 'secure' ? 'send secure: results' : 'results';
  const args = ['-d', '-N', '-s', String(SESSIONS), '-m', String(mails), '-l', '10000', '-S', subject];
  args.push('-f', 'ann.lee@hospital.test', '-t', 'jane@outside.example', `127.0.0.1:${smtpPort}`);
  if (!(await ranWell('smtp-source', args))) return {};
  const { count, lastMs } = await sink.ask({ kind: 'wait', count: mails * mailsOut, quietMs: 5_000 });
  return { 'with smtp-source': `${shown((count / mailsOut / (lastMs - startMs)) * 1000)}/s` };
}

function ranWell(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
