/**
 * Measures a contestant: so many mails over kept-open sessions, from the first connection until the sink has the last
 * mail that they make. Several contestants take turns, each warmed up first, and the middle of the rounds counts.
 */
import type { Bench } from './bench.ts';
import { nowMs } from './load/clock.ts';
import type { MailKind } from './load/mails.ts';
import { median } from './row.ts';

export interface Contestant {
  readonly name: string;
  readonly smtpPort: number;
  readonly kind: MailKind;
  /** Mails at the sink for each that goes in. */
  readonly mailsOut: number;
  readonly pipelining: boolean;
  cpuSeconds(): Promise<number>;
}

export interface Plan {
  readonly bytes: number;
  readonly sessions: number;
  readonly rounds: number;
  /** About how long one round of one contestant takes. */
  readonly roundMs: number;
  readonly warmUpMails: number;
}

export interface Throughput {
  readonly mailsPerSecond: number;
  readonly cpuMsPerMail: number;
  /** The rate at which mails were answered with 250; the rest of the time the queue ran empty. */
  readonly acceptedPerSecond: number;
}

const QUIET_MS = 15_000;

/** By name, the median of the rounds. */
export async function compareThroughput(
  bench: Bench,
  contestants: readonly Contestant[],
  plan: Plan,
): Promise<ReadonlyMap<string, Throughput>> {
  const mails = new Map<Contestant, number>();
  for (const contestant of contestants) {
    await oneRound(bench, contestant, plan, plan.warmUpMails);
    const { mailsPerSecond } = await oneRound(bench, contestant, plan, plan.warmUpMails);
    mails.set(contestant, Math.max(plan.sessions, Math.round((mailsPerSecond * plan.roundMs) / 1000)));
  }
  const rounds = new Map<string, Throughput[]>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const contestant of contestants) {
      const result = await oneRound(bench, contestant, plan, mails.get(contestant) ?? plan.sessions);
      rounds.set(contestant.name, [...(rounds.get(contestant.name) ?? []), result]);
    }
  }
  return new Map([...rounds].map(([name, results]) => [name, middleOf(results)]));
}

async function oneRound(
  bench: Bench,
  contestant: Contestant,
  plan: Plan,
  mails: number,
): Promise<Throughput> {
  const sink = await bench.sink();
  await sink.ask({ kind: 'reset' });
  const cpuBefore = await contestant.cpuSeconds();
  const { smtpPort: port, kind, pipelining, mailsOut, name } = contestant;
  const load = await bench.load({
    port,
    mails,
    kind,
    pipelining,
    bytes: plan.bytes,
    sessions: plan.sessions,
  });
  if (load.accepted < mails) throw new Error(`${name} took ${load.accepted} of ${mails}: ${load.refusal}`);
  const { count, lastMs } = await sink.ask({ kind: 'wait', count: mails * mailsOut, quietMs: QUIET_MS });
  if (count < mails * mailsOut) throw new Error(`${name} relayed ${count} of ${mails * mailsOut} in time`);
  const seconds = (lastMs - load.startMs) / 1000;
  await untilIdle(contestant);
  const cpu = (await contestant.cpuSeconds()) - cpuBefore;
  return {
    mailsPerSecond: mails / seconds,
    cpuMsPerMail: (cpu * 1000) / mails,
    acceptedPerSecond: (mails * 1000) / (load.endMs - load.startMs),
  };
}

/** What is still recorded after the last mail counts to it, and does not disturb the next round. */
async function untilIdle(contestant: Contestant): Promise<void> {
  const end = nowMs() + 2_000;
  let before = await contestant.cpuSeconds();
  while (nowMs() < end) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const now = await contestant.cpuSeconds();
    if (!(now > before + 0.01)) return;
    before = now;
  }
}

function middleOf(results: readonly Throughput[]): Throughput {
  return {
    mailsPerSecond: median(results.map((result) => result.mailsPerSecond)),
    cpuMsPerMail: median(results.map((result) => result.cpuMsPerMail)),
    acceptedPerSecond: median(results.map((result) => result.acceptedPerSecond)),
  };
}
