/** The bundle: hashed names, a page without inline code, no second build from the same sources. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { buildWeb, gzipBytesOf, readWebManifest, type WebManifest } from './build.ts';

let folder: string;
let outDir: string;
let manifest: WebManifest;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sendsecure-build-'));
  outDir = join(folder, 'dist');
  await buildWeb({ outDir });
  const read = await readWebManifest(outDir);
  assert.ok(read !== null);
  manifest = read;
});

after(() => rm(folder, { recursive: true, force: true }));

test('the page holds no inline script or style and names only files that are there', async () => {
  const page = await readFile(join(outDir, manifest.entry), 'utf8');
  assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  assert.doesNotMatch(page, /\{\{/);
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  assert.equal(named.length, 4);
  for (const path of named) assert.ok(path in manifest.assets, path);
});

test('names carry a hash, types and sizes are listed', async () => {
  for (const [path, asset] of Object.entries(manifest.assets)) {
    assert.match(path, /^\/assets\/[a-z-]+-[A-Z0-9]{8}\.(js|css|svg)$/);
    assert.equal((await stat(join(outDir, path))).size, asset.bytes);
    assert.match(asset.type, /^(text\/javascript|text\/css|image\/svg\+xml)/);
  }
});

test('a first visit is at most 60 KB, the reader 40 KB more', (t) => {
  const first = gzipBytesOf(manifest, manifest.firstVisit);
  const reader = gzipBytesOf(manifest, manifest.reader);
  t.diagnostic(`first visit ${first} bytes, reader ${reader} bytes, gzip`);
  assert.ok(first > 0 && first <= 60 * 1024);
  assert.ok(reader > 0 && reader <= 40 * 1024);
});

test('nothing is built again from the same sources, and a missing file is noticed', async () => {
  const file = join(outDir, 'manifest.json');
  const long = new Date(2001, 1, 1);
  await utimes(file, long, long);
  await buildWeb({ outDir });
  assert.equal((await stat(file)).mtimeMs, long.getTime());
  await rm(join(outDir, Object.keys(manifest.assets)[0] ?? ''));
  await buildWeb({ outDir });
  assert.notEqual((await stat(file)).mtimeMs, long.getTime());
});

test('the bundle has no code that a strict policy forbids', async () => {
  for (const path of Object.keys(manifest.assets).filter((name) => name.endsWith('.js'))) {
    const code = await readFile(join(outDir, path), 'utf8');
    assert.doesNotMatch(code, /\beval\(|new Function\(|document\.write\(/, path);
    assert.doesNotMatch(code, /sourceMappingURL/, path);
  }
});

test('several processes that build at once all end with the whole site', async () => {
  const shared = join(folder, 'shared');
  const source = `import { buildWeb } from ${JSON.stringify(new URL('./build.ts', import.meta.url).href)};
    await buildWeb({ outDir: ${JSON.stringify(shared)} });`;
  const run = promisify(execFile);
  await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, ['--input-type=module', '--eval', source])));
  assert.deepEqual(await readWebManifest(shared), manifest);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('shared')),
    ['shared'],
  );
});
