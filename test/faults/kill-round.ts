/**
 * One round of the long run: a new gateway under load is killed again and again, alone or with its whole process
 * group, at a random moment or at a named step, while next hops lose replies; then it is left alone, and the oracle is
 * asked. What can be repeated is counted while the process is dead, before anything is repeated.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';

import type { StepName } from '#src/base/steps.ts';
import { runQueue } from '#src/cli/queue-command.ts';
import { HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { eventually, pause } from '#test/support/eventually.ts';

import { NO_COUNTS, type FaultCounts } from './counts.ts';
import { FaultWorld } from './fault-world.ts';
import { CLIENTS, sendWhileAlive } from './load.ts';
import { checkAudit, type Rows } from './oracle.ts';
import { othersGone } from './postgres-rows.ts';

export interface RoundOptions {
  readonly kills: number;
  /** Numbers from 0 to 1; the same sequence makes the same choices, not the same timing. */
  readonly random: () => number;
  /** Of a life that ends at random; 1.2 s unless given. */
  readonly longestLifeMs?: number | undefined;
  readonly postgres?: { readonly database: string; readonly rows: Rows };
  /** Ends the round early, whole and checked. */
  readonly enough?: () => boolean;
  readonly onKill?: (counts: FaultCounts) => void;
}

const SHORTEST_LIFE_MS = 40;
const LONGEST_LIFE_MS = 1_200;
/** A step that is not reached by then is not waited for. */
const STEP_MS = 1_500;
const LOST_REPLIES = 0.01;
const STEPS: readonly StepName[] = [
  'recipients-accepted',
  'content-arriving',
  'content-received',
  'content-sealed',
  'object-durable',
  'decided',
  'before-commit',
  'committed',
  'before-250',
  'delivery-claimed',
  'delivery-connecting',
  'delivery-content',
  'delivery-dot-sent',
  'delivery-acknowledged',
  'delivery-recorded',
];

/** Rejects where a promise was broken; the folder with its log is left for whoever looks. */
export async function runKillRound(options: RoundOptions): Promise<FaultCounts> {
  const { random, postgres, longestLifeMs = LONGEST_LIFE_MS } = options;
  let losing = true;
  const world = await FaultWorld.open({
    keepMails: false,
    ...postgres,
    answer: ({ verb, socket }) => {
      // Taken, and the reply never comes.
      if (verb === 'dot' && losing && random() < LOST_REPLIES) socket.destroy();
      return null;
    },
  });
  let unrecorded = 0;
  const counts = (): FaultCounts => ({
    ...NO_COUNTS,
    acknowledged: world.oracle.acknowledged().length,
    kills: world.oracle.deaths,
    lostReplies: unrecorded,
    slowestRecoveryMs: world.slowestStartMs,
  });
  try {
    for (let kill = 0; kill < options.kills && options.enough?.() !== true; kill += 1) {
      await world.start(process.platform === 'linux' ? { wrapper: ['timeout', '--foreground', '1d'] } : {});
      const clients = Array.from({ length: CLIENTS }, (_, n) => sendWhileAlive(world, n, random));
      // Looked at below; until then nothing else may end this process.
      for (const client of clients) client.catch(() => {});
      await die(world, random, longestLifeMs);
      await Promise.all(clients);
      unrecorded = await countUnrecorded(world, unrecorded, postgres?.rows);
      options.onKill?.(counts());
    }
    losing = false;
    await world.start();
    await releaseSetAside(world);
    // A mail that was in hand at five deaths is tried again an hour later.
    await world.gateway.moveClock(world.gateway.aheadMs + HOUR_MS);
    await world.sendUntilTaken();
    // What lost its reply waits, longer each time: the clock goes on faster, but ends no lease.
    await world.gateway.moveClock(world.gateway.aheadMs + 5 * MINUTE_MS);
    await world.everythingArrived().catch((error: unknown) => explain(world, error));
    await world.queueIsEmpty();
    await world.close();
    return { ...counts(), ...(await judge(world, unrecorded)) };
  } finally {
    await world.dispose();
  }
}

/** What the queue says of what has not arrived. */
async function explain(world: FaultWorld, error: unknown): Promise<never> {
  const waiting = await world.rows(
    `select id, kind, recipient, attempts, "nextAttemptAt", "leaseOwner", "leaseUntil", "lastReply" from deliveries
     where state not in ('handed-over', 'failed')`,
  );
  throw new Error(`${String(error)}\nwaiting: ${JSON.stringify(waiting, null, 1)}`, { cause: error });
}

/** What was in hand at three deaths waits for an operator, and was innocent: the operator lets it go. */
async function releaseSetAside(world: FaultWorld): Promise<void> {
  const held = await world.rows(
    `select id from deliveries where state = 'held' and "heldReason" = 'crashes'`,
  );
  for (const { id } of held)
    await runQueue(['release', String(id), '--config', join(world.folder, 'gateway.toml')]);
}

/** Which mails came more often than they were recorded and counted as repeats. */
async function explainRepeats(world: FaultWorld, repeated: number, withoutRecord: number): Promise<never> {
  const fated = new Map<string, number>();
  for (const mail of world.oracle.submitted)
    for (const { copies } of world.oracle.fatesOf(mail))
      for (const { kind, to, messageId } of copies) {
        const key = `${kind} to ${to} ${messageId}`;
        fated.set(key, (fated.get(key) ?? 0) + 1);
      }
  const strange = [...world.oracle.takenMails()].filter(([key, count]) => fated.get(key) !== count);
  const states = await world.rows('select kind, state, count(*) as n from deliveries group by kind, state');
  throw new assert.AssertionError({
    message: `${repeated} repeats, ${withoutRecord} taken without a record\nof no submitted mail: ${JSON.stringify(strange.slice(0, 20))}\nin the queue: ${JSON.stringify(states)}`,
  });
}

async function judge(world: FaultWorld, unrecorded: number): Promise<Partial<FaultCounts>> {
  const repeated = world.oracle.countRepeats();
  const withoutRecord = await world.takenWithoutRecord();
  if (repeated !== withoutRecord) await explainRepeats(world, repeated, withoutRecord);
  assert.ok(repeated <= unrecorded, `${repeated} repeated for ${unrecorded} lost replies`);
  await checkAudit(world.rows);
  const leaks = await world.leaks();
  assert.deepEqual(leaks, []);
  return { repeated, lost: world.oracle.missing().length, leaked: leaks.length };
}

async function die(world: FaultWorld, random: () => number, longestLifeMs: number): Promise<void> {
  if (random() < 0.5) {
    const step = STEPS[Math.floor(random() * STEPS.length)] ?? 'committed';
    await world.arm(step, 1 + Math.floor(random() * 40));
    if (await world.gateway.ended(STEP_MS)) {
      await world.died();
      return;
    }
  } else {
    await pause(SHORTEST_LIFE_MS + random() * (longestLifeMs - SHORTEST_LIFE_MS));
  }
  await world.kill(random() < 0.5 ? 'process' : 'group');
}

/** While the gateway is dead, and everything that was on its way to a sink or to the database has come to rest. */
async function countUnrecorded(world: FaultWorld, before: number, postgres?: Rows): Promise<number> {
  await eventually(
    'the sinks have read what was sent',
    () => world.outside.openConnections + world.inside.openConnections === 0,
  );
  if (postgres !== undefined) await othersGone(postgres);
  const unrecorded = await world.takenWithoutRecord();
  assert.ok(unrecorded >= before, 'what was taken twice is recorded once');
  return unrecorded;
}
