import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { DAY_MS, HOUR_MS } from '#src/base/clock.ts';
import { silentLog, type Log } from '#src/base/log.ts';

import { FailedContent } from './failed-content.ts';

const HEADER = Buffer.from('From: ann@hospital.test\r\nSubject: results\r\n\r\n');
const OTHER = Buffer.from('From: ann@hospital.test\r\nSubject: lunch\r\n\r\n');

const keys = {
  mac: (_purpose: string, data: Uint8Array) => createHmac('sha256', 'test').update(data).digest(),
};

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-failed-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let runs = 0;

/** A run of a process; every other one is dead. */
function nextRun(dataDir: string, log: Log = silentLog, now = Date.now()): FailedContent {
  runs += 1;
  const owner = `host/boot/pid:[1]/${runs}/2`;
  const run = new FailedContent({
    dataDir,
    keys,
    owner,
    isDead: (name) => name !== owner,
    clock: { now: () => now },
    log,
  });
  run.open();
  return run;
}

/** What a run that died with it in hand leaves. */
const dieOf = (dataDir: string, header: Buffer): string => nextRun(dataDir).begin(header).handling;

suite('content that failed', () => {
  test('an error: raw at the next try, and never again after a second one', async (t) => {
    const folder = await newFolder(t);
    const run = nextRun(folder);
    const first = run.begin(HEADER);
    assert.deepEqual([first.handling, first.failed()], ['as-usual', false]);
    first.end();
    run.close();
    const second = nextRun(folder).begin(HEADER);
    assert.deepEqual([second.handling, second.failed()], ['raw', true]);
    assert.equal(nextRun(folder).begin(OTHER).handling, 'as-usual');
  });

  test('deaths: one says nothing, two make it raw, five make it rare; what was at rest is innocent', async (t) => {
    const folder = await newFolder(t);
    const atRest = nextRun(folder);
    atRest.begin(OTHER).end();
    const seen = Array.from({ length: 7 }, () => dieOf(folder, HEADER));
    assert.deepEqual(seen, ['as-usual', 'as-usual', 'raw', 'raw', 'raw', 'later', 'later']);
    assert.equal(dieOf(folder, OTHER), 'as-usual');
  });

  test('after five deaths it is tried again an hour later, then two, then four; the eighth death refuses it', async (t) => {
    const folder = await newFolder(t);
    let now = Date.now();
    const dieAt = (): string => nextRun(folder, silentLog, now).begin(HEADER).handling;
    for (let deaths = 0; deaths < 5; deaths += 1) dieAt();
    for (const hours of [1, 2, 4]) {
      // The death is noticed by the next run.
      assert.equal(dieAt(), 'later');
      now += hours * HOUR_MS - 1;
      assert.equal(dieAt(), 'later');
      now += 1;
      assert.equal(dieAt(), 'raw');
    }
    assert.equal(dieAt(), 'refuse');
  });

  test('a clock that was set back keeps nothing waiting', async (t) => {
    const folder = await newFolder(t);
    const now = Date.now();
    for (let deaths = 0; deaths < 5; deaths += 1) nextRun(folder, silentLog, now).begin(HEADER);
    nextRun(folder, silentLog, now).close();
    assert.equal(nextRun(folder, silentLog, now - 1).begin(HEADER).handling, 'raw');
  });

  test('an end in order is no death, and a death counts once', async (t) => {
    const folder = await newFolder(t);
    for (let ends = 0; ends < 3; ends += 1) {
      const run = nextRun(folder);
      run.begin(HEADER);
      run.close();
    }
    dieOf(folder, HEADER);
    for (let starts = 0; starts < 3; starts += 1) nextRun(folder).close();
    assert.equal(nextRun(folder).begin(HEADER).handling, 'as-usual');
  });

  test('another way here makes no other content; a field that looks like it does', async (t) => {
    const folder = await newFolder(t);
    const received = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${name}: from a\r\n\tby b;\r\n Mon\r\n`), HEADER]);
    nextRun(folder).begin(received('Received')).failed();
    assert.equal(nextRun(folder).begin(HEADER).handling, 'raw');
    assert.equal(nextRun(folder).begin(received('received')).handling, 'raw');
    assert.equal(nextRun(folder).begin(received('X-Received')).handling, 'as-usual');
  });

  test('it is forgotten when no server tries again any more, and nothing of the header is kept', async (t) => {
    const folder = await newFolder(t);
    nextRun(folder).begin(HEADER).failed();
    const files = await readdir(join(folder, 'failed-content'));
    assert.deepEqual(
      files.map((name) => /^[0-9a-f]{64}$/u.test(name)),
      [true],
    );
    assert.equal(nextRun(folder, silentLog, Date.now() + 5 * DAY_MS).begin(HEADER).handling, 'raw');
    assert.equal(nextRun(folder, silentLog, Date.now() + 7 * DAY_MS).begin(HEADER).handling, 'as-usual');
  });

  test('what can’t be written keeps no mail waiting', async (t) => {
    const folder = await newFolder(t);
    await writeFile(join(folder, 'content-in-work'), 'a file where a folder should be');
    await writeFile(join(folder, 'failed-content'), 'the same');
    const warned: string[] = [];
    const run = nextRun(folder, { ...silentLog, warn: (message) => warned.push(message) });
    const tried = run.begin(HEADER);
    assert.deepEqual([tried.handling, tried.failed()], ['as-usual', false]);
    tried.end();
    run.close();
    assert.ok(warned.length > 0);
  });
});
