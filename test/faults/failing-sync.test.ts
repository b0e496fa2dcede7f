/**
 * R05, R06, under strace: no 250 before everything of a mail is synced, in the right order; and where a sync fails,
 * no 250 either, and the file that it failed on is never believed again.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { ensureDebianPackages } from '#test/support/debian-packages.ts';

import { FaultWorld } from './fault-world.ts';
import { FULL } from './form.ts';

/** At which sync of each of its threads the disk fails: those of the start, then those of mails. */
const FAILING = FULL ? Array.from({ length: 16 }, (_, n) => n + 1) : [1, 3, 5];

async function openWorld(t: TestContext): Promise<FaultWorld> {
  await ensureDebianPackages(['strace']);
  const world = await FaultWorld.open();
  t.after(() => world.dispose());
  return world;
}

function strace(world: FaultWorld, calls: string, ...more: readonly string[]): readonly string[] {
  const options = ['-f', '--seccomp-bpf', '-y', '-s', '80', '-qq', '-e', 'signal=none'];
  return ['strace', ...options, '-o', traceFile(world), '-e', `trace=${calls}`, ...more];
}

const traceFile = (world: FaultWorld): string => join(world.folder, 'trace');
const traceOf = (world: FaultWorld): string[] => readFileSync(traceFile(world), 'utf8').split('\n');

describe('syncs', { timeout: 900_000 }, () => {
  it('R06: object, its name, its folder, the database, then 250', async (t) => {
    const world = await openWorld(t);
    await world.start({ wrapper: strace(world, 'fsync,fdatasync,rename,write,writev') });
    const mails = [false, true, false, true].map((coded, n) => world.newMail({ coded, large: n > 1 }));
    for (const mail of mails) await world.send(mail);
    await world.everythingArrived();
    await world.close();
    const trace = traceOf(world);
    const indexOf = (what: RegExp, from: number): number =>
      trace.findIndex((line, n) => n >= from && what.test(line));
    let from = 0;
    for (const [n, { queueId }] of mails.entries()) {
      assert.ok(queueId !== null);
      const asked = indexOf(/"354 /u, from);
      const answered = indexOf(new RegExp(`"250 2\\.6\\.0 Accepted as ${queueId}`, 'u'), asked);
      assert.ok(asked >= 0 && answered > asked);
      const committed = lastBefore(
        trace,
        /f(?:data)?sync\(\d+<[^>]*sqlite-wal>.*= 0|resumed.*= 0/u,
        answered,
      );
      if (n > 1) {
        const file = indexOf(new RegExp(`f(?:data)?sync\\(\\d+<[^>]*${queueId}\\.part>`, 'u'), asked);
        const renamed = indexOf(new RegExp(`rename\\(.*${queueId}\\.part.*${queueId}"`, 'u'), file);
        const folder = indexOf(/fsync\(\d+<[^>]*\/objects\/\w\/\w>/u, renamed);
        assert.ok(
          asked < file && file < renamed && renamed < folder && folder < committed,
          'R06: the object',
        );
      }
      assert.ok(asked < committed && committed < answered, 'R06: the database');
      from = answered;
    }
    await world.start();
    await world.closeAndCheck();
  });

  it(`R05: a sync that fails (${FAILING.length} places): no 250 for what it was to keep`, async (t) => {
    const world = await openWorld(t);
    let failures = 0;
    for (const when of FAILING) {
      const inject = ['-e', `inject=fsync,fdatasync:error=EIO:when=${when}`];
      const started = await world.gateway
        .start({ wrapper: strace(world, 'fsync,fdatasync,close', ...inject) })
        .then(
          () => true,
          () => false,
        );
      if (started) {
        for (let n = 0; n < 4; n += 1) {
          const mail = world.newMail({ coded: n % 2 === 0, large: n === 3 });
          const final = await world.send(mail);
          // Kept or not is unknown where a commit failed: the client sends it again.
          if (!final.startsWith('250')) mail.unanswered += 1;
        }
      }
      await world.gateway.kill('group');
      world.oracle.deaths += 1;
      failures += checkNeverBelieved(traceOf(world));
    }
    assert.ok(failures >= FAILING.length / 2, `${failures} syncs failed`);
    await world.start();
    await world.sendUntilTaken();
    await world.everythingArrived();
    await world.closeAndCheck();
  });
});

function lastBefore(trace: readonly string[], what: RegExp, end: number): number {
  return trace.findLastIndex((line, n) => n < end && what.test(line));
}

/** A file whose sync failed is closed before anything syncs it again. Returns how many syncs failed. */
function checkNeverBelieved(trace: readonly string[]): number {
  let failures = 0;
  for (const [n, line] of trace.entries()) {
    if (!line.includes('(INJECTED)')) continue;
    failures += 1;
    const file = /f(?:data)?sync\((\d+<[^>]*>)/u.exec(line)?.[1];
    // The call was split over two lines by another thread; its own line names the file.
    if (file === undefined) continue;
    const next = trace.slice(n + 1).find((later) => later.includes(`(${file}`));
    assert.ok(next === undefined || next.includes('close('), `synced again: ${next}`);
  }
  return failures;
}
