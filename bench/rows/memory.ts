/** The largest resident set of the whole gateway process while 50 messages of 10 MB come in at once, and go out. */
import type { Bench } from '../bench.ts';
import { judgeAtMost, type RowResult } from '../row.ts';

const GOAL_MB = 400;
const MESSAGES = 50;
const MESSAGE_BYTES = 10_000_000;

export async function measureMemory(bench: Bench): Promise<RowResult[]> {
  const sink = await bench.sink();
  const gateway = await bench.newGateway({ nextHopPort: sink.port });
  const atRest = await gateway.peakMegabytes();
  await sink.ask({ kind: 'reset' });
  const request = { port: gateway.smtpPort, kind: 'mixed', bytes: MESSAGE_BYTES, pipelining: true } as const;
  const load = await bench.load({ ...request, mails: MESSAGES, sessions: MESSAGES });
  if (load.accepted < MESSAGES) throw new Error(`only ${load.accepted} were taken: ${load.refusal}`);
  await sink.ask({ kind: 'wait', count: MESSAGES * 1.5, quietMs: 10_000 });
  const peak = await gateway.peakMegabytes();
  await gateway.stop();
  return [
    {
      row: 'memory',
      work: `memory with ${MESSAGES} concurrent 10 MB messages, every second one secure`,
      reached: `${Math.round(peak)} MB RSS`,
      goal: `${GOAL_MB} MB RSS in all`,
      met: judgeAtMost(peak, GOAL_MB),
      details: { 'after start, MB': Math.round(atRest) },
    },
  ];
}
