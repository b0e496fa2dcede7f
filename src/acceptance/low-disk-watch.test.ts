import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock } from '#src/base/clock.ts';

import { LowDiskWatch } from './low-disk-watch.ts';

function watchOver(freeBytes: () => Promise<number>) {
  const clock = new FakeClock();
  return { clock, watch: new LowDiskWatch({ freeBytes }, clock) };
}

test('mails that come together at the start all wait for the first look', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { watch } = watchOver(() => promise);
  const answers = [watch.hasRoom(100), watch.hasRoom(100)];
  resolve(100);
  assert.deepEqual(await Promise.all(answers), [true, true]);
});

test('the disk is looked at once a second', async () => {
  let free = 100;
  let looks = 0;
  const { clock, watch } = watchOver(async () => {
    looks += 1;
    return free;
  });
  assert.equal(await watch.hasRoom(100), true);
  free = 99;
  assert.equal(await watch.hasRoom(100), true);
  clock.advance(1_000);
  assert.equal(await watch.hasRoom(100), false);
  assert.equal(looks, 2);
});

test('a look that failed fails the mail, and the next second looks again', async () => {
  let broken = true;
  const { clock, watch } = watchOver(async () => {
    if (broken) throw new Error('no such folder');
    return 100;
  });
  await assert.rejects(watch.hasRoom(100));
  broken = false;
  clock.advance(1_000);
  assert.equal(await watch.hasRoom(100), true);
});
