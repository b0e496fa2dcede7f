/** Claiming the next due delivery, with a thousand and with a million queued: the same code on two databases in turns. */
import { systemClock } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';
import { DeliveryQueue } from '#src/queue/delivery-queue.ts';
import { leaseOwnerOfThisProcess } from '#src/queue/lease.ts';
import type { Database } from '#src/storage/database.ts';
import { openDatabase } from '#src/storage/open-database.ts';

import type { Bench } from '../bench.ts';
import { nowMs } from '../load/clock.ts';
import { median, shown, type RowResult } from '../row.ts';

const FEW = 1_000;
const ALLOWED_SHARE = 0.2;
const NOTHING = { reply: '250 2.0.0 OK', enhancedStatus: null, tlsFacts: null };

export async function measureClaim(bench: Bench): Promise<RowResult[]> {
  const many = bench.pick(1_000_000, 100_000);
  const few = await openQueue(bench, FEW);
  const full = await openQueue(bench, many);
  try {
    const fewMs: number[] = [];
    const manyMs: number[] = [];
    for (let i = 0; i < bench.pick(400, 150); i++) {
      fewMs.push(await claimOne(few));
      manyMs.push(await claimOne(full));
    }
    // The first ones fill the caches.
    const [withFew, withMany] = [median(fewMs.slice(50)), median(manyMs.slice(50))];
    const ratio = withMany / withFew;
    return [
      {
        row: 'claim',
        work: `claim next delivery with ${many.toLocaleString('en')} queued`,
        reached: `${shown(withMany)} ms = ${ratio.toFixed(2)} × that with a thousand (${shown(withFew)} ms)`,
        goal: 'as with a thousand ± 20 %',
        met: ratio <= 1 + ALLOWED_SHARE ? 'goal' : 'missed',
        details: { ratio: Number(ratio.toFixed(2)) },
      },
    ];
  } finally {
    await few.database.close();
    await full.database.close();
  }
}

interface OpenQueue {
  readonly database: Database;
  readonly queue: DeliveryQueue;
}

async function openQueue(bench: Bench, deliveries: number): Promise<OpenQueue> {
  const database = await openDatabase({
    setting: 'sqlite',
    dataDir: await bench.newFolder(),
    log: silentLog,
  });
  const now = systemClock.now();
  await database.commit([
    { sql: MESSAGE, parameters: [now] },
    { sql: DELIVERIES, parameters: [deliveries, now, deliveries, now, now] },
  ]);
  const owner = leaseOwnerOfThisProcess(now);
  return { database, queue: new DeliveryQueue({ database, clock: systemClock, owner }) };
}

/** Milliseconds of one claim; the delivery is settled afterwards, so that the next claim finds another. */
async function claimOne({ database, queue }: OpenQueue): Promise<number> {
  const startMs = nowMs();
  const [claimed] = await queue.claim(1);
  const tookMs = nowMs() - startMs;
  if (claimed === undefined) throw new Error('nothing was due');
  await database.commit([queue.settle(claimed, 'handed-over', NOTHING)]);
  return tookMs;
}

const MESSAGE = `INSERT INTO messages (id, purpose, acceptedAt, reversePath, traceFields, wantsDisposition,
  submitterAddress, submitterProof, sizeBytes, body, smtputf8, objectStorage, objectLength, layout)
  VALUES ('message', 'submitted', ?, '', '', 0, '', 'network', 0, '7bit', 0, 'inline', 0, '{}')`;

/** Made by the database itself: rows of a million messages would only take longer and be claimed alike. */
const DELIVERIES = `INSERT INTO deliveries (id, messageId, kind, reversePath, recipient, domain, route, state,
  attempts, nextAttemptAt, expiresAt, createdAt, mac)
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
  SELECT printf('%026d', n), 'message', 'relay', 'ann.lee@hospital.test', 'jane@outside.example',
    'outside.example', 'outside', 'queued', 0, ? - ? + n, ? + 432000000, ?, zeroblob(32) FROM numbers`;
