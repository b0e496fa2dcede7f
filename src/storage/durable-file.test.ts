import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { chmod, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, test } from 'node:test';

import { createDurableFile, makeFolderDurably, writeFileDurably } from './durable-file.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'send-secure-files-'));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a file is written whole, replaces the former one, and has the permissions asked for', async () => {
  const path = join(folder, 'plain');
  await writeFileDurably(path, Buffer.from('first'));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFileDurably(path, Buffer.from('second'), { mode: 0o644 });
  assert.equal(await readFile(path, 'utf8'), 'second');
  assert.equal((await stat(path)).mode & 0o777, 0o644);
  assert.deepEqual(await readdir(folder), ['plain']);
});

test('what was there stays until commit, and after abort', async () => {
  const path = join(folder, 'kept');
  await writeFileDurably(path, Buffer.from('former'));
  const file = await createDurableFile(path);
  await file.write(Buffer.from('new'));
  assert.equal(await readFile(path, 'utf8'), 'former');
  await file.abort();
  await assert.rejects(file.commit(), { code: 'file-write-failed' });
  assert.equal(await readFile(path, 'utf8'), 'former');
  await assert.rejects(stat(`${path}.part`), { code: 'ENOENT' });
});

test('a part left by a process that died is replaced, with fresh permissions', async () => {
  const path = join(folder, 'left');
  await writeFile(`${path}.part`, 'half of something', { mode: 0o666 });
  await chmod(`${path}.part`, 0o666);
  await writeFileDurably(path, Buffer.from('whole'));
  assert.equal(await readFile(path, 'utf8'), 'whole');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

/** Makes every FileHandle of the process fail in `method` with `code`; returns the mock that counts the calls. */
async function failFileHandles(t: TestContext, method: 'sync' | 'write', code: string) {
  const probe = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const fail = () => Promise.reject(Object.assign(new Error(code), { code }));
  return t.mock.method(prototype, method, fail).mock;
}

test('a full disk is told as such and leaves the former file (R04)', async (t) => {
  const path = join(folder, 'full');
  await writeFileDurably(path, Buffer.from('former'));
  await failFileHandles(t, 'write', 'ENOSPC');
  await assert.rejects(writeFileDurably(path, Buffer.from('new')), { code: 'storage-full' });
  assert.equal(await readFile(path, 'utf8'), 'former');
  await assert.rejects(stat(`${path}.part`), { code: 'ENOENT' });
});

test('a failed sync is final: it is not tried again, and nothing gets the name (R05)', async (t) => {
  const path = join(folder, 'unsynced');
  const file = await createDurableFile(path);
  await file.write(Buffer.from('x'));
  const sync = await failFileHandles(t, 'sync', 'EIO');
  await assert.rejects(file.commit(), { code: 'file-write-failed' });
  await assert.rejects(file.commit(), { code: 'file-write-failed' });
  assert.equal(sync.callCount(), 1);
  await file.abort();
  await assert.rejects(stat(path), { code: 'ENOENT' });
  await assert.rejects(stat(`${path}.part`), { code: 'ENOENT' });
});

test('a folder that is missing is an error of its own code', async () => {
  const path = join(folder, 'missing', 'folder');
  await assert.rejects(writeFileDurably(path, Buffer.from('x')), { code: 'file-write-failed' });
});

test('folders are made for their owner only, however many are missing', async () => {
  const deep = join(folder, 'a', 'b', 'c');
  await makeFolderDurably(deep);
  await makeFolderDurably(deep);
  assert.equal((await stat(deep)).mode & 0o777, 0o700);
  assert.equal((await stat(join(folder, 'a'))).mode & 0o777, 0o700);
});
