/** R04: the disk of the data folder fills up: no 250, what was accepted goes out, and it goes on when there is room. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { errorCode } from '#src/base/coded-error.ts';
import { eventually } from '#test/support/eventually.ts';

import { FaultWorld, SERVING_AGAIN_MS } from './fault-world.ts';

const MB = 1024 * 1024;
const DISK = '32m';

describe('R04: a full disk', () => {
  let disk: string;
  let world: FaultWorld;
  before(async () => {
    world = await FaultWorld.open();
    disk = join(world.folder, 'data');
    mkdirSync(disk);
    // Root mounts it; the rest of the suite needs root for its peers as well.
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]);
    await world.start();
  });
  after(async () => {
    await world.gateway.dispose();
    execFileSync('umount', [disk]);
    await world.dispose();
  });

  const filler = (): string => join(disk, 'filler');
  const leaveFree = (bytes: number): void => {
    rmSync(filler(), { force: true });
    const { bavail, bsize } = statfsSync(disk);
    try {
      writeFileSync(filler(), Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    } catch (error) {
      // The gateway wrote meanwhile; the disk is as full as it can be.
      assert.equal(errorCode(error), 'ENOSPC');
    }
  };
  const takesMailAgain = async (): Promise<void> => {
    rmSync(filler());
    const began = performance.now();
    await world.sendUntilTaken();
    assert.ok(performance.now() - began < SERVING_AGAIN_MS, 'accepts again, not restarted');
    assert.ok(world.gateway.alive);
    await world.everythingArrived();
  };

  it('below the watermark it answers 452 to MAIL, and delivers what it has', async () => {
    await world.sendUntilTaken([world.newMail({ coded: true }), world.newMail({ coded: false })]);
    leaveFree(5 * MB);
    // It looks once a second.
    await eventually('452', async () =>
      (await world.send(world.newMail({ coded: true }))).startsWith('452 4.3.1'),
    );
    await world.everythingArrived();
    await takesMailAgain();
  });

  it('with no room at all, found in the middle of a mail, it answers 452 and loses nothing', async () => {
    leaveFree(12 * MB);
    await eventually('it sees the room', async () => {
      const mail = world.newMail({ coded: false });
      return (await world.send(mail)).startsWith('250');
    });
    leaveFree(0);
    // It looked a moment ago and believes that there is room.
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, n) => world.send(world.newMail({ coded: n % 2 === 0, large: true }))),
    );
    for (const reply of replies) assert.match(reply, /^452 4\.3\.1 /u);
    await takesMailAgain();
  });

  it('keeps every promise', async () => {
    await world.closeAndCheck();
  });
});
