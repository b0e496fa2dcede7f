import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { FakeClock, HOUR_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';

import { makeFolderDurably } from './durable-file.ts';
import { openFileObjectStore } from './object-store.ts';
import type { ObjectStore, StoredObject } from './objects.ts';

const LIMIT = 1_000;
let folder: string;
let store: ObjectStore;
const clock = new FakeClock();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-secure-objects-'));
  store = await openFileObjectStore({ folder, inlineLimitBytes: LIMIT, log: silentLog });
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

function pathOf(name: string): string {
  return join(folder, name.slice(-1), name.slice(-2, -1), name);
}

async function storeBytes(name: string, ...pieces: readonly Uint8Array[]): Promise<StoredObject> {
  const writer = store.create(name);
  for (const piece of pieces) await writer.write(piece);
  return writer.finish();
}

test('an object up to the limit stays inline, and the caller may use its buffer again', async () => {
  const writer = store.create(newId(clock));
  const buffer = Buffer.alloc(LIMIT / 2, 1);
  await writer.write(buffer);
  buffer.fill(2);
  await writer.write(buffer);
  const object = await writer.finish();
  assert.equal(object.storage, 'inline');
  assert.deepEqual(await store.read(object, LIMIT / 2 - 1, 2), Buffer.from([1, 2]));
});

test('a larger object becomes a file with every byte in order, readable by its owner only', async () => {
  const name = newId(clock);
  const pieces = [Buffer.alloc(LIMIT, 1), Buffer.alloc(1, 2), Buffer.alloc(300_000, 3)];
  const object = await storeBytes(name, ...pieces);
  assert.deepEqual(object, { storage: 'file', name, length: LIMIT + 300_001 });
  assert.deepEqual(await store.read(object, 0, object.length), Buffer.concat(pieces));
  assert.deepEqual(await store.read(object, LIMIT - 1, 3), Buffer.from([1, 2, 3]));
  assert.equal((await stat(pathOf(name))).mode & 0o777, 0o600);
});

test('writes that overlap keep their order', async () => {
  const writer = store.create(newId(clock));
  const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(5_000, i));
  await Promise.all(pieces.map((piece) => writer.write(piece)));
  const object = await writer.finish();
  assert.deepEqual(await store.read(object, 0, object.length), Buffer.concat(pieces));
});

test('nothing is visible before finish, and an aborted object leaves no file', async () => {
  const name = newId(clock);
  const writer = store.create(name);
  await writer.write(Buffer.alloc(LIMIT + 1));
  const object: StoredObject = { storage: 'file', name, length: LIMIT + 1 };
  await assert.rejects(store.read(object, 0, 1), { code: 'object-missing' });
  await writer.abort();
  await writer.abort();
  await assert.rejects(writer.finish(), { code: 'object-closed' });
  await assert.rejects(stat(`${pathOf(name)}.part`), { code: 'ENOENT' });
});

test('an object is written once', async () => {
  const name = newId(clock);
  await storeBytes(name, Buffer.alloc(LIMIT + 1, 1));
  await assert.rejects(storeBytes(name, Buffer.alloc(LIMIT + 1, 2)), { code: 'object-exists' });
  assert.deepEqual(await store.read({ storage: 'file', name, length: LIMIT + 1 }, 0, 1), Buffer.from([1]));
});

test('a missing, shortened or lengthened file is told apart from a good one', async () => {
  const name = newId(clock);
  const object = await storeBytes(name, Buffer.alloc(5_000, 7));
  await truncate(pathOf(name), 4_999);
  await assert.rejects(store.read(object, 0, 10), { code: 'object-truncated' });
  await truncate(pathOf(name), 5_001);
  await assert.rejects(store.read(object, 0, 10), { code: 'object-truncated' });
  await store.remove(object);
  await store.remove(object);
  await assert.rejects(store.read(object, 0, 10), { code: 'object-missing' });
  await assert.rejects(store.read({ storage: 's3', name, length: 1 }, 0, 1), { code: 'object-missing' });
});

test('a range beyond the object and a name that is a path are refused', async () => {
  const object = await storeBytes(newId(clock), Buffer.alloc(10));
  for (const [offset, length] of [
    [0, 11],
    [-1, 2],
    [11, 0],
    [0, 0.5],
    [Number.NaN, 1],
  ] as const)
    await assert.rejects(store.read(object, offset, length), { code: 'object-range' });
  for (const name of [
    '../../../../etc/passwd',
    '',
    'a'.repeat(26),
    `${'0'.repeat(25)}/`,
    `${'0'.repeat(26)}\n`,
  ]) {
    assert.throws(() => store.create(name), { code: 'object-name' });
    await assert.rejects(store.read({ storage: 'file', name, length: 1 }, 0, 1), { code: 'object-name' });
    await assert.rejects(store.remove({ storage: 'file', name, length: 1 }), { code: 'object-name' });
  }
});

test('the sweep removes old orphans and parts, and nothing known, young, foreign or being written', async () => {
  const [known, orphan, young, writing] = [newId(clock), newId(clock), newId(clock), newId(clock)];
  for (const name of [known, orphan, young]) await storeBytes(name, Buffer.alloc(LIMIT + 1));
  const writer = store.create(writing);
  await writer.write(Buffer.alloc(LIMIT + 1));
  const part = `${pathOf(newId(clock))}.part`;
  await makeFolderDurably(join(part, '..'));
  await writeFile(part, 'x');
  const foreign = join(folder, 'README.part');
  await writeFile(foreign, 'x');
  const old = new Date(Date.now() - 2 * HOUR_MS);
  for (const path of [pathOf(known), pathOf(orphan), part, foreign, `${pathOf(writing)}.part`])
    await utimes(path, old, old);
  const removed = await store.sweepOrphans((name) => Promise.resolve(name === known), HOUR_MS);
  assert.equal(removed, 2);
  await assert.rejects(stat(pathOf(orphan)), { code: 'ENOENT' });
  await assert.rejects(stat(part), { code: 'ENOENT' });
  for (const path of [pathOf(known), pathOf(young), foreign]) await stat(path);
  await writer.finish();
  await stat(pathOf(writing));
});

test('a process that dies between write and rename leaves no visible object (R01)', async () => {
  const name = newId(clock);
  const script = `
    import { openFileObjectStore } from ${JSON.stringify(new URL('object-store.ts', import.meta.url).href)};
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const store = await openFileObjectStore({ folder: process.argv[1], log });
    const writer = store.create(process.argv[2]);
    await writer.write(Buffer.alloc(200_000));
    process.stdout.write('written');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder, name]);
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await readdir(join(pathOf(name), '..')), [`${name}.part`]);
  await assert.rejects(store.read({ storage: 'file', name, length: 200_000 }, 0, 1), {
    code: 'object-missing',
  });
  const object = await storeBytes(name, Buffer.alloc(LIMIT + 1));
  assert.equal(object.length, LIMIT + 1);
});

test('free bytes are those of the file system', async () => {
  assert.ok((await store.freeBytes()) > 0);
});
