/** How long after the client's 250 the notice is whole at the next hop, one mail at a time on a quiet gateway. */
import type { Bench } from '../bench.ts';
import { recipientOf } from '../load/mails.ts';
import { judgeAtMost, percentile, shown, type RowResult } from '../row.ts';

const PAUSE_MS = 20;
const GOAL_P50_MS = 15;
const GOAL_P99_MS = 60;

export async function measureLatency(bench: Bench): Promise<RowResult[]> {
  const gateway = await bench.gateway();
  const sink = await bench.sink();
  const mails = bench.pick(300, 100);
  const request = { port: gateway.smtpPort, kind: 'secure', bytes: 10_000, pipelining: true } as const;
  await bench.load({ ...request, mails: 200, sessions: 10 });
  await sink.ask({ kind: 'wait', count: Number.MAX_SAFE_INTEGER, quietMs: 1_000 });
  await sink.ask({ kind: 'reset' });
  const load = await bench.load({ ...request, mails, sessions: 1, pauseMs: PAUSE_MS });
  const { arrivals } = await sink.ask({ kind: 'wait', count: mails * 2, quietMs: 5_000 });
  const arrivedMs = new Map(arrivals);
  const latencies = load.acceptedMs.map(
    (acceptedMs, index) => (arrivedMs.get(recipientOf(load.first + index)) ?? Number.NaN) - acceptedMs,
  );
  if (latencies.some((latency) => Number.isNaN(latency))) throw new Error('a notice did not arrive');
  const p50 = percentile(latencies, 0.5);
  const p99 = percentile(latencies, 0.99);
  return [
    {
      row: 'latency',
      work: 'accept → notice handed over, unloaded, p50 / p99',
      reached: `${shown(p50)} / ${shown(p99)} ms`,
      goal: `${GOAL_P50_MS} / ${GOAL_P99_MS} ms`,
      met: p50 <= GOAL_P50_MS ? judgeAtMost(p99, GOAL_P99_MS) : 'missed',
      details: { mails },
    },
  ];
}
