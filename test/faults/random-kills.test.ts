/** R01, R02: killed again and again under load, in short; `npm run test:faults` does it for longer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { countsLine, reportCounts } from './counts.ts';
import { SERVING_AGAIN_MS } from './fault-world.ts';
import { runKillRound } from './kill-round.ts';
import { seededRandom } from '#test/support/seeded-random.ts';

const KILLS = 6;

describe(`kill -9 at ${KILLS} moments under load`, () => {
  it('loses nothing, repeats only what lost its reply, leaks nothing', { timeout: 120_000 }, async (t) => {
    const counts = await runKillRound({ kills: KILLS, random: seededRandom(20_261_121) });
    reportCounts(counts);
    t.diagnostic(countsLine(counts));
    assert.equal(counts.kills, KILLS);
    assert.deepEqual([counts.lost, counts.leaked], [0, 0]);
    assert.ok(counts.slowestRecoveryMs < SERVING_AGAIN_MS, `${counts.slowestRecoveryMs} ms`);
  });
});
