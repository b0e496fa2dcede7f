import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import { eventually } from '#test/support/eventually.ts';

import { BackgroundRuns } from './background-runs.ts';

function open() {
  const clock = new FakeClock();
  return { clock, runs: new BackgroundRuns<string>({ clock, random: systemRandom, log: silentLog }) };
}

test('a run says how far it is and what came of it, to who began it alone', async () => {
  const { runs } = open();
  let end = (_text: string): void => {};
  const id = runs.start('ann', 4, (onProgress) => {
    onProgress(1, 4);
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  assert.ok(id);
  assert.deepEqual([runs.find('ann', id)?.done, runs.find('ann', id)?.state], [1, 'running']);
  assert.equal(runs.find('ben', id), null);
  end('found');
  await eventually('it ended', () => runs.find('ann', id)?.state === 'done');
  assert.equal(runs.find('ann', id)?.result, 'found');
  runs.forget(id);
  assert.equal(runs.find('ann', id), null);
});

test('one that fails says so', async () => {
  const { runs } = open();
  const id = runs.start('ann', null, () => Promise.reject(new Error('broken')));
  assert.ok(id);
  await eventually('it ended', () => runs.find('ann', id)?.state === 'failed');
  assert.equal(runs.find('ann', id)?.result, null);
});

test('there are three at once at most; those that ended are forgotten after an hour', async () => {
  const { clock, runs } = open();
  const first = runs.start('ann', 1, async () => 'done');
  assert.ok(first);
  await eventually('it ended', () => runs.find('ann', first)?.state === 'done');
  const never = (): Promise<string> => new Promise(() => {});
  for (let count = 0; count < 3; count++) assert.ok(runs.start('ann', 1, never));
  assert.equal(runs.start('ann', 1, never), null);
  assert.ok(runs.find('ann', first));
  clock.advance(HOUR_MS + 1);
  runs.start('ann', 1, never);
  assert.equal(runs.find('ann', first), null);
});
