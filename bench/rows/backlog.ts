/**
 * A million mails that wait for a domain whose server is gone, all due at once: how long the gateway takes to start, how much
 * longer mail to others takes, and how much memory. Compared with the same gateway just before.
 */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

import { systemClock } from '#src/base/clock.ts';
import { newId, systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';
import { deliveryMac, type DeliveryTarget } from '#src/queue/delivery-mac.ts';
import { freePort } from '#test/support/free-port.ts';

import type { Bench } from '../bench.ts';
import { startGatewayProcess, type GatewayProcess } from '../gateway-process.ts';
import { nowMs } from '../load/clock.ts';
import { recipientOf } from '../load/mails.ts';
import { judgeAtMost, percentile, shown, type RowResult } from '../row.ts';

const ALLOWED_SHARE = 0.1;
const GOAL_START_S = 30;
const GOAL_MB = 1_500;
const PAUSE_MS = 20;
const GONE = 'gone.example';
const LOST = `jane@${GONE}`;

export async function measureBacklog(bench: Bench): Promise<RowResult[]> {
  const waiting = bench.pick(1_000_000, 100_000);
  const { port: nextHopPort } = await bench.sink();
  const partner = { domain: GONE, port: await freePort() };
  const options = { folder: await bench.newFolder(), nextHopPort, partner };
  const before = await withGateway(options, async (gateway) => {
    // One mail for the domain whose server is gone; the rows of the others are made of its row.
    await bench.load({ port: gateway.smtpPort, mails: 1, sessions: 1, to: LOST, ...SMALL });
    return p99OfOthers(bench, gateway);
  });
  await queueMore(options.folder, waiting);
  const startedMs = nowMs();
  return withGateway(options, async (gateway) => {
    const startS = (nowMs() - startedMs) / 1_000;
    const after = await p99OfOthers(bench, gateway);
    const megabytes = await gateway.peakMegabytes();
    const work = `with ${waiting.toLocaleString('en')} due for a domain whose server is gone`;
    const details = { 'p99 without them, ms': shown(before) };
    return [
      {
        row: 'backlog',
        work: `accept → handed over to others, p99, ${work}`,
        reached: `${shown(after)} ms = ${(after / before).toFixed(2)} × that without them (${shown(before)} ms)`,
        goal: `${1 + ALLOWED_SHARE} ×`,
        met: judgeAtMost(after / before, 1 + ALLOWED_SHARE),
        details,
      },
      {
        row: 'backlog',
        work: `start ${work}`,
        reached: `${shown(startS)} s`,
        goal: `${GOAL_START_S} s`,
        met: judgeAtMost(startS, GOAL_START_S),
        details,
      },
      {
        row: 'backlog',
        work: `memory ${work}`,
        reached: `${Math.round(megabytes)} MB RSS`,
        goal: `${GOAL_MB} MB RSS`,
        met: judgeAtMost(megabytes, GOAL_MB),
        details,
      },
    ];
  });
}

const SMALL = { kind: 'plain', bytes: 10_000, pipelining: true } as const;

async function withGateway<T>(
  options: Parameters<typeof startGatewayProcess>[0],
  use: (gateway: GatewayProcess) => Promise<T>,
): Promise<T> {
  const gateway = await startGatewayProcess(options);
  try {
    return await use(gateway);
  } finally {
    await gateway.stop();
  }
}

/** Milliseconds from the client's 250 until the mail is whole at the next hop, one mail at a time. */
async function p99OfOthers(bench: Bench, gateway: GatewayProcess): Promise<number> {
  const sink = await bench.sink();
  const mails = bench.pick(500, 100);
  const request = { port: gateway.smtpPort, sessions: 1, pauseMs: PAUSE_MS, ...SMALL };
  await bench.load({ ...request, mails: 50 });
  await sink.ask({ kind: 'wait', count: Number.MAX_SAFE_INTEGER, quietMs: 1_000 });
  await sink.ask({ kind: 'reset' });
  const load = await bench.load({ ...request, mails });
  const { arrivals } = await sink.ask({ kind: 'wait', count: mails, quietMs: 10_000 });
  const arrivedMs = new Map(arrivals);
  const latencies = load.acceptedMs.map(
    (acceptedMs, index) => (arrivedMs.get(recipientOf(load.first + index)) ?? Number.NaN) - acceptedMs,
  );
  if (latencies.some((latency) => Number.isNaN(latency))) throw new Error('a mail did not arrive');
  return percentile(latencies, 0.99);
}

/** Rows like that of the mail that waits, each with its own id and keyed hash. */
async function queueMore(folder: string, count: number): Promise<void> {
  const keys = await openFileKeyProvider({
    keysDir: join(folder, 'keys'),
    dataDir: join(folder, 'data'),
    roles: new Set(['receive', 'deliver']),
    clock: systemClock,
    expectExisting: true,
    log: silentLog,
  });
  const database = new DatabaseSync(join(folder, 'data', 'send-secure.sqlite'));
  try {
    const [row] = database
      .prepare(`SELECT * FROM deliveries WHERE state = 'queued' AND recipient = ?`)
      .all(LOST);
    if (row === undefined) throw new Error('no mail waits for the domain whose server is gone');
    const columns = Object.keys(row);
    const insert = database.prepare(
      `INSERT INTO deliveries (${columns.map((name) => `"${name}"`).join()}) VALUES (${columns.map(() => '?').join()})`,
    );
    const nextAttemptAt = systemClock.now();
    database.exec('BEGIN');
    for (let n = 0; n < count; n += 1) {
      const target = { ...row, id: newId(systemClock, systemRandom) };
      const own = { ...target, nextAttemptAt, mac: deliveryMac(keys, target as unknown as DeliveryTarget) };
      insert.run(...columns.map((name) => (own as Record<string, SQLInputValue>)[name] ?? null));
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
