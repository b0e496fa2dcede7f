/** Opening messages at a fixed rate: signed in → key and index, as the page asks for them. */
import type { Bench } from '../bench.ts';
import { submittedMessageIds, type GatewayProcess } from '../gateway-process.ts';
import { startChild } from '../load/child.ts';
import { recipientOf } from '../load/mails.ts';
import type { OpenerAnswer, OpenerRequest } from '../load/opener.ts';
import { judgeAtMost, percentile, shown, type RowResult } from '../row.ts';

const PER_SECOND = 200;
const GOAL_P99_MS = 50;

export async function measureOpen(bench: Bench): Promise<RowResult[]> {
  const gateway = await bench.newGateway({ nextHopPort: null });
  const opener = startChild<OpenerRequest, OpenerAnswer>('./opener.ts');
  try {
    const to = await sendAll(bench, gateway, bench.pick(1_600, 500));
    const { portalPort, consolePort } = gateway;
    await opener.ask({ kind: 'register', portalPort, consolePort, to });
    const messageIds = await submittedMessageIds(gateway);
    const warmUp = Math.min(200, messageIds.length / 4);
    await opener.ask({ kind: 'open', messageIds: messageIds.slice(0, warmUp), perSecond: PER_SECOND });
    const answer = await opener.ask({
      kind: 'open',
      messageIds: messageIds.slice(warmUp),
      perSecond: PER_SECOND,
    });
    if (answer.failures > 0) throw new Error(`${answer.failures} could not be opened: ${answer.failure}`);
    const p99 = percentile(answer.openMs, 0.99);
    return [
      {
        row: 'open',
        work: `open a message (signed in → key and index), p99 at ${PER_SECOND}/s, each for the first time`,
        reached: `${shown(p99)} ms (p50 ${shown(percentile(answer.openMs, 0.5))} ms)`,
        goal: `${GOAL_P99_MS} ms`,
        met: judgeAtMost(p99, GOAL_P99_MS),
        details: { messages: answer.openMs.length },
      },
    ];
  } finally {
    opener.stop();
    await gateway.stop();
  }
}

/** Secure messages to one recipient, who is returned. */
async function sendAll(bench: Bench, gateway: GatewayProcess, mails: number): Promise<string> {
  const load = await bench.load({
    port: gateway.smtpPort,
    mails,
    sessions: 20,
    kind: 'secure',
    bytes: 10_000,
    pipelining: true,
    to: recipientOf(0),
  });
  if (load.accepted < mails) throw new Error(`only ${load.accepted} were taken: ${load.refusal}`);
  return recipientOf(0);
}
