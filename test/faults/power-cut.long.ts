/**
 * R08: the power goes out under load. The data lies on a disk of its own; what the disk holds at the cut is what the
 * system had written to it, without the pages that were waiting in memory. Whoever was answered 250 before must find
 * their mail on it. Only in the full form: it mounts disk images, which takes root and loop devices.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { pause } from '#test/support/eventually.ts';
import { seededRandom } from '#test/support/seeded-random.ts';

import { FaultWorld } from './fault-world.ts';
import { CLIENTS, sendWhileAlive } from './load.ts';

const CUTS = 12;
const DISK = '768M';
/** Until replies that are on their way have been read. */
const AT_REST_MS = 200;

/** A disk whose power can be cut. */
class Disk {
  readonly folder: string;
  readonly #image: string;

  constructor(world: FaultWorld) {
    this.folder = join(world.folder, 'data');
    // Beside the folder that is searched for what leaked: what is on this disk is searched there, as files.
    this.#image = `${world.folder}-disk.img`;
    mkdirSync(this.folder);
    execFileSync('truncate', ['-s', DISK, this.#image]);
    execFileSync('mkfs.ext4', ['-q', '-F', this.#image]);
    this.mount();
  }

  mount(): void {
    // The file system writes when it is told to; else once in ten minutes.
    execFileSync('mount', ['-o', 'loop,commit=600', this.#image, this.folder]);
  }

  remove(): void {
    this.unmount();
    rmSync(this.#image);
  }

  unmount(): void {
    execFileSync('umount', [this.folder]);
  }

  /** What the disk holds now, beside it. */
  photograph(): void {
    execFileSync('cp', ['--sparse=always', this.#image, `${this.#image}.cut`]);
  }

  /** Back to what it held then. */
  cut(): void {
    this.unmount();
    renameSync(`${this.#image}.cut`, this.#image);
    this.mount();
  }
}

function writeFile(file: string, synced: boolean): void {
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, 'here');
  if (synced) fsyncSync(descriptor);
  closeSync(descriptor);
}

describe('R08: power cut', () => {
  it(`${CUTS} times under load: what was answered 250 is on the disk`, { timeout: 1_800_000 }, async (t) => {
    const random = seededRandom(20_261_122);
    const world = await FaultWorld.open({ keepMails: false });
    const disk = new Disk(world);
    t.after(async () => {
      await world.gateway.dispose();
      disk.remove();
      await world.dispose();
    });
    for (let cut = 0; cut < CUTS; cut += 1) {
      await world.start();
      const clients = Array.from({ length: CLIENTS }, (_, n) => sendWhileAlive(world, n, random));
      for (const client of clients) client.catch(() => {});
      await pause(300 + random() * 2_000);
      world.gateway.signal('SIGSTOP');
      await pause(AT_REST_MS);
      writeFile(join(disk.folder, `synced-${cut}`), true);
      writeFile(join(disk.folder, `unsynced-${cut}`), false);
      disk.photograph();
      await world.kill('group');
      await Promise.all(clients);
      disk.cut();
      // The cut is one: what was synced is there, what was not is not.
      const there = readdirSync(disk.folder).filter((name) => name.endsWith(`synced-${cut}`));
      const full = there.filter((name) => statSync(join(disk.folder, name)).size > 0);
      assert.deepEqual(full, [`synced-${cut}`]);
    }
    await world.start();
    await world.sendUntilTaken();
    await world.everythingArrived();
    t.diagnostic(await world.closeAndCheck());
  });
});
